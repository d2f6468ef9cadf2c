"""Tasks and meetings of opportunities."""

from typing import Any

from sqlalchemy import Integer, and_, false, func, literal_column, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import (
    CREATED,
    UPDATED,
    by,
    creation,
    inside,
    order,
    related,
)
from pipeline_gql.store.reads.interests import of_visible
from pipeline_gql.store.reads.shapes import (
    Element,
    Filter,
    Form,
    Many,
    Row,
    Scope,
    Shape,
    Value,
    code,
    day,
    identity,
    moment,
    number,
    text,
    to_one,
)


def hangs_on(here: Row, there: Row, scope: Scope) -> Element:
    """Tasks and meetings of an opportunity that are not deleted."""
    return and_(there.opportunity_id == here.id, there.deleted_at.is_(None))


def comes_next(here: Row, there: Row, scope: Scope) -> Element:
    """The opportunity's open task that is due first; those without a date come last."""
    task: Any = models.Task.__table__.alias()
    first = select(task.c.id).where(*_open(task, here, scope)).order_by(task.c.due_at, task.c.id)
    is_first = there.id == first.limit(literal_column("1", Integer)).scalar_subquery()
    # The rest follows, but leads the planner to the index instead of to all tasks.
    return and_(there.opportunity_id == here.id, there.done_at.is_(None), is_first)


def has_open(here: Row, scope: Scope) -> Element:
    """Whether the opportunity has an open task."""
    task: Any = models.Task.__table__.alias()
    # Not EXISTS, for which the planner would read the open tasks of all opportunities.
    one = select(literal_column("1", Integer)).where(*_open(task, here, scope))
    return one.limit(literal_column("1", Integer)).scalar_subquery().is_not(None)


def next_due(here: Row, scope: Scope) -> Element:
    """When the first of the opportunity's open tasks is due."""
    task: Any = models.Task.__table__.alias()
    return select(func.min(task.c.due_at)).where(*_open(task, here, scope)).scalar_subquery()


def _open(task: Any, here: Row, scope: Scope) -> list[Element]:
    return [
        task.c.org_id == scope.org,
        task.c.opportunity_id == here.id,
        task.c.done_at.is_(None),
        task.c.deleted_at.is_(None),
    ]


def _base(row: Row, scope: Scope) -> list[Element]:
    return [row.deleted_at.is_(None), *of_visible(row, scope)]


def _done(row: Row, scope: Scope) -> Element:
    del scope
    return row.done_at.is_not(None)


def _overdue(row: Row, scope: Scope) -> Element:
    del scope
    return and_(row.done_at.is_(None), func.coalesce(row.due_at <= func.now(), false()))


def _attending(table: Any, name: str, type: str) -> Many:
    """Who takes part in a meeting."""

    def on(here: Row, there: Row, scope: Scope) -> Element:
        link: Any = table.__table__.alias()
        found = select(link.c[name]).where(link.c.org_id == scope.org, link.c.meeting_id == here.id)
        return there.id.in_(found)

    return Many(type, on)


def _attended(table: Any, name: str, type: str, doc: str) -> Filter:
    def rows(row: Row, scope: Scope) -> tuple[Any, Any, list[Any]]:
        link: Any = table.__table__.alias()
        return link, link.c, [link.c.org_id == scope.org, link.c.meeting_id == row.id]

    return inside(Kind.ID, doc, lambda c: c[name], rows, type=type)


TASK = Shape(
    "Task",
    models.Task,
    {
        "id": identity("Task"),
        "title": text("title"),
        "description": text("description", nullable=True),
        "dueDate": day("due_on", nullable=True),
        "dueAt": moment("due_at", nullable=True),
        "isOverdue": Value(_overdue, Form.BOOLEAN),
        "isDone": Value(_done, Form.BOOLEAN),
        "doneAt": moment("done_at", nullable=True),
        "doneBy": to_one("User", "done_by_id"),
        "assignedTo": to_one("User", "assigned_to_id"),
        "priority": code("priority"),
        "opportunity": to_one("Opportunity", "opportunity_id", nullable=False),
        "createdBy": to_one("User", "created_by_id"),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "version": number("version"),
    },
    base=_base,
    filters={
        "id": by(Kind.ID, "id", "The task's id.", type="Task"),
        "opportunityId": by(Kind.ID, "opportunity_id", "The opportunity's id.", type="Opportunity"),
        "title": by(Kind.TEXT, "title", "What is to be done."),
        "description": by(Kind.TEXT, "description", "The description."),
        "dueDate": by(Kind.DATE, "due_on", "The day until which it is to be done."),
        "dueAt": by(Kind.TIMESTAMP, "due_at", "The moment from which on it is overdue."),
        "isOverdue": Filter(Kind.BOOLEAN, "Whether it is open and too late.", _overdue),
        "isDone": Filter(Kind.BOOLEAN, "Whether it is done.", _done),
        "doneAt": by(Kind.TIMESTAMP, "done_at", "When it was done."),
        "doneById": by(Kind.ID, "done_by_id", "The id of who did it.", type="User"),
        "assignedToId": by(Kind.ID, "assigned_to_id", "The id of who is to do it.", type="User"),
        "assignedToName": related(
            Kind.TEXT, models.User, "name", "assigned_to_id", "The name of who is to do it."
        ),
        "priority": by(Kind.TEXT, "priority", "LOW, NORMAL or HIGH."),
        "createdById": by(Kind.ID, "created_by_id", "The creator's id.", type="User"),
        **creation(),
    },
    orders={
        "dueAt": order(Kind.TIMESTAMP, "due_at", "By when it is due.", nullable=True),
        "doneAt": order(Kind.TIMESTAMP, "done_at", "By when it was done.", nullable=True),
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    },
)

MEETING = Shape(
    "Meeting",
    models.Meeting,
    {
        "id": identity("Meeting"),
        "subject": text("subject"),
        "startsAt": moment("starts_at"),
        "endsAt": moment("ends_at", nullable=True),
        "location": text("location", nullable=True),
        "notes": text("notes", nullable=True),
        "state": code("state"),
        "users": _attending(models.MeetingUser, "user_id", "User"),
        "contacts": _attending(models.MeetingContact, "contact_id", "Contact"),
        "opportunity": to_one("Opportunity", "opportunity_id", nullable=False),
        "createdBy": to_one("User", "created_by_id"),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "version": number("version"),
    },
    base=_base,
    filters={
        "id": by(Kind.ID, "id", "The meeting's id.", type="Meeting"),
        "opportunityId": by(Kind.ID, "opportunity_id", "The opportunity's id.", type="Opportunity"),
        "subject": by(Kind.TEXT, "subject", "What it is about."),
        "location": by(Kind.TEXT, "location", "Where it is held."),
        "startsAt": by(Kind.TIMESTAMP, "starts_at", "When it begins."),
        "endsAt": by(Kind.TIMESTAMP, "ends_at", "When it ends."),
        "state": by(Kind.TEXT, "state", "PLANNED, HELD or CANCELLED."),
        "userId": _attended(
            models.MeetingUser, "user_id", "User", "The ids of the users who take part (a list)."
        ),
        "contactId": _attended(
            models.MeetingContact,
            "contact_id",
            "Contact",
            "The ids of the contacts who take part (a list).",
        ),
        "createdById": by(Kind.ID, "created_by_id", "The creator's id.", type="User"),
        **creation(),
    },
    orders={
        "startsAt": order(Kind.TIMESTAMP, "starts_at", "By when it begins."),
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    },
)

SHAPES = (TASK, MEETING)
