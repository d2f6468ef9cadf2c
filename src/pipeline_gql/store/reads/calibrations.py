"""`calibration`: what became of the records that were on a step, counted in SQL."""

from dataclasses import replace
from functools import partial
from typing import Any, cast

import orjson
from sqlalchemy import BigInteger, Text, and_, func, or_, select
from sqlalchemy import cast as sql_cast

from pipeline_gql.domain.calibrations import Measured
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.filters import NOBODY
from pipeline_gql.domain.ids import decode, encode
from pipeline_gql.domain.selection import Leaf, Pick, picked
from pipeline_gql.store import models
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.deals import LOST, OPEN, WON, on_their_steps
from pipeline_gql.store.reads.periods import within
from pipeline_gql.store.reads.shapes import Element
from pipeline_gql.store.reads.statements import Statement, statement
from pipeline_gql.store.reads.text import literal


def calibration(compiler: Compiler, pick: Pick) -> Statement | None:
    """Facts of the pipeline, if it is there: a row for each step of its published version."""
    id = cast(Leaf, pick.arguments.members["pipelineId"])
    found = decode(cast(str, id.value))
    if found is None or found.type != "Pipeline":
        return None
    scope = compiler.scope
    key = compiler.binder.bind(id, _key_of, BigInteger)
    counts = _counts(compiler, pick, key).subquery("counts")
    step = models.StepVersion.__table__.alias("step")
    version = models.PipelineVersion.__table__.alias("version")
    of = and_(version.c.org_id == scope.org, version.c.id == step.c.version_id)
    steps: Any = select(step.c.step_id, step.c.name, step.c.probability, *list(counts.c)[1:])
    steps = steps.select_from(
        step.join(version, of).outerjoin(counts, counts.c.step_id == step.c.step_id)
    )
    steps = steps.where(
        step.c.org_id == scope.org,
        version.c.pipeline_id == key,
        version.c.state == literal("PUBLISHED"),
    )
    listed = steps.order_by(step.c.position, step.c.step_id).subquery("steps")
    rows = select(func.json_agg(func.json_build_array(*listed.c))).scalar_subquery()
    pipeline = models.Pipeline.__table__.alias("pipeline")
    facts: Any = select(sql_cast(func.json_build_array(pipeline.c.id, rows), Text).label("v"))
    facts = facts.where(pipeline.c.org_id == scope.org, pipeline.c.id == key)
    return replace(statement(compiler, facts), finish=partial(_finished, pick))


def _counts(compiler: Compiler, pick: Pick, pipeline: Element) -> Any:
    """By step: records that were ever on it and are won, lost (in the period) or open."""
    scope = compiler.scope
    there = compiler.table(compiler.shapes["Opportunity"])
    row = there.row
    clause, _, stage = on_their_steps(compiler, there)
    met = compiler.met(compiler.shapes["Opportunity"], row, covered=False)
    is_open = stage.c.state == literal(OPEN)
    in_time = and_(
        stage.c.state.in_([literal(WON), literal(LOST)]),
        *within(compiler.binder, pick, row.actual_close_date),
    )
    records = (
        select(row.id.label("id"), stage.c.state)
        .select_from(clause)
        .where(*met, row.pipeline_id == pipeline, or_(is_open, in_time))
        .subquery(compiler.name())
    )
    stay = models.StepStay.__table__.alias(compiler.name())
    its = and_(stay.c.org_id == scope.org, stay.c.opportunity_id == records.c.id)
    # Whoever came back to a step was on it once.
    once = select(stay.c.step_id, records.c.id, records.c.state).distinct()
    once = once.select_from(records.join(stay, its)).subquery(compiler.name())
    counts = [func.count().filter(once.c.state == literal(s)).label(s) for s in (WON, LOST, OPEN)]
    return select(once.c.step_id, *counts).group_by(once.c.step_id)


def _key_of(id: str) -> object:
    found = decode(id)
    return NOBODY if found is None else found.key


def _finished(pick: Pick, facts: bytes) -> bytes:
    found: tuple[int, list[list[Any]] | None] | None = orjson.loads(facts)
    if found is None:
        return facts
    pipeline, rows = found
    steps = [_measured(*row).told() for row in rows or []]
    told = {"pipelineId": encode(Ref("Pipeline", pipeline)), "steps": steps}
    return orjson.dumps(picked(told, pick))


def _measured(id: int, name: str, configured: int, *counts: int | None) -> Measured:
    """Nothing is counted of a step that nobody was on."""
    won, lost, still_open = (count or 0 for count in counts)
    return Measured(id, name, configured, won, lost, still_open)
