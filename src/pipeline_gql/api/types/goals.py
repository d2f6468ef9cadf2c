"""Goals, how far they are, and who won most."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.types.node import Node, maybe, told, typed
from pipeline_gql.domain.goals import Metric, Period

_METRICS = {
    Metric.REVENUE: "The value of what was won, in one currency.",
    Metric.COUNT: "How many were won, whatever their currency.",
}
_PERIODS = {
    Period.MONTH: "One month.",
    Period.QUARTER: "Three months.",
    Period.YEAR: "Twelve months.",
}
_metrics: Any = Enum(
    "GoalMetric",
    {m.name: strawberry.enum_value(m.value, description=_METRICS[m]) for m in Metric},
)
GoalMetric = strawberry.enum(
    _metrics, description="What is added up of the opportunities that were won."
)
_periods: Any = Enum(
    "GoalPeriod",
    {p.name: strawberry.enum_value(p.value, description=_PERIODS[p]) for p in Period},
)
GoalPeriod = strawberry.enum(_periods, description="How long a goal's period is.")

UNITS = "in the goal's currency; of a count, with two decimals, rounded down"


@strawberry.type(description="What was won in one currency.")
class WonTotal:
    currency: str = told("The ISO 4217 code of the currency.")
    count: int = told("How many were won.")
    value: Decimal = told("What they are worth.")


@strawberry.type(
    description="How far a goal is. It follows the viewer: only opportunities that the viewer sees "
    "count."
)
class GoalProgress:
    count: int = told("How many won opportunities count, each once.")
    value: Decimal | None = told("What they are worth; null if the metric is COUNT.")
    percent: Decimal = told(
        "How much of the target that is, rounded down to four decimals; may exceed 100."
    )
    remaining_value: Decimal | None = told(
        "What is missing to the target, 0 if it is reached; null if the metric is COUNT."
    )
    remaining_count: int | None = told(
        "How many are missing to the target, 0 if it is reached; null if the metric is REVENUE."
    )
    is_reached: bool = told("Whether the target is reached.")


@strawberry.type(
    description="Whether a goal will be reached if things go on as so far, by days in the "
    "organisation's time zone. It follows the viewer as progress does."
)
class GoalPace:
    days: int = told("How many days the period has.")
    days_passed: int = told("How many of them have begun; 0 before the first.")
    expected: Decimal = told(
        f"The part of the target that falls to the days that have begun, {UNITS}."
    )
    ahead: Decimal = told(
        "How much more than expected was won, less if negative, in the unit of expected."
    )
    is_behind: bool = told("Whether less than expected was won.")
    projected: Decimal | None = told(
        "What the whole period brings if every day brings what those that have begun did on "
        f"average, {UNITS}; null before the first day."
    )


@strawberry.type(
    description="What is to be won in a period: by a user, by a team, or by the whole organisation "
    "where neither is named. What counts is won, closed in the period and not deleted; for a user "
    "if the user owns it, for a team if it is shared with the team or owned by one of its members "
    "now. Each opportunity counts once."
)
class Goal(Node):
    name: str | None = told("What it is called.")
    metric: Any = typed(GoalMetric, "What is added up.")
    user: Any = maybe("User", "people", "The user whose goal it is.")
    team: Any = maybe("Team", "people", "The team whose goal it is.")
    pipeline: Any = maybe(
        "Pipeline", "pipelines", "The pipeline whose opportunities count; null if all do."
    )
    start_date: date = told("The first day.")
    end_date: date = told("The last day.")
    target_amount: Decimal | None = told("What is to be won; null if the metric is COUNT.")
    currency: str | None = told("The ISO 4217 code of its currency; null if the metric is COUNT.")
    target_count: int | None = told("How many are to be won; null if the metric is REVENUE.")
    progress: GoalProgress = told("How far it is.")
    pace: GoalPace = told("Whether it is far enough.")
    other_currencies: list[WonTotal] = told(
        "What would count but for its currency, an entry for each, by its code; it is not added "
        "up. Nothing if the metric is COUNT."
    )
    is_archived: bool = told("Whether it is pursued no more.")
    reached_at: datetime | None = told(
        "When it was found reached, counted over all opportunities, and those concerned were told."
    )
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.enum(description="Whom a leaderboard ranks.")
class LeaderboardBy(Enum):
    USER = strawberry.enum_value("USER", description="Users, by what they own.")
    TEAM = strawberry.enum_value(
        "TEAM",
        description="Teams, by what is shared with them or owned by their members now: once for "
        "each team, whatever number of its members has to do with it.",
    )


@strawberry.type(description="A place on a leaderboard.")
class LeaderboardRow:
    rank: int = told(
        "1 for the most; those with as much share a rank, and the next ones come after all of them."
    )
    user: Any = maybe("User", "people", "Who won it; null if teams are ranked.")
    team: Any = maybe("Team", "people", "Who won it; null if users are ranked.")
    count: int = told("How many won opportunities count, each once.")
    value: Decimal | None = told("What they are worth; null if no currency is chosen.")
    other_currencies: list[WonTotal] = told(
        "What would count but for its currency, an entry for each, by its code; it is not added up."
    )


@strawberry.type(
    description="Who won most, among the opportunities that the viewer sees. Nobody is listed "
    "without anything won, be it in another currency; what nobody owns is in no user's row."
)
class Leaderboard:
    metric: Any = typed(GoalMetric, "What is added up.")
    by: LeaderboardBy = told("Whom it ranks.")
    currency: str | None = told("The ISO 4217 code of the currency that counts; null if all do.")
    rows: list[LeaderboardRow] = told("By rank; those that share one by name.")
    more_rows: int = told("How many rows follow.")
