"""`forecast`: what open opportunities may bring and won ones have brought, added up in SQL."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Text, cast, func, literal_column, not_, select

from pipeline_gql.domain.forecasts import MOST_ROWS, Group, Grouping, Named, Sums
from pipeline_gql.domain.selection import Pick, picked, text
from pipeline_gql.store.reads import deals
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.groups import NAMES, placed
from pipeline_gql.store.reads.shapes import Element
from pipeline_gql.store.reads.statements import Statement, statement
from pipeline_gql.store.reads.text import literal

NOTHING: Element = literal_column("0")


def forecast(compiler: Compiler, pick: Pick) -> Statement:
    """One row of facts: the sums of each group and currency, and of each currency."""
    assert pick.below is not None
    grouping = Grouping(text(pick.arguments.members["groupBy"]))
    wanted = {below.name for below in pick.below.of("Forecast")}
    counted = deals.counted(compiler, pick, grouping)
    parts: list[Any] = []
    if wanted & {"rows", "moreRows"}:
        rows = _rows(placed(counted, grouping, compiler.scope))
        parts += [literal("rows"), _listed(rows)]
        if grouping in NAMES:
            parts += [literal("names"), _listed(NAMES[grouping](rows, compiler.scope))]
    if "totals" in wanted:
        sums = _sums(counted, counted.c.currency).order_by(counted.c.currency)
        parts += [literal("totals"), _listed(sums.subquery("totals"))]
    facts = statement(compiler, select(cast(func.json_build_object(*parts), Text)))
    return replace(facts, finish=partial(_finished, grouping, pick))


def _rows(counted: Any) -> Any:
    """The groups with the most records, each with how many groups there are."""
    keys = (counted.c.value, counted.c.currency)
    sums = _sums(counted, func.count().over().label("rows"), *keys).group_by(counted.c.value)
    return sums.order_by(func.count().desc(), *keys).limit(MOST_ROWS).cte("rows")


def _sums(counted: Any, *keys: Any) -> Any:
    won, still_open = counted.c.won, not_(counted.c.won)

    def added(column: Element, which: Element) -> Element:
        return func.coalesce(func.sum(column).filter(which), NOTHING)

    sums = select(
        *keys,
        func.count().filter(still_open).label("open_count"),
        added(counted.c.grand_total, still_open).label("open_value"),
        added(counted.c.weighted, still_open).label("weighted"),
        func.count().filter(won).label("won_count"),
        added(counted.c.grand_total, won).label("won_value"),
    )
    return sums.group_by(counted.c.currency)


def _listed(rows: Any) -> Any:
    """The rows of a query as a list of lists."""
    return select(func.json_agg(func.json_build_array(*rows.c))).scalar_subquery()


# ---- what becomes of the facts ------------------------------------------------------------------

Lists = list[list[Any]]


def _finished(grouping: Grouping, pick: Pick, facts: bytes) -> bytes:
    # Not by orjson, to which sums of more than 64 bits are floats.
    found: dict[str, Lists | None] = json.loads(facts)
    rows = found.get("rows") or []
    told: dict[str, object] = {
        "groupBy": grouping.value,
        "rows": _told(grouping, rows, found.get("names") or []),
        "moreRows": rows[0][0] - len(rows) if rows else 0,
        "totals": [Sums(*sums).told() for sums in found.get("totals") or []],
    }
    return orjson.dumps(picked(told, pick))


def _told(grouping: Grouping, rows: Lists, names: Lists) -> list[dict[str, object]]:
    known = {str(key): Named(name, tuple(place)) for key, name, *place in names}
    found = [(_group(grouping, value, known), Sums(*sums)) for _, value, *sums in rows]
    found.sort(key=lambda each: (each[0].place, each[1].currency))
    return [{"key": group.key, "label": group.label, **sums.told()} for group, sums in found]


def _group(grouping: Grouping, value: str, names: dict[str, Named]) -> Group:
    """Of a value as `groups.marked` gives it."""
    there = value[1:] if value else None
    return Group(grouping, there, names.get(there or ""))
