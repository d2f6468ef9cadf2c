"""The ways that lead on from where an opportunity stands: what is known of each in SQL."""

from typing import Any

from sqlalchemy import Text, and_, case, func, null, or_, select, union_all

from pipeline_gql.store import models
from pipeline_gql.store.conditions import undeleted, visible
from pipeline_gql.store.reads.definitions import definitions
from pipeline_gql.store.reads.shapes import Computed, Element, One, Row, Rows, Scope
from pipeline_gql.store.reads.standings import standing
from pipeline_gql.store.reads.text import literal


def key_of(step_id: int, transition_id: int | None) -> str:
    """Of a way, as the rows of `_ways` have it."""
    return f"step {step_id}" if transition_id is None else f"transition {transition_id}"


def _facts(row: Row, scope: Scope) -> Element:
    """Nothing of what the viewer does not see, or sees no more but for having just written it."""
    seen = and_(undeleted(row), visible(row, scope.org, scope.me, scope.sight))
    return case((seen, standing(row, scope)))


def _ways(row: Row, scope: Scope) -> Any:
    """Every edge that may start here and every step of a FREE pipeline: more than lead on."""
    edge: Any = models.Transition.__table__.alias()
    step: Any = models.StepVersion.__table__.alias()
    version: Any = models.PipelineVersion.__table__.alias()
    edges = select(
        _key("transition", edge.c.id), edge.c.version_id, edge.c.to_step_id.label("step_id"),
        edge.c.id.label("transition_id"),
    ).where(
        edge.c.org_id == scope.org,
        edge.c.version_id == row.version_id,
        or_(edge.c.from_step_id == row.step_id, edge.c.from_step_id.is_(None)),
    )  # fmt: skip
    of = and_(version.c.org_id == scope.org, version.c.id == step.c.version_id)
    steps = (
        select(_key("step", step.c.step_id), step.c.version_id, step.c.step_id, null())
        .select_from(step.join(version, of))
        .where(
            step.c.org_id == scope.org,
            step.c.version_id == row.version_id,
            version.c.mode == literal("FREE"),
        )
    )
    return union_all(edges, steps)


def _key(kind: str, id: Element) -> Any:
    return func.concat(literal(f'"{kind} '), id, literal('"'), type_=Text).label("key")


def _edge(here: Row, there: Row, scope: Scope) -> Element:
    return and_(there.version_id == here.version_id, there.id == here.transition_id)


def _step(here: Row, there: Row, scope: Scope) -> Element:
    return and_(there.version_id == here.version_id, there.step_id == here.step_id)


TRANSITIONS = Computed(
    _facts,
    definitions,
    Rows(
        "OpportunityTransition",
        _ways,
        {
            "transition": One("Transition", _edge, nullable=True),
            "toStep": One("OpportunityStep", _step),
        },
    ),
)
