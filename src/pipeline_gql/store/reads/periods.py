"""Periods: from a day to a day, both of them in it, either of them open."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, DateTime, cast, func

from pipeline_gql.domain.filters import Malformed
from pipeline_gql.domain.selection import Members, Pick
from pipeline_gql.store.reads.binding import Binder
from pipeline_gql.store.reads.criteria import time_zone
from pipeline_gql.store.reads.shapes import Element


def within(binder: Binder, pick: Pick, day: Element) -> list[Element]:
    """What holds of a day in the period of the arguments; a missing day is in none but all time."""
    period = _period(pick)
    conditions: list[Any] = []
    if "from" in period.members:
        conditions.append(day >= binder.bind(period, _start, Date))
    if "to" in period.members:
        conditions.append(day <= binder.bind(period, _end, Date))
    return conditions


def edges(binder: Binder, pick: Pick) -> tuple[Element | None, Element | None]:
    """The moment at which the period begins, and the one at which it is over, in the
    organisation's time zone."""
    period = _period(pick)

    def turn(read: Any) -> Element:
        midnight = cast(binder.bind(period, read, Date), DateTime(timezone=False))
        return func.timezone(time_zone(binder.scope), midnight)

    start = turn(_start) if "from" in period.members else None
    return start, turn(_day_after) if "to" in period.members else None


def _period(pick: Pick) -> Members:
    given = {n: tree for n in ("from", "to") if (tree := pick.arguments.get(n)) is not None}
    return Members(given)


def _start(period: dict[str, date]) -> date:
    if "to" in period and period["from"] > period["to"]:
        raise Malformed("from must not be after to")
    return period["from"]


def _end(period: dict[str, date]) -> date:
    return period["to"]


def _day_after(period: dict[str, date]) -> date:
    return period["to"] + timedelta(days=1)
