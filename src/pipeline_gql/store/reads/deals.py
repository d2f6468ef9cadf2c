"""The opportunities that a forecast counts: open or won, seen, not filtered out, in its period."""

from datetime import date
from typing import Any

from sqlalchemy import Date, and_, case, literal_column, select

from pipeline_gql.domain.filters import Malformed
from pipeline_gql.domain.forecasts import Grouping
from pipeline_gql.domain.selection import Members, Pick
from pipeline_gql.store import models
from pipeline_gql.store.models.opportunity import WEIGHTED
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.groups import marked
from pipeline_gql.store.reads.scenarios import Supposed
from pipeline_gql.store.reads.shapes import Element
from pipeline_gql.store.reads.text import literal

OPEN, WON = "Open", "Won"


def counted(compiler: Compiler, pick: Pick, grouping: Grouping, supposed: Supposed) -> Any:
    """One row for each: id, currency, grand_total, probability, won, closes, weighted, value."""
    shape, scope = compiler.shapes["Opportunity"], compiler.scope
    there = compiler.table(shape)
    step = models.StepVersion.__table__.alias(compiler.name())
    stage = models.StageVersion.__table__.alias(compiler.name())
    row = there.row
    stands = and_(
        step.c.org_id == scope.org,
        step.c.version_id == row.version_id,
        step.c.step_id == row.step_id,
    )
    means = and_(
        stage.c.org_id == scope.org,
        stage.c.version_id == step.c.version_id,
        stage.c.stage_id == step.c.stage_id,
    )
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
    clause = there.clause.join(step, stands).join(stage, means)
    for beside, on in supposed.joins:
        clause = clause.outerjoin(beside, on)
    facts = facts.select_from(clause).where(
        *compiler.listed(pick, shape, lambda row: [], covered=False)(row),
        stage.c.state.in_([literal(OPEN), literal(WON)]),
        *supposed.kept(row),
    )
    within = facts.subquery(compiler.name())
    weighted = literal_column(WEIGHTED, within.c.grand_total.type).label("weighted")
    return select(within, weighted).where(*_in_period(compiler, pick, within.c.closes)).cte("deals")


def _in_period(compiler: Compiler, pick: Pick, closes: Element) -> list[Element]:
    given = {n: tree for n in ("from", "to") if (tree := pick.arguments.get(n)) is not None}
    period = Members(given)
    conditions: list[Any] = []
    if "from" in given:
        conditions.append(closes >= compiler.binder.bind(period, _start, Date))
    if "to" in given:
        conditions.append(closes <= compiler.binder.bind(period, _end, Date))
    return conditions


def _start(period: dict[str, date]) -> date:
    if "to" in period and period["from"] > period["to"]:
        raise Malformed("from must not be after to")
    return period["from"]


def _end(period: dict[str, date]) -> date:
    return period["to"]
