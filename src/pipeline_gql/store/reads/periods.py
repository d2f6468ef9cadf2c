"""Periods: from a day to a day, both of them in it, either of them open."""

from datetime import date
from typing import Any

from sqlalchemy import Date

from pipeline_gql.domain.filters import Malformed
from pipeline_gql.domain.selection import Members, Pick
from pipeline_gql.store.reads.binding import Binder
from pipeline_gql.store.reads.shapes import Element


def within(binder: Binder, pick: Pick, day: Element) -> list[Element]:
    """What holds of a day in the period of the arguments; a missing day is in none but all time."""
    given = {n: tree for n in ("from", "to") if (tree := pick.arguments.get(n)) is not None}
    period = Members(given)
    conditions: list[Any] = []
    if "from" in given:
        conditions.append(day >= binder.bind(period, _start, Date))
    if "to" in given:
        conditions.append(day <= binder.bind(period, _end, Date))
    return conditions


def _start(period: dict[str, date]) -> date:
    if "to" in period and period["from"] > period["to"]:
        raise Malformed("from must not be after to")
    return period["from"]


def _end(period: dict[str, date]) -> date:
    return period["to"]
