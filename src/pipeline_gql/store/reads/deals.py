"""The opportunities that a forecast counts: open or won, seen, not filtered out, in its period."""

from typing import Any

from sqlalchemy import and_, case, literal_column, select

from pipeline_gql.domain.forecasts import Grouping
from pipeline_gql.domain.selection import Pick
from pipeline_gql.store import models
from pipeline_gql.store.models.opportunity import WEIGHTED
from pipeline_gql.store.reads import periods
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.frames import Source
from pipeline_gql.store.reads.groups import marked
from pipeline_gql.store.reads.scenarios import Supposed
from pipeline_gql.store.reads.text import literal

OPEN, WON, LOST = "Open", "Won", "Lost"


def on_their_steps(compiler: Compiler, there: Source) -> tuple[Any, Any, Any]:
    """Opportunities with the step that each stands on and its stage, as its version has them."""
    org, row = compiler.scope.org, there.row
    step = models.StepVersion.__table__.alias(compiler.name())
    stage = models.StageVersion.__table__.alias(compiler.name())
    stands = and_(
        step.c.org_id == org, step.c.version_id == row.version_id, step.c.step_id == row.step_id
    )
    means = and_(
        stage.c.org_id == org,
        stage.c.version_id == step.c.version_id,
        stage.c.stage_id == step.c.stage_id,
    )
    return there.clause.join(step, stands).join(stage, means), step, stage


def counted(compiler: Compiler, pick: Pick, grouping: Grouping, supposed: Supposed) -> Any:
    """One row for each: id, currency, grand_total, probability, won, closes, weighted, value."""
    shape = compiler.shapes["Opportunity"]
    there = compiler.table(shape)
    row = there.row
    clause, step, stage = on_their_steps(compiler, there)
    won = stage.c.state == literal(WON)
    closes = case((won, row.actual_close_date), else_=supposed.closes(row))
    facts: Any = select(
        row.id.label("id"),
        row.currency.label("currency"),
        row.grand_total.label("grand_total"),
        supposed.probability(row).label("probability"),
        won.label("won"),
        closes.label("closes"),
        marked(grouping, row, step, closes).label("value"),
    )
    for beside, on in supposed.joins:
        clause = clause.outerjoin(beside, on)
    facts = facts.select_from(clause).where(
        *compiler.listed(pick, shape, lambda row: [], covered=False)(row).whole,
        stage.c.state.in_([literal(OPEN), literal(WON)]),
        *supposed.kept(row),
    )
    within = facts.subquery(compiler.name())
    weighted = literal_column(WEIGHTED, within.c.grand_total.type).label("weighted")
    return (
        select(within, weighted)
        .where(*periods.within(compiler.binder, pick, within.c.closes))
        .cte("deals")
    )
