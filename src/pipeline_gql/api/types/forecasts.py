"""What a forecast answers."""

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.types.node import told, typed
from pipeline_gql.domain.forecasts import MOST_ROWS, Grouping

_MEANINGS = {
    Grouping.MONTH: "By the month of the close date, in the organisation's time zone.",
    Grouping.QUARTER: "By the quarter of the close date, in the organisation's time zone.",
    Grouping.OWNER: "By who is responsible.",
    Grouping.TEAM: "By team: one shared with several teams counts in the row of each.",
    Grouping.STEP: "By the step it stands on.",
    Grouping.STAGE: "By the stage of its step.",
    Grouping.SOURCE: "By where it came from.",
    Grouping.CATEGORY: "By forecast category.",
}
_groupings: Any = Enum(
    "ForecastGroup",
    {g.name: strawberry.enum_value(g.value, description=_MEANINGS[g]) for g in Grouping},
)
ForecastGroup = strawberry.enum(_groupings, description="What a forecast is grouped by.")


@strawberry.type(
    description="What open opportunities of one currency may bring and won ones have brought."
)
class ForecastTotal:
    currency: str = told("The ISO 4217 code of the currency.")
    open_count: int = told("How many are open.")
    open_value: Decimal = told("What the open ones are worth.")
    weighted: Decimal = told("Value times probability of the open ones, each rounded down.")
    won_count: int = told("How many are won.")
    won_value: Decimal = told("What the won ones are worth.")


@strawberry.type(description="The opportunities of a group that are of one currency.")
class ForecastRow(ForecastTotal):
    key: str | None = told(
        "The group: a month as 2026-03, a quarter as 2026-Q1, the id of a user, team, step or "
        "stage, or the text; null for the opportunities that have no such value."
    )
    label: str = told("The group's name for people.")


@strawberry.type(
    description="Opportunities that are open, and those that were won, added up for each currency. "
    "What was lost or put aside counts nowhere."
)
class Forecast:
    group_by: Any = typed(ForecastGroup, "What the rows are grouped by.")
    rows: list[ForecastRow] = told(
        "The groups, each with a row for each of its currencies: by time, by the place in the "
        f"pipeline or by name, the group without a value last. At most {MOST_ROWS:,}, those with "
        "the most opportunities."
    )
    more_rows: int = told("How many rows were left out, since there are more than can be listed.")
    totals: list[ForecastTotal] = told(
        "The sum for each currency, in which every opportunity counts once."
    )
