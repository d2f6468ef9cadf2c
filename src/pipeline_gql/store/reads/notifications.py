"""The viewer, and the notifications that are for the viewer alone."""

from typing import Any

from sqlalchemy import Text, and_, cast, exists, func, select, true

from pipeline_gql.domain.filters import Kind
from pipeline_gql.domain.notices import Kind as Told
from pipeline_gql.domain.selection import Pick
from pipeline_gql.store import models
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.criteria import by, order
from pipeline_gql.store.reads.interests import of_seen_or_none
from pipeline_gql.store.reads.shapes import (
    Element,
    Embed,
    Filter,
    Form,
    Many,
    One,
    Row,
    Scope,
    Shape,
    Value,
    code,
    identity,
    moment,
    text,
    to_one,
)
from pipeline_gql.store.reads.statements import Statement, by_element
from pipeline_gql.store.reads.text import literal


def is_theirs(row: Row, scope: Scope) -> Element:
    """For the viewer, and about nothing that the viewer does not see (any more)."""
    return and_(row.user_id == scope.me, of_seen_or_none(row, scope))


def _base(row: Row, scope: Scope) -> list[Element]:
    return [is_theirs(row, scope)]


def _of_viewer(here: Row, there: Row, scope: Scope) -> Element:
    return there.user_id == here.id


def _hung(type: str, column: str) -> One:
    """What hangs on the notification's opportunity, unless it was deleted."""

    def on(here: Row, there: Row, scope: Scope) -> Element:
        same = there.opportunity_id == here.opportunity_id
        return and_(there.id == getattr(here, column), same, there.deleted_at.is_(None))

    return One(type, on, nullable=True)


def _mail_state(row: Row, scope: Scope) -> Element:
    mail: Any = models.Mail.__table__.alias()
    found = select(mail.c.state).where(mail.c.org_id == scope.org, mail.c.notification_id == row.id)
    return found.scalar_subquery()


def _unread(row: Row, scope: Scope) -> Element:
    told: Any = models.Notification.__table__.alias()
    found = select(func.count()).select_from(told)
    return found.where(
        told.c.org_id == scope.org, told.c.read_at.is_(None), is_theirs(told.c, scope)
    ).scalar_subquery()


def _wanted(kind: Told) -> Value:
    def read(row: Row, scope: Scope) -> Element:
        refusal: Any = models.MailRefusal.__table__.alias()
        refused = select(1).where(
            refusal.c.org_id == scope.org,
            refusal.c.user_id == row.id,
            refusal.c.kind == literal(kind.value),
        )
        return ~exists(refused)

    return Value(read, Form.BOOLEAN)


NOTIFICATION = Shape(
    "Notification",
    models.Notification,
    {
        "id": identity("Notification"),
        "kind": code("kind"),
        "at": moment("at"),
        "readAt": moment("read_at", nullable=True),
        "title": text("title"),
        "text": text("text", nullable=True),
        "opportunity": to_one("Opportunity", "opportunity_id"),
        "lead": to_one("Lead", "lead_id"),
        "comment": _hung("Comment", "comment_id"),
        "task": _hung("Task", "task_id"),
        "mailState": Value(_mail_state, Form.CODE, nullable=True),
    },
    base=_base,
    filters={
        "id": by(Kind.ID, "id", "The notification's id.", type="Notification"),
        "kind": by(Kind.TEXT, "kind", "ASSIGNED, MENTIONED, STALLED or GOAL_REACHED."),
        "isUnread": Filter(
            Kind.BOOLEAN,
            "Whether it was not read yet.",
            lambda row, scope: row.read_at.is_(None),
        ),
        "at": by(Kind.TIMESTAMP, "at", "When the viewer was told."),
        "opportunityId": by(
            Kind.ID, "opportunity_id", "The opportunity it is about.", type="Opportunity"
        ),
        "leadId": by(Kind.ID, "lead_id", "The lead it is about.", type="Lead"),
    },
    orders={"at": order(Kind.TIMESTAMP, "at", "By the time of telling.")},
)

ORGANISATION = Shape(
    "Organisation",
    models.Organisation,
    {
        "organizationId": Value(lambda row, scope: cast(row.org_id, Text), Form.CODE),
        "name": text("name"),
        "timeZone": text("time_zone"),
        "currency": code("currency"),
    },
    key="org_id",
)

VIEWER = Shape(
    "Viewer",
    models.User,
    {
        "user": One("User", lambda here, there, scope: there.id == here.id),
        "organisation": One("Organisation", lambda here, there, scope: true()),
        "role": code("role"),
        "notifications": Many("Notification", _of_viewer),
        "unreadCount": Value(_unread, Form.NUMBER),
        "mailChoice": Embed(
            "MailChoice",
            {
                "assigned": _wanted(Told.ASSIGNED),
                "mentioned": _wanted(Told.MENTIONED),
                "stalled": _wanted(Told.STALLED),
                "goalReached": _wanted(Told.GOAL_REACHED),
            },
        ),
    },
)

SHAPES = (NOTIFICATION, ORGANISATION, VIEWER)


def viewer(compiler: Compiler, pick: Pick) -> Statement:
    """The root field."""
    assert pick.below is not None
    return by_element(compiler, pick.below, VIEWER, compiler.scope.me)
