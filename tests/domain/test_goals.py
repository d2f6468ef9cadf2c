"""The periods and targets of goals."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.errors import Refusal, Refused, ValueInvalid
from pipeline_gql.domain.goals import Metric, Period, check_target, last_day, reached, target_units
from pipeline_gql.domain.problems import Problems

firsts = st.dates(date(1900, 1, 1), date(2998, 12, 31)).map(lambda day: day.replace(day=1))
MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


@given(start=firsts, period=st.sampled_from(Period))
def test_a_period_is_so_many_whole_months(start: date, period: Period) -> None:
    end = start
    for _ in range(MONTHS[period]):
        end += timedelta(days=monthrange(end.year, end.month)[1])
    assert last_day(start, period) == end - timedelta(days=1)


@given(day=st.dates(date(1900, 1, 1), date(2999, 12, 31)), period=st.sampled_from(Period))
def test_a_period_begins_with_a_month_and_ends_in_time(day: date, period: Period) -> None:
    if day.day == 1 and (day.year, day.month + MONTHS[period]) <= (2999, 13):
        assert last_day(day, period) >= day
        return
    with pytest.raises(ValueInvalid):
        last_day(day, period)


def told(metric: Metric, amount: int | None, currency: str | None, count: int | None) -> set[str]:
    """The fields that are complained of."""
    problems = Problems()
    check_target(metric, amount, currency, count, problems)
    try:
        problems.raise_if_any()
    except (Refusal, Refused) as refused:
        return {str(each.path[0]) for each in refused.refusals}
    return set()


maybe_amount = st.none() | st.integers(1, 10**15)
maybe_currency = st.none() | st.sampled_from(["USD", "JPY", "KWD", "CLF"])


@given(
    metric=st.sampled_from(Metric),
    amount=maybe_amount,
    currency=maybe_currency,
    count=st.none() | st.integers(1, 9),
)
def test_a_target_has_what_its_metric_needs_and_nothing_else(
    metric: Metric, amount: int | None, currency: str | None, count: int | None
) -> None:
    given = {"target_amount": amount, "financial_unit_id": currency, "target_count": count}
    needed = {"target_count"} if metric is Metric.COUNT else {"target_amount", "financial_unit_id"}
    wrong = {name for name, value in given.items() if (value is not None) is (name not in needed)}
    if amount is not None and currency is not None and amount % 10 ** (4 - EXPONENTS[currency]):
        wrong.add("target_amount")
    assert told(metric, amount, currency, count) == wrong


def test_a_target_is_more_than_nothing() -> None:
    assert target_units(Decimal("0.0001"), ("target_amount",)) == 1
    assert target_units(None, ("target_amount",)) is None
    with pytest.raises(ValueInvalid):
        target_units(Decimal("0.00"), ("target_amount",))


def test_a_goal_without_a_name_is_told_by_its_target() -> None:
    days = date(2026, 1, 1), date(2026, 3, 31)
    assert reached("Q1", 5_000, "GBP", *days) == (
        "Goal reached: Q1",
        "The goal was 0.50 GBP from 2026-01-01 to 2026-03-31.",
    )
    title, _ = reached(None, 1, None, *days)
    assert title == "Goal reached: 1 sale from 2026-01-01 to 2026-03-31"
