"""Goals, and how far they are: what was won is added up beside each, once for all of its fields."""

from typing import Any

from sqlalchemy import BigInteger, Numeric, and_, case, cast, func, literal_column, or_, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.conditions import undeleted, visible
from pipeline_gql.store.reads.criteria import (
    CREATED,
    UPDATED,
    by,
    creation,
    order,
    related,
    today,
)
from pipeline_gql.store.reads.people import AGES
from pipeline_gql.store.reads.shapes import (
    Element,
    Form,
    Row,
    Rows,
    Scope,
    Shape,
    Value,
    Worked,
    boolean,
    code,
    column,
    day,
    identity,
    moment,
    money,
    number,
    text,
    to_one,
)
from pipeline_gql.store.reads.text import amount, literal
from pipeline_gql.store.reads.winning import WON_TOTAL, counts, won_totals

NOTHING: Element = literal_column("0")
SCALE: Element = literal_column("10000")
ALL: Element = literal_column("1000000")
"""A hundred percent."""


def _is_revenue(goal: Row) -> Element:
    return goal.metric == literal("REVENUE")


def _counted(goal: Row, scope: Scope) -> tuple[Any, list[Any]]:
    """The opportunities that the viewer sees and that count, but for their currency."""
    deal: Any = models.Opportunity.__table__.alias()
    met = [deal.c.org_id == scope.org, undeleted(deal.c)]
    met += [visible(deal.c, scope.org, scope.me, scope.sight), counts(goal, deal.c, scope.org)]
    return deal, met


def reached(goal: Row, scope: Scope) -> Any:
    """Count and value; `units` is the one that is measured, in ten-thousandths, as `target` is."""
    deal, met = _counted(goal, scope)
    met.append(or_(goal.currency.is_(None), deal.c.currency == goal.currency))
    value = func.coalesce(func.sum(deal.c.grand_total), NOTHING)
    sums: Any = select(func.count().label("count"), cast(value, Numeric).label("value"))
    won = sums.select_from(deal).where(*met).subquery()
    count = cast(won.c.count, Numeric) * SCALE
    target = func.coalesce(goal.target_amount, cast(goal.target_count, BigInteger) * SCALE)
    days = goal.end_date - goal.start_date + literal_column("1")
    begun = today(scope) - goal.start_date + literal_column("1")
    return select(
        won.c.count,
        won.c.value,
        case((_is_revenue(goal), won.c.value), else_=count).label("units"),
        cast(target, Numeric).label("target"),
        cast(days, BigInteger).label("days"),
        cast(func.greatest(func.least(begun, days), NOTHING), BigInteger).label("passed"),
    )


def _progress(goal: Row, scope: Scope) -> Any:
    """What is told of it. Amounts are cut to the currency's coins before they are compared."""
    won = reached(goal, scope).subquery().c
    shown = amount(won.units, goal.currency)
    expected = amount(func.div(won.target * won.passed, won.days), goal.currency)
    projected = amount(func.div(won.units * won.days, won.passed), goal.currency)
    missing: Element = func.greatest(won.target - won.units, NOTHING)
    is_revenue = _is_revenue(goal)
    return select(
        won.count,
        case((is_revenue, won.value)).label("value"),
        func.div(won.units * ALL, won.target).label("percent"),
        case((is_revenue, missing)).label("remaining_value"),
        case((is_revenue, None), else_=func.div(missing, SCALE)).label("remaining_count"),
        (won.units >= won.target).label("is_reached"),
        won.days,
        won.passed,
        expected.label("expected"),
        (shown - expected).label("ahead"),
        (shown < expected).label("is_behind"),
        case((won.passed > NOTHING, projected)).label("projected"),
        goal.currency.label("currency"),
    )


def _elsewhere(goal: Row, scope: Scope) -> Any:
    deal, met = _counted(goal, scope)
    other = and_(goal.currency.is_not(None), deal.c.currency != goal.currency)
    return won_totals(deal, deal.c).where(*met, other)


def _decimal(name: str, *, nullable: bool = False) -> Value:
    """A decimal that was cut already."""
    return Value(column(name), Form.CODE, nullable)


GOAL = Shape(
    "Goal",
    models.Goal,
    {
        "id": identity("Goal"),
        "name": text("name", nullable=True),
        "metric": code("metric"),
        "user": to_one("User", "user_id"),
        "team": to_one("Team", "team_id"),
        "pipeline": to_one("Pipeline", "pipeline_id"),
        "startDate": day("start_date"),
        "endDate": day("end_date"),
        "targetAmount": money("target_amount", nullable=True),
        "currency": code("currency", nullable=True),
        "targetCount": number("target_count", nullable=True),
        "progress": Worked(
            "GoalProgress",
            _progress,
            {
                "count": number("count"),
                "value": money("value", nullable=True),
                "percent": Value(column("percent"), Form.PERCENT),
                "remainingValue": money("remaining_value", nullable=True),
                "remainingCount": number("remaining_count", nullable=True),
                "isReached": boolean("is_reached"),
            },
        ),
        "pace": Worked(
            "GoalPace",
            _progress,
            {
                "days": number("days"),
                "daysPassed": number("passed"),
                "expected": _decimal("expected"),
                "ahead": _decimal("ahead"),
                "isBehind": boolean("is_behind"),
                "projected": _decimal("projected", nullable=True),
            },
        ),
        "otherCurrencies": Rows("WonTotal", _elsewhere, WON_TOTAL),
        "isArchived": boolean("is_archived"),
        "reachedAt": moment("reached_at", nullable=True),
        "version": number("version"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The goal's id.", type="Goal"),
        "name": by(Kind.TEXT, "name", "What it is called."),
        "metric": by(Kind.TEXT, "metric", "What is added up: REVENUE or COUNT."),
        "userId": by(Kind.ID, "user_id", "The id of the user whose goal it is.", type="User"),
        "userName": related(
            Kind.TEXT, models.User, "name", "user_id", "The name of the user whose goal it is."
        ),
        "teamId": by(Kind.ID, "team_id", "The id of the team whose goal it is.", type="Team"),
        "teamName": related(
            Kind.TEXT, models.Team, "name", "team_id", "The name of the team whose goal it is."
        ),
        "pipelineId": by(Kind.ID, "pipeline_id", "The pipeline's id.", type="Pipeline"),
        "startDate": by(Kind.DATE, "start_date", "The first day."),
        "endDate": by(Kind.DATE, "end_date", "The last day."),
        "targetAmount": by(Kind.MONEY, "target_amount", "What is to be won."),
        "currency": by(Kind.TEXT, "currency", "The ISO 4217 code of the currency."),
        "targetCount": by(Kind.INTEGER, "target_count", "How many are to be won."),
        "isArchived": by(Kind.BOOLEAN, "is_archived", "Whether it is pursued no more."),
        "reachedAt": by(Kind.TIMESTAMP, "reached_at", "When it was found reached."),
        **creation(),
    },
    orders={
        "startDate": order(Kind.DATE, "start_date", "By the first day."),
        "endDate": order(Kind.DATE, "end_date", "By the last day."),
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    },
)

SHAPES = (GOAL,)
