"""How much a forecast brings out of the database: by groups, not by deals."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from pipeline_gql.domain.chances import MOST_LIKELY
from pipeline_gql.domain.forecasts import MOST_ROWS
from pipeline_gql.domain.selection import Leaf, Members, Pick, Selection
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store.database import Database
from pipeline_gql.store.reads.binding import Asked
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.forecasts import forecast
from pipeline_gql.store.reads.registry import SHAPES
from tests.organisations import Organisation

DEALS = 3_000
SOLD = """
INSERT INTO opportunity (org_id, id, name, pipeline_id, version_id, step_id, step_entered_at,
    currency, net_total, grand_total, probability, expected_close_date, lead_source)
SELECT :org, i, 'n', 1, 1, 3, now(), 'USD', i * 100, i * 100, 1 + i % 99,
    date '2026-01-01' + 31 * (i % 2), 's' || i
FROM generate_series(1, :deals) AS i"""
STAYS = """
INSERT INTO step_stay (org_id, opportunity_id, step_id, version_id, entered_at, value, currency,
    probability, cause)
SELECT :org, i, 3, 1, now(), 0, 'USD', 0, 'ENTRY' FROM generate_series(1, :deals) AS i"""


def _picked(name: str, path: tuple[str, ...], below: dict[str, tuple[Pick, ...]]) -> Pick:
    return Pick(name, name, Members({}), Selection(below, abstract=False), path)


def _asking(grouping: str) -> Pick:
    sums = tuple(
        Pick(name, name, Members({}), None, ("forecast", "rows", name))
        for name in ("openValue", "p10", "p50", "p90")
    )
    below = (
        _picked("rows", ("forecast", "rows"), {"ForecastRow": sums}),
        _picked("totals", ("forecast", "totals"), {"ForecastTotal": sums}),
    )
    of = Selection({"Forecast": below}, abstract=False)
    arguments = Members({"groupBy": Leaf(grouping)})
    return Pick("forecast", "forecast", arguments, of, ("forecast",))


@pytest.mark.parametrize(("grouping", "rows"), [("MONTH", 2), ("SOURCE", MOST_ROWS)])
async def test_a_forecast_reads_its_groups_and_never_its_deals(
    database: Database, organisation: Organisation, grouping: str, rows: int
) -> None:
    async with database.writing(organisation.org_id) as unit:
        for statement in (SOLD, STAYS):
            given = {"org": organisation.org_id, "deals": DEALS}
            await unit.session.execute(text(statement), given)
    statement = forecast(Compiler(SHAPES, Sight.ALL), _asking(grouping))
    asked = Asked({}, organisation.org_id, organisation.admin.user_id)
    async with database.reading(organisation.org_id) as reader:
        raw = await reader.json(statement.sql, statement.arguments(asked))
    assert raw is not None
    facts: dict[str, list[list[Any]]] = json.loads(raw)
    assert len(facts["rows"]) == rows
    assert len(facts["totals"]) == 1
    alone = {"MONTH": MOST_LIKELY, "SOURCE": 1}[grouping]
    assert {_listed(sums) for sums in facts["rows"]} == {alone}
    assert _listed(facts["totals"][0]) == MOST_LIKELY


def _listed(sums: list[Any]) -> int:
    """The deals that come one by one with a row."""
    return next(len(each) for each in sums if isinstance(each, list))
