"""Notifications, the mail that carries them, and what the worker remembers of its jobs."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, belongs, indexed

_KIND = "kind IN ('ASSIGNED', 'MENTIONED', 'STALLED', 'GOAL_REACHED')"


class Notification(Numbered):
    """What a user was told, once for each `cause`.

    Comments and tasks may be gone meanwhile, so there are no foreign keys to them.
    """

    __tablename__ = "notification"
    user_id: Mapped[int]
    kind: Mapped[str]
    cause: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    title: Mapped[str]
    text: Mapped[str | None]
    opportunity_id: Mapped[int | None]
    lead_id: Mapped[int | None]
    comment_id: Mapped[int | None]
    task_id: Mapped[int | None]
    __table_args__ = (
        belongs("user_id", "app_user"),
        belongs("opportunity_id", "opportunity"),
        belongs("lead_id", "lead"),
        UniqueConstraint("org_id", "user_id", "kind", "cause"),
        CheckConstraint(_KIND, name="kind"),
        indexed("notification", "user_id", "at", "id"),
        indexed("notification", "user_id", "id"),
        indexed("notification", "at"),
    )


class Mail(Tenant):
    """A notification on its way by mail. `due_at` is when it may be tried (again); whoever tries
    moves it on first, so that it waits for nobody who was killed."""

    __tablename__ = "mail"
    notification_id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="WAITING")
    tries: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    due_at: Mapped[datetime]
    trouble: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("notification_id", "notification"),
        CheckConstraint("state IN ('WAITING', 'SENT', 'GIVEN_UP', 'DROPPED')", name="state"),
        Index("ix_mail_due_at", "org_id", "due_at", postgresql_where=text("state = 'WAITING'")),
    )


class MailRefusal(Tenant):
    """A kind of notification that a user does not want by mail."""

    __tablename__ = "mail_refusal"
    user_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    __table_args__ = (belongs("user_id", "app_user"), CheckConstraint(_KIND, name="kind"))


class Job(Tenant):
    """What the worker does again and again for an organisation; locked by whoever does it.

    `cursor` is the last event that was dealt with, `day` the organisation's day of the last run,
    `due_at` when it is to run again; `failures` in a row, and what the last one was.
    """

    __tablename__ = "job"
    name: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[int] = mapped_column(server_default=text("0"))
    day: Mapped[date | None]
    due_at: Mapped[datetime | None]
    ran_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    trouble: Mapped[str | None]
