"""What happened to an opportunity: moves, changes of its fields, what people did about it."""

from typing import Any

from sqlalchemy import and_, literal_column, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.changes import CHANGES
from pipeline_gql.store.reads.criteria import by, order, related
from pipeline_gql.store.reads.interests import of_visible
from pipeline_gql.store.reads.shapes import (
    Element,
    Form,
    One,
    Row,
    Scope,
    Shape,
    Value,
    identity,
    moment,
    to_one,
)
from pipeline_gql.store.reads.text import literal


def _subject(kind: str, type: str) -> One:
    """The record that an entry of this kind tells of."""

    def on(here: Row, there: Row, scope: Scope) -> Element:
        return and_(here.kind == literal(kind), there.id == here.subject_id)

    return One(type, on, nullable=True)


def _of_stay(name: str) -> Any:
    """A column of the stay that a move began."""

    def read(row: Row, scope: Scope) -> Element:
        stay: Any = models.StepStay.__table__.alias()
        found = select(stay.c[name]).where(stay.c.org_id == scope.org, stay.c.id == row.subject_id)
        return found.scalar_subquery()

    return read


def _of_stay_before(name: str) -> Any:
    """A column of the stay that a move ended; null where the opportunity began."""

    def read(row: Row, scope: Scope) -> Element:
        stay: Any = models.StepStay.__table__.alias()
        last = select(stay.c[name]).where(
            stay.c.org_id == scope.org,
            stay.c.opportunity_id == row.opportunity_id,
            stay.c.entered_at < row.at,
        )
        return last.order_by(stay.c.entered_at.desc()).limit(literal_column("1")).scalar_subquery()

    return read


def _step(of: Any) -> One:
    def on(here: Row, there: Row, scope: Scope) -> Element:
        version, step = of("version_id")(here, scope), of("step_id")(here, scope)
        is_move = here.kind == literal("MOVE")
        return and_(is_move, there.version_id == version, there.step_id == step)

    return One("OpportunityStep", on, nullable=True)


TIMELINE = Shape(
    "TimelineEntry",
    models.TimelineEntry,
    {
        "id": identity("TimelineEntry"),
        "at": moment("at"),
        "actor": to_one("User", "actor_id"),
        "opportunity": to_one("Opportunity", "opportunity_id", nullable=False),
        "fromStep": _step(_of_stay_before),
        "toStep": _step(_of_stay),
        "cause": Value(_of_stay("cause"), Form.CODE),
        "reason": Value(_of_stay("reason"), Form.TEXT, nullable=True),
        "changes": CHANGES,
        "comment": _subject("COMMENT", "Comment"),
        "attachment": _subject("FILE", "Attachment"),
        "task": _subject("TASK", "Task"),
        "meeting": _subject("MEETING", "Meeting"),
    },
    base=of_visible,
    filters={
        "id": by(Kind.ID, "id", "The entry's id.", type="TimelineEntry"),
        "kind": by(
            Kind.TEXT, "kind", "What it tells of: MOVE, CHANGE, COMMENT, FILE, TASK or MEETING."
        ),
        "at": by(Kind.TIMESTAMP, "at", "When it happened."),
        "actorId": by(Kind.ID, "actor_id", "The id of who did it.", type="User"),
        "actorName": related(Kind.TEXT, models.User, "name", "actor_id", "The name of who did it."),
    },
    orders={"at": order(Kind.TIMESTAMP, "at", "By the time when it happened.")},
    variants=(
        "kind",
        {
            "MOVE": "TimelineMove",
            "CHANGE": "TimelineChange",
            "COMMENT": "TimelineComment",
            "FILE": "TimelineFile",
            "TASK": "TimelineTask",
            "MEETING": "TimelineMeeting",
        },
    ),
)

SHAPES = (TIMELINE,)
