"""Goals: what they measure, which days they are for, and what makes one whole."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.facts import LAST_DAY
from pipeline_gql.domain.money import SCALE, units_of, written
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.spelling import counted


class Metric(StrEnum):
    """What is added up of the opportunities that were won."""

    REVENUE = "REVENUE"
    COUNT = "COUNT"


class Period(StrEnum):
    """A part of the calendar."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


def last_day(start: date, period: Period) -> date:
    """The last day of a period that begins on the first day of a month."""
    if start.day != 1:
        raise invalid(("start_date",), "must be the first day of a month", start)
    months = start.year * 12 + start.month - 1 + MONTHS[period]
    end = date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
    if end > LAST_DAY:
        raise invalid(("period",), f"must end by {LAST_DAY}", period.value)
    return end


def target_units(value: object, path: Path) -> int | None:
    """Ten-thousandths of an amount that is more than nothing, in whatever currency."""
    if value is None:
        return None
    if not isinstance(value, Decimal):
        raise invalid(path, "must be a decimal number", value)
    units = units_of(value, None, path)
    if units == 0:
        raise invalid(path, "must be more than 0", str(value))
    return units


def check_target(
    metric: Metric,
    amount: int | None,
    currency: str | None,
    count: int | None,
    problems: Problems,
) -> None:
    """Adds what of a target does not go with what is measured; `amount` is in ten-thousandths."""
    worth = None if amount is None else Decimal(amount) / SCALE
    told = {"target_amount": worth, "financial_unit_id": currency, "target_count": count}
    needed = {"target_count"} if metric is Metric.COUNT else {"target_amount", "financial_unit_id"}
    because = f"the metric is {metric.value}"
    for name, value in told.items():
        if name in needed and value is None:
            problems.add(missing((name,), because))
        if name not in needed and value is not None:
            problems.add(invalid((name,), f"must be absent: {because}", str(value)))
    if worth is not None and currency is not None:
        problems.check(units_of, worth, currency, ("target_amount",))


def reached(
    name: str | None, target: int, currency: str | None, start: date, end: date
) -> tuple[str, str]:
    """How users are told of a goal that was reached: title and text. Without a currency the
    target is a number of opportunities."""
    won = counted(target, "sale") if currency is None else written(target, currency)
    goal = f"{won} from {start} to {end}"
    return f"Goal reached: {name or goal}", f"The goal was {goal}."
