"""What the demo is to win this year, and what its currencies are worth in dollars."""

from datetime import date
from decimal import Decimal

from pipeline_gql.demo.people import MEMBER
from pipeline_gql.demo.rows import Rows, since
from pipeline_gql.domain.exchange import RATE_SCALE
from pipeline_gql.domain.money import SCALE
from pipeline_gql.store import models

UK_SALES = 1
HOME = "USD"
RATES = {"GBP": ("1.2710", "1.3045"), "EUR": ("1.0850", "1.1120"), "JPY": ("0.0066", "0.0068")}
"""A year ago, and since half a year. The dinar has none, and forecasts say so."""


def add_targets(rows: Rows) -> None:
    """Goals of the year for the member, a team and everybody; rates of three currencies."""
    _add_goal(rows, "Member's year", user_id=MEMBER, target_count=12)
    _add_goal(rows, "UK's year", team_id=UK_SALES, target_amount=90_000 * SCALE, currency="GBP")
    _add_goal(rows, "The year", target_amount=400_000 * SCALE, currency=HOME)
    for currency, rates in RATES.items():
        for day, rate in zip((rows.day(-400), rows.day(-180)), rates, strict=True):
            _add_rate(rows, currency, day, rate)


def _add_goal(
    rows: Rows,
    name: str,
    *,
    user_id: int | None = None,
    team_id: int | None = None,
    target_amount: int | None = None,
    currency: str | None = None,
    target_count: int | None = None,
) -> None:
    year = rows.today.year
    rows.numbered(
        models.Goal,
        name=name,
        metric="COUNT" if target_count else "REVENUE",
        user_id=user_id,
        team_id=team_id,
        pipeline_id=None,
        start_date=date(year, 1, 1),
        end_date=date(year, 12, 31),
        target_amount=target_amount,
        currency=currency,
        target_count=target_count,
        is_archived=False,
        reached_at=None,
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
