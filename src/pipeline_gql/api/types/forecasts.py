"""What a forecast answers."""

import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from pipeline_gql.api.inputs import optional
from pipeline_gql.api.types.node import told, typed
from pipeline_gql.domain.exchange import MOST_RATES
from pipeline_gql.domain.forecasts import MOST_ROWS, Grouping
from pipeline_gql.domain.scenarios import MOST_DAYS, MOST_NAMED

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

_ERROR = (
    "Each open one is won with its probability, whatever happens to the others. Exact for up to "
    "ten uncertain ones; of more, right to one percent of what is open and one percentage point."
)


@strawberry.type(
    description="What open opportunities of one currency may bring and won ones have brought."
)
class ForecastSums:
    currency: str = told("The ISO 4217 code of the currency.")
    open_count: int = told("How many are open.")
    open_value: Decimal = told("What the open ones are worth.")
    weighted: Decimal = told("Value times probability of the open ones, each rounded down.")
    won_count: int = told("How many are won.")
    won_value: Decimal = told("What the won ones are worth.")


@strawberry.type(description="The sums of all opportunities of one currency.")
class ForecastTotal(ForecastSums):
    p10: Decimal = told(
        f"What won and open ones together do not exceed with a chance of 10 %. {_ERROR}"
    )
    p50: Decimal = told("As p10, with a chance of 50 %.")
    p90: Decimal = told("As p10, with a chance of 90 %.")


@strawberry.type(description="The opportunities of a group that are of one currency.")
class ForecastRow(ForecastTotal):
    key: str | None = told(
        "The group: a month as 2026-03, a quarter as 2026-Q1, the id of a user, team, step or "
        "stage, or the text; null for the opportunities that have no such value."
    )
    label: str = told("The group's name for people.")


@strawberry.type(description="A rate by which was converted.")
class ForecastRate:
    from_currency: str = told("The ISO 4217 code of the currency that was converted.")
    to_currency: str = told("The ISO 4217 code of the currency it was converted to.")
    date: datetime.date = told("The first day on which the rate was valid.")
    rate: Decimal = told("What one of fromCurrency is worth.")


@strawberry.type(
    description="The sums of several currencies in one. What was won is converted at the rate of "
    "the day on which it was won, and what is open at today's; each sum is rounded once."
)
class ForecastConversion(ForecastSums):
    rates: list[ForecastRate] = told(
        f"The rates that were used, by currency and date; at most {MOST_RATES}, the latest."
    )
    more_rates: int = told("How many rates were used beside those that are listed.")
    missing: list[ForecastSums] = told(
        "What is not in the sums, since no rate was valid on its day: an entry for each currency."
    )


def converted_to() -> Any:
    """The only field of an answer that takes an argument."""
    field = typed(ForecastConversion, "The totals in one currency, by the rates that are kept.")
    field.arguments = [
        StrawberryArgument(
            python_name="currency",
            graphql_name=None,
            type_annotation=StrawberryAnnotation(str | None),
            default=strawberry.UNSET,
            description="The ISO 4217 code of the currency; the organisation's unless given.",
        )
    ]
    return field


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
    converted: Any = converted_to()
    unknown_ids: list[strawberry.ID] = told(
        "Ids of the scenario that name nothing the viewer sees, and so changed nothing."
    )


@strawberry.input(description="What is supposed of a step.")
class ForecastStep:
    step_id: strawberry.ID = told("The step.")
    probability: int = told("The probability of winning from there, in percent.")


@strawberry.input(description="When an open opportunity closes instead.")
class ForecastShift:
    opportunity_id: strawberry.ID = told("The opportunity.")
    days: int = told("By how many days later it closes; earlier if negative.")


@strawberry.input(
    description="What is supposed. It concerns what is open, and changes no record; an id that "
    "names nothing the viewer sees changes nothing either."
)
class ForecastScenario:
    steps: list[ForecastStep] | None = optional(
        "Probabilities of steps. What stands there has them, unless its own was set by hand; "
        f"at most {MOST_NAMED:,}, each step once."
    )
    shift_days: int | None = optional(
        "By how many days later everything closes that is open; earlier if negative; at most "
        f"{MOST_DAYS:,}."
    )
    shifts: list[ForecastShift] | None = optional(
        "Opportunities that are shifted by days of their own instead of shiftDays; "
        f"at most {MOST_NAMED:,}, each once."
    )
    leave_out: list[strawberry.ID] | None = optional(
        f"Opportunities, open or won, that are not counted; at most {MOST_NAMED:,}, each once."
    )


@strawberry.type(description="How often what was on a step was won in the end.")
class CalibrationStep:
    step_id: strawberry.ID = told("The step's id.")
    name: str = told("The step's name.")
    configured: int = told("The probability that the step promises, in percent.")
    measured: Decimal | None = told(
        "The percentage of the closed ones that were won, to two decimals; null if none is closed."
    )
    closed_count: int = told("How many were on the step at any time and are won or lost now.")
    won_count: int = told("How many of these were won.")
    lost_count: int = told("How many of these were lost.")
    open_count: int = told("How many were on the step at any time and are still open.")


@strawberry.type(
    description="What the steps of a pipeline promise, beside what became of the opportunities "
    "that were on them. Each counts once for a step, however often it came back to it."
)
class Calibration:
    pipeline_id: strawberry.ID = told("The pipeline's id.")
    steps: list[CalibrationStep] = told("The steps of the published version, in their order.")
