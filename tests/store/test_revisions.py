"""What the database keeps of what opportunities were: by triggers, whoever writes."""

from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any

import asyncpg
import pytest

from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.upgrade import migrations, revise, upgrade
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.store.test_rules import opportunity, stay, write

KEPT = (
    *("version_id", "step_id", "step_entered_at", "name", "account_id", "owner_id"),
    *("region_code", "currency", "net_total", "tax_total", "grand_total", "probability"),
    *("expected_close_date", "actual_close_date", "lead_source", "forecast_category", "weighted"),
)
LAST = "0016"


def state(row: Any) -> tuple[object, ...]:
    deleted = row["deleted_at"] is not None if "deleted_at" in row else row["is_deleted"]
    return (*(row[name] for name in KEPT), deleted)


async def kept(urls: DatabaseUrls, id: int = 1) -> tuple[Any, list[Any]]:
    """The opportunity as it is, and its revisions in their order."""
    connection = await asyncpg.connect(urls.admin)
    row = await connection.fetchrow("SELECT * FROM opportunity WHERE id = $1", id)
    found = await connection.fetch(
        "SELECT * FROM opportunity_revision WHERE opportunity_id = $1 ORDER BY since", id
    )
    await connection.close()
    return row, found


def assert_gapless(revisions: list[Any]) -> None:
    for here, there in pairwise(revisions):
        assert here["since"] < here["until"] == there["since"]
    assert revisions[-1]["until"] is None


def change(random: Random, o: Organisation, row: models.Opportunity) -> None:
    """Some field, perhaps to what it is."""
    name, values = random.choice([
        ("name", ["A", "B"]), ("owner_id", [None, o.admin.user_id, o.member.user_id]),
        ("currency", ["GBP", "JPY"]), ("probability", [10, 20]), ("lead_source", [None, "Web"]),
        ("description", ["not", "kept"]),
    ])  # fmt: skip
    setattr(row, name, random.choice(values))
    if random.random() < 0.3:
        row.net_total = row.grand_total = random.choice([0, 100_000, 250_000])


@pytest.mark.parametrize("seed", range(8))
async def test_every_state_that_a_transaction_left_is_kept_once_for_as_long_as_it_was(
    database: Database, organisation: Organisation, urls: DatabaseUrls, seed: int
) -> None:
    random, o = Random(seed), organisation
    await write(database, o, opportunity(o), stay(o))
    row, _ = await kept(urls)
    states: list[tuple[object, ...]] = [state(row)]
    times: list[datetime] = [row["created_at"]]
    for _ in range(12):
        async with database.writing(o.org_id) as unit:
            now = await _change(unit, random, o)
        row, _ = await kept(urls)
        if state(row) != states[-1]:
            states.append(state(row))
            times.append(now)
    _, revisions = await kept(urls)
    assert_gapless(revisions)
    told = [state(each) for each in revisions]
    # What changed to and fro within one transaction may be told twice.
    assert [each for i, each in enumerate(told) if i == 0 or each != told[i - 1]] == states
    assert {*times} <= {each["since"] for each in revisions}


async def _change(unit: Unit, random: Random, o: Organisation) -> datetime:
    row = await unit.session.get_one(models.Opportunity, (o.org_id, 1))
    for _ in range(random.randint(1, 4)):
        change(random, o, row)
        await unit.session.flush()
    if random.random() < 0.2:
        row.deleted_at = None if row.deleted_at else unit.now
        await unit.session.flush()
    return unit.now


async def test_a_clock_that_goes_back_does_not_turn_the_order_round(
    database: Database, organisation: Organisation, urls: DatabaseUrls
) -> None:
    o = organisation
    await write(database, o, opportunity(o, created_at=datetime(2090, 1, 1).astimezone()), stay(o))
    for name in ("B", "C"):
        async with database.writing(o.org_id) as unit:
            (await unit.session.get_one(models.Opportunity, (o.org_id, 1))).name = name
    _, revisions = await kept(urls)
    assert_gapless(revisions)
    assert [each["name"] for each in revisions] == ["Deal 1", "B", "C"]


async def test_what_was_before_revisions_were_kept_is_taken_from_the_stays(
    database: Database, organisation: Organisation, urls: DatabaseUrls
) -> None:
    o = organisation
    deals = [opportunity(o, id, created_at=datetime(2029, 1, 1).astimezone()) for id in (1, 2, 3)]
    await write(database, o, *deals, *(stay(o, id) for id in (1, 2, 3)))
    connection = await asyncpg.connect(urls.admin)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(
        "UPDATE opportunity SET grand_total = 7, net_total = 7, updated_at = '2031-01-01',"
        " deleted_at = CASE id WHEN 3 THEN timestamptz '2031-01-01' END WHERE id > 1"
    )
    await connection.execute(
        "INSERT INTO step_stay (org_id, opportunity_id, version_id, step_id, entered_at, left_at,"
        " value, currency, probability, cause) VALUES ($1, 1, $2, $3, '2029-06-01', '2030-01-01',"
        " 5, 'JPY', 40, 'ENTRY')",
        *(o.org_id, o.version_id, o.steps["Opportunity"]),
    )
    await connection.close()
    later = [file for file in migrations().glob("versions/0*.py") if file.name[:4] > LAST]
    await revise(urls.of("pipeline_migrate"), f"-{len(later)}")
    await upgrade(urls.of("pipeline_migrate"))
    for id in (1, 2, 3):
        row, revisions = await kept(urls, id)
        assert_gapless(revisions)
        assert state(revisions[-1]) == state(row)
        assert revisions[0]["since"] == row["created_at"]
        assert len(revisions) == 2
    _, (first, _) = await kept(urls, 1)
    assert (first["grand_total"], first["currency"], first["probability"]) == (5, "JPY", 40)
    assert first["step_id"] == o.steps["Opportunity"]


async def test_revisions_go_with_the_opportunity(
    database: Database, organisation: Organisation, urls: DatabaseUrls
) -> None:
    await write(database, organisation, opportunity(organisation), stay(organisation))
    connection = await asyncpg.connect(urls.admin)
    await connection.execute("DELETE FROM timeline_entry")
    await connection.execute(
        "DELETE FROM step_stay WHERE opportunity_id = 1; DELETE FROM opportunity"
    )
    assert await connection.fetchval("SELECT count(*) FROM opportunity_revision") == 0
    await connection.close()
