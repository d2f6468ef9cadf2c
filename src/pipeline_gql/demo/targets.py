"""What the demo is to win this year, and what its currencies are worth in dollars."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from pipeline_gql.demo.deals import Deal
from pipeline_gql.demo.people import MEMBER
from pipeline_gql.demo.rows import Rows, since
from pipeline_gql.domain.exchange import RATE_SCALE
from pipeline_gql.domain.money import SCALE
from pipeline_gql.domain.pipeline import State
from pipeline_gql.store import models

UK_SALES = 1
HOME = "USD"
FEW = 3
RATES = {"GBP": ("1.2710", "1.3045"), "EUR": ("1.0850", "1.1120"), "JPY": ("0.0066", "0.0068")}
"""A year ago, and since half a year. The dinar has none, and forecasts say so."""


def add_targets(rows: Rows, deals: Sequence[Deal]) -> None:
    """Goals of the year for the member, a team and everybody, and one that the member reached;
    rates of three currencies."""
    _add_goal(rows, "Member's year", user_id=MEMBER, target_count=12)
    _add_goal(rows, "UK's year", team_id=UK_SALES, target_amount=90_000 * SCALE, currency="GBP")
    _add_goal(rows, "The year", target_amount=400_000 * SCALE, currency=HOME)
    _add_reached(rows, deals)
    for currency, rates in RATES.items():
        for day, rate in zip((rows.day(-400), rows.day(-180)), rates, strict=True):
            _add_rate(rows, currency, day, rate)


def _add_reached(rows: Rows, deals: Sequence[Deal]) -> None:
    """Of the twelve months until yesterday, told when the last of its sales was won."""
    mine = [deal for deal in deals if deal.row["owner_id"] == MEMBER]
    wins = sorted(deal.stops[-1].at for deal in mine if deal.state is State.WON)
    first, last = rows.day(-365), rows.day(-1)
    at = wins[FEW - 1] + timedelta(seconds=5)
    _add_goal(
        rows, "Three to begin with", user_id=MEMBER, target_count=FEW, between=(first, last), at=at
    )


def _add_goal(
    rows: Rows,
    name: str,
    *,
    user_id: int | None = None,
    team_id: int | None = None,
    target_amount: int | None = None,
    currency: str | None = None,
    target_count: int | None = None,
    between: tuple[date, date] | None = None,
    at: datetime | None = None,
) -> None:
    """Of this year unless told otherwise; `at` is when it was reached."""
    year = rows.today.year
    start, end = between or (date(year, 1, 1), date(year, 12, 31))
    rows.numbered(
        models.Goal,
        name=name,
        metric="COUNT" if target_count else "REVENUE",
        user_id=user_id,
        team_id=team_id,
        pipeline_id=None,
        start_date=start,
        end_date=end,
        target_amount=target_amount,
        currency=currency,
        target_count=target_count,
        is_archived=False,
        reached_at=at,
        **since(rows.at(-100)),
    )


def _add_rate(rows: Rows, currency: str, day: date, rate: str) -> None:
    rows.numbered(
        models.ExchangeRate,
        from_currency=currency,
        to_currency=HOME,
        day=day,
        rate=int(Decimal(rate) * RATE_SCALE),
        deleted_at=None,
        **since(rows.at(-100)),
    )
