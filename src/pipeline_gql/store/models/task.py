"""Tasks and meetings, which hang on opportunities."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed

KEPT = text("deleted_at IS NULL")
OPEN = text("done_at IS NULL AND deleted_at IS NULL")


class Task(Numbered, Versioned):
    """Something to be done. From `due_at` on it is overdue.

    Where a day was named, `due_on` is that day and `due_at` its end where the organisation is.
    """

    __tablename__ = "task"
    opportunity_id: Mapped[int]
    title: Mapped[str]
    description: Mapped[str | None]
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None]
    priority: Mapped[str] = mapped_column(server_default="NORMAL")
    assigned_to_id: Mapped[int | None]
    created_by_id: Mapped[int | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("assigned_to_id", "app_user"),
        belongs("created_by_id", "app_user"),
        belongs("done_by_id", "app_user"),
        belongs("deleted_by_id", "app_user"),
        CheckConstraint("priority IN ('LOW', 'NORMAL', 'HIGH')", name="priority"),
        CheckConstraint("due_on IS NULL OR due_at IS NOT NULL", name="due"),
        indexed("task", "opportunity_id", "id"),
        indexed("task", "opportunity_id", "due_at", "id", postgresql_where=OPEN),
        indexed("task", "assigned_to_id", "due_at", "id", postgresql_where=KEPT),
        *(
            indexed("task", column, "id", postgresql_where=KEPT)
            for column in ("due_at", "done_at", "created_at", "updated_at")
        ),
    )


class Meeting(Numbered, Versioned):
    """People who meet at a time. `state` says whether they still will."""

    __tablename__ = "meeting"
    opportunity_id: Mapped[int]
    subject: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    location: Mapped[str | None]
    notes: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="PLANNED")
    created_by_id: Mapped[int | None]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("created_by_id", "app_user"),
        belongs("deleted_by_id", "app_user"),
        CheckConstraint("state IN ('PLANNED', 'HELD', 'CANCELLED')", name="state"),
        CheckConstraint("ends_at > starts_at", name="times"),
        indexed("meeting", "opportunity_id", "id"),
        *(
            indexed("meeting", column, "id", postgresql_where=KEPT)
            for column in ("starts_at", "created_at", "updated_at")
        ),
    )


class MeetingUser(Tenant):
    """A user who takes part in a meeting."""

    __tablename__ = "meeting_user"
    meeting_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("meeting_id", "meeting"),
        belongs("user_id", "app_user"),
        indexed("meeting_user", "user_id", "meeting_id"),
    )


class MeetingContact(Tenant):
    """A contact who takes part in a meeting."""

    __tablename__ = "meeting_contact"
    meeting_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("meeting_id", "meeting"),
        belongs("contact_id", "contact"),
        indexed("meeting_contact", "contact_id", "meeting_id"),
    )
