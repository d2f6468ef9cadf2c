"""`forecast`: what open opportunities may bring and won ones have brought, added up in SQL."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Text, cast, func, select

from pipeline_gql.domain.exchange import Converted, rate_told
from pipeline_gql.domain.forecasts import MOST_ROWS, Group, Grouping, Named, Sums
from pipeline_gql.domain.selection import TYPENAME, Pick, picked, text
from pipeline_gql.store.reads import deals
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.conversions import converted
from pipeline_gql.store.reads.groups import NAMES, placed
from pipeline_gql.store.reads.scenarios import Supposed
from pipeline_gql.store.reads.statements import Statement, statement
from pipeline_gql.store.reads.sums import spread, summed
from pipeline_gql.store.reads.text import literal

PERCENTILES = {"p10", "p50", "p90"}
Lists = list[list[Any]]


def forecast(compiler: Compiler, pick: Pick) -> Statement:
    """One row of facts: the sums of each group and currency, and of each currency."""
    assert pick.below is not None
    grouping = Grouping(text(pick.arguments.members["groupBy"]))
    supposed = Supposed(compiler, pick.arguments.get("scenario"))
    counted = deals.counted(compiler, pick, grouping, supposed)
    wanted = {below.name for below in pick.below.of("Forecast")}
    parts: dict[str, Any] = {}
    conversions: dict[str, Any] = {}
    if wanted & {"rows", "moreRows"}:
        there = placed(counted, grouping, compiler.scope)
        rows = _rows(there)
        spreads = _spreads(pick, "rows")
        parts["rows"] = spread(rows, there, "value", "currency") if spreads else rows
        if grouping in NAMES:
            parts["names"] = NAMES[grouping](rows, compiler.scope)
    if "totals" in wanted:
        totals = _totals(counted)
        parts["totals"] = (
            spread(totals, counted, "currency") if _spreads(pick, "totals") else totals
        )
    if "unknownIds" in wanted and (unknown := supposed.unknown()) is not None:
        parts["unknown"] = unknown.subquery("unknown")
    for below in pick.below.of("Forecast"):
        if below.name == "converted":
            conversions[below.key] = converted(compiler, below, counted)
    facts = [each for name, rows in parts.items() for each in (literal(name), _listed(rows))]
    if conversions:
        pairs = [each for key, sums in conversions.items() for each in (literal(key), sums)]
        facts += [literal("converted"), func.json_build_object(*pairs)]
    made = statement(compiler, select(cast(func.json_build_object(*facts), Text)))
    return replace(made, finish=partial(_finished, grouping, pick))


def _spreads(pick: Pick, name: str) -> bool:
    """Whether percentiles are selected of these sums: they take more facts and more time."""
    assert pick.below is not None
    chosen = [below.below for below in pick.below.of("Forecast") if below.name == name]
    return any(
        each.name in PERCENTILES for below in chosen if below for picks in below.branches.values()
        for each in picks
    )  # fmt: skip


def _rows(counted: Any) -> Any:
    """The groups with the most records, each with how many groups there are."""
    keys = (counted.c.value, counted.c.currency)
    sums = summed(counted, func.count().over().label("rows"), *keys).group_by(*keys)
    return sums.order_by(func.count().desc(), *keys).limit(MOST_ROWS).cte("rows")


def _totals(counted: Any) -> Any:
    return summed(counted, counted.c.currency).group_by(counted.c.currency).subquery("totals")


def _listed(rows: Any) -> Any:
    """The rows of a query as a list of lists."""
    return select(func.json_agg(func.json_build_array(*rows.c))).scalar_subquery()


# ---- what becomes of the facts ------------------------------------------------------------------


def _finished(grouping: Grouping, pick: Pick, facts: bytes) -> bytes:
    # Not by orjson, to which sums of more than 64 bits are floats.
    found: dict[str, Any] = json.loads(facts)
    rows: Lists = found.get("rows") or []
    totals: Lists = found.get("totals") or []
    unknown: Lists = found.get("unknown") or []
    told: dict[str, object] = {
        "groupBy": grouping.value,
        "rows": _told(grouping, rows, found.get("names") or []),
        "moreRows": rows[0][0] - len(rows) if rows else 0,
        "totals": [Sums.of(total).told() for total in sorted(totals, key=lambda each: each[0])],
        "unknownIds": sorted({id for (id,) in unknown}),
    }
    assert pick.below is not None
    members: dict[str, object] = {}
    for below in pick.below.of("Forecast"):
        if below.name == "converted":
            members[below.key] = picked(_converted(*found["converted"][below.key]), below)
        elif below.name == TYPENAME:
            members[below.key] = "Forecast"
        else:
            members[below.key] = picked(told[below.name], below)
    return orjson.dumps(members)


def _converted(sums: list[Any], rates: Lists | None, count: int, missing: Lists | None) -> Any:
    whole, listed = Converted(*sums), sorted(rates or [])
    return whole.told() | {
        "rates": [rate_told(rate, whole.currency) for rate in listed],
        "moreRates": count - len(listed),
        "missing": [Sums(*each, certain=0).told() for each in missing or []],
    }


def _told(grouping: Grouping, rows: Lists, names: Lists) -> list[dict[str, object]]:
    known = {str(key): Named(name, tuple(place)) for key, name, *place in names}
    found = [(_group(grouping, value, known), Sums.of(sums)) for _, value, *sums in rows]
    found.sort(key=lambda each: (each[0].place, each[1].currency))
    return [{"key": group.key, "label": group.label, **sums.told()} for group, sums in found]


def _group(grouping: Grouping, value: str, names: dict[str, Named]) -> Group:
    """Of a value as `groups.marked` gives it."""
    there = value[1:] if value else None
    return Group(grouping, there, names.get(there or ""))
