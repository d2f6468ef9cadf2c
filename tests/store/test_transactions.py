"""Transactions: whose they are, how they end, how they fail."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, text

from pipeline_gql.domain.errors import Refusal, TryAgain, ValueInvalid
from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Serialization
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.store.transacting import ALIVE, NAMES, Opening, add_account, ask, run


async def test_a_write_commits_at_the_end(database: Database, organisation: Organisation) -> None:
    await add_account(database, organisation)
    assert await ask(database.reading, organisation, NAMES) == b"Administrate,New"


async def test_an_exception_rolls_a_write_back(
    database: Database, organisation: Organisation
) -> None:
    with pytest.raises(KeyError):
        await add_account(database, organisation, KeyError())
    assert await ask(database.reading, organisation, NAMES) == b"Administrate"


async def test_a_unit_reads_what_it_wrote(database: Database, organisation: Organisation) -> None:
    async with database.writing(organisation.org_id) as unit:
        unit.session.add(models.Account(org_id=unit.org_id, name="New"))
        assert await unit.json(NAMES, []) == b"Administrate,New"


async def test_savepoints_work_inside_a_unit(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        async with unit.session.begin_nested() as part:
            await unit.session.execute(text("UPDATE account SET name = 'Gone'"))
            await part.rollback()
        assert await unit.json(NAMES, []) == b"Administrate"


async def test_a_transaction_meets_no_tenant_of_the_one_before(
    database: Database, organisation: Organisation, second_organisation: Organisation
) -> None:
    await ask(database.reading, organisation, NAMES)
    async with database.without_tenant() as session:
        assert await session.scalar(select(func.count()).select_from(models.Account)) == 0
    async with database.reading(second_organisation.org_id) as reader:
        org = "SELECT convert_to(string_agg(DISTINCT org_id::text, ','), 'UTF8') FROM account"
        assert await reader.json(org, []) == str(second_organisation.org_id).encode()


async def test_reading_takes_one_connection_and_counts_statements(
    database: Database, organisation: Organisation
) -> None:
    for _ in range(3):
        async with database.reading(organisation.org_id) as reader:
            await reader.json(NAMES, [])
            await reader.json(ALIVE, [])
            assert reader.statements == 2
    assert (database.reads.statements, database.reads.transactions) == (6, 3)
    assert database.reads.opened == 1


async def test_reading_cannot_write_even_as_the_app(
    urls: DatabaseUrls, organisation: Organisation
) -> None:
    database = await Database.open(type(urls.served)(urls.served.app))
    with pytest.raises(TryAgain):
        await ask(database.reading, organisation, "UPDATE account SET name = 'x'")
    assert await ask(database.reading, organisation, NAMES) == b"Administrate"
    await database.close()


async def test_the_settings_of_a_transaction(opening: Opening, organisation: Organisation) -> None:
    settings = (
        "SELECT convert_to(concat_ws(' ', current_setting('statement_timeout'),"
        " current_setting('lock_timeout'), current_setting('jit'),"
        " current_setting('idle_in_transaction_session_timeout'),"
        " current_setting('app.org_id')), 'UTF8')"
    )
    org_id = organisation.org_id
    assert await ask(opening, organisation, settings) == f"5s 2s off 1min {org_id}".encode()
    short = await ask(opening, organisation, settings, deadline=1.5)
    assert int(short.split(b"ms")[0]) <= 1500


async def test_nothing_is_asked_once_the_deadline_has_passed(
    opening: Opening, organisation: Organisation
) -> None:
    with pytest.raises(TryAgain):
        await ask(opening, organisation, ALIVE, deadline=0)


async def test_no_free_connection_is_try_again_long_before_the_deadline(
    urls: DatabaseUrls, organisation: Organisation
) -> None:
    database = await Database.open(urls.served, read_pool=1, write_pool=1)
    for opening in (database.reading, database.writing):
        async with opening(organisation.org_id), asyncio.timeout(30):
            with pytest.raises(TryAgain):
                await ask(opening, organisation, ALIVE, deadline=600)
        assert await ask(opening, organisation, ALIVE) == b"alive"
    await database.close()


async def test_a_connection_that_is_given_back_meanwhile_is_taken(
    urls: DatabaseUrls, organisation: Organisation
) -> None:
    database = await Database.open(urls.served, read_pool=1, write_pool=1)
    for opening in (database.reading, database.writing):
        async with opening(organisation.org_id) as first:
            await first.json(ALIVE, [])
            waiting = asyncio.create_task(ask(opening, organisation, ALIVE))
            await asyncio.sleep(0.05)
            assert not waiting.done()
        assert await waiting == b"alive"
    await database.close()


async def test_a_lock_that_does_not_come_is_try_again(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        await unit.session.execute(text("SELECT * FROM account FOR UPDATE"))
        with pytest.raises(TryAgain) as caught:
            await run(database, organisation, "UPDATE account SET name = 'x'")
    # Not the statement's time that ran out, but the lock's, which is shorter.
    cause: Any = caught.value.__cause__
    assert cause.orig.sqlstate == "55P03"


async def test_a_deadlock_is_a_serialization_failure_for_one_of_two(
    database: Database, organisation: Organisation
) -> None:
    both = asyncio.Barrier(2)

    async def lock(first: str, second: str) -> None:
        async with database.writing(organisation.org_id) as unit:
            await unit.session.execute(text(f"SELECT * FROM {first} FOR UPDATE"))
            await both.wait()
            await unit.session.execute(text(f"SELECT * FROM {second} FOR UPDATE"))

    ends = await asyncio.gather(
        lock("account", "contact"), lock("contact", "account"), return_exceptions=True
    )
    assert sorted(type(end) for end in ends if end) == [Serialization]


@pytest.mark.parametrize(
    ("statement", "refusal", "facts"),
    [
        (
            "INSERT INTO tag (org_id, name) SELECT org_id, name FROM tag",
            ValueInvalid,
            {"field": "name", "problem": "is already used"},
        ),
        (
            "UPDATE account SET owner_id = 424242",
            ValueInvalid,
            {"field": "owner_id", "problem": "names nothing there is"},
        ),
        (
            "UPDATE tax_type SET rate = -1",
            ValueInvalid,
            {"field": "value", "problem": "breaks the rule tax_type_rate"},
        ),
        (
            "UPDATE tax_type SET rate = 9223372036854775807 + rate",
            ValueInvalid,
            {"field": "value", "problem": "is out of range"},
        ),
    ],
)
async def test_a_constraint_is_a_refusal(
    database: Database,
    organisation: Organisation,
    statement: str,
    refusal: type[Refusal],
    facts: dict[str, str],
) -> None:
    with pytest.raises(refusal) as caught:
        await run(database, organisation, statement)
    assert caught.value.facts == facts


@pytest.mark.parametrize(
    "late",
    [
        "INSERT INTO pipeline (org_id, key, name, is_default)"
        " SELECT org_id, 'second', 'Second', true FROM organisation",
        "UPDATE event SET reserved = 11",
        "UPDATE event SET reserved = -1",
    ],
)
async def test_a_second_default_pipeline_and_places_that_are_gone_are_races_to_be_run_again(
    database: Database, organisation: Organisation, late: str
) -> None:
    with pytest.raises(Serialization):
        await run(database, organisation, late)
