"""Transactions: whose they are, how they end, how they fail."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress

import asyncpg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from pipeline_gql.domain.errors import ItemNotAvailable, Refusal, TryAgain, ValueInvalid
from pipeline_gql.store import models
from pipeline_gql.store.database import Database, OutcomeUnknown, Reader, Serialization, Unit
from tests.organisations import Organisation
from tests.server import DatabaseUrls

NAMES = "SELECT convert_to(string_agg(name, ',' ORDER BY id), 'UTF8') FROM account"
SLEEP = "SELECT convert_to(pg_sleep($1)::text, 'UTF8')"
DYING = "SELECT convert_to(pg_terminate_backend(pg_backend_pid())::text, 'UTF8')"
ALIVE = "SELECT convert_to('alive', 'UTF8')"
Opening = Callable[..., AbstractAsyncContextManager[Unit | Reader]]


@pytest.fixture(params=["writing", "reading"])
def opening(request: pytest.FixtureRequest, database: Database) -> Opening:
    """Both kinds of transaction keep the same promises."""
    return getattr(database, request.param)


async def ask(opening: Opening, o: Organisation, sql: str, *args: object, **limits: float) -> bytes:
    async with opening(o.org_id, **limits) as transaction:
        answer = await transaction.json(sql, args)
    assert answer is not None
    return answer


async def add_account(database: Database, o: Organisation, error: Exception | None = None) -> None:
    async with database.writing(o.org_id) as unit:
        unit.session.add(models.Account(org_id=unit.org_id, name="New"))
        await unit.session.flush()
        if error:
            raise error


async def run(database: Database, o: Organisation, statement: str) -> None:
    async with database.writing(o.org_id) as unit:
        await unit.session.execute(text(statement))


async def busy(urls: DatabaseUrls) -> int:
    """How many connections are at a statement or inside a transaction."""
    connection = await asyncpg.connect(urls.admin)
    try:
        return await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state <> 'idle' AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()


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


async def test_a_connection_remembers_no_tenant(
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
        " current_setting('app.org_id')), 'UTF8')"
    )
    org_id = organisation.org_id
    assert await ask(opening, organisation, settings) == f"5s 2s off {org_id}".encode()
    short = await ask(opening, organisation, settings, deadline=1.5)
    assert int(short.split(b"ms")[0]) <= 1500


async def test_nothing_is_asked_once_the_deadline_has_passed(
    opening: Opening, organisation: Organisation
) -> None:
    with pytest.raises(TryAgain):
        await ask(opening, organisation, ALIVE, deadline=0)


async def test_a_deadline_stops_the_query_in_the_database(
    opening: Opening, urls: DatabaseUrls, organisation: Organisation
) -> None:
    begun = time.monotonic()
    with pytest.raises(TryAgain):
        await ask(opening, organisation, SLEEP, 5, deadline=0.3)
    assert time.monotonic() - begun < 1
    await asyncio.sleep(0.05)
    assert await busy(urls) == 0
    assert await ask(opening, organisation, ALIVE) == b"alive"


async def test_a_deadline_ends_what_dawdles_between_statements(
    opening: Opening, urls: DatabaseUrls, organisation: Organisation
) -> None:
    async def dawdle() -> None:
        async with opening(organisation.org_id, deadline=0.2) as transaction:
            await transaction.json(ALIVE, [])
            await asyncio.sleep(5)

    with pytest.raises(TryAgain):
        await dawdle()
    await asyncio.sleep(0.05)
    assert await busy(urls) == 0


async def test_a_cancelled_request_leaves_no_query_behind(
    opening: Opening, urls: DatabaseUrls, organisation: Organisation
) -> None:
    tasks = [asyncio.create_task(ask(opening, organisation, SLEEP, 4)) for _ in range(3)]
    await asyncio.sleep(0.2)
    assert await busy(urls) == 3
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0.8)
    assert await busy(urls) == 0
    for _ in range(10):
        assert await ask(opening, organisation, ALIVE) == b"alive"


async def test_a_refusal_whose_rollback_was_cancelled_is_not_committed_by_the_next(
    database: Database, organisation: Organisation
) -> None:
    async def refuse_and_cancel() -> None:
        task = asyncio.current_task()
        assert task is not None
        async with database.writing(organisation.org_id) as unit:
            unit.session.add(models.Account(org_id=unit.org_id, name="New"))
            await unit.session.flush()
            # Arrives at the next wait, which is the rollback's.
            task.cancel()
            raise TryAgain

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(refuse_and_cancel())
    await run(database, organisation, "SELECT 1")
    assert b"New" not in await ask(database.writing, organisation, NAMES)


async def test_a_read_whose_rollback_was_cancelled_gives_no_connection_back(
    database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    async def fail_and_cancel() -> None:
        task = asyncio.current_task()
        assert task is not None
        async with database.reading(organisation.org_id) as reader:
            await reader.json(ALIVE, [])
            task.cancel()
            raise TryAgain

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(fail_and_cancel())
    await asyncio.sleep(0.05)
    assert await busy(urls) == 0
    assert await ask(database.reading, organisation, ALIVE) == b"alive"


async def test_a_connection_lost_at_the_commit_leaves_the_outcome_open(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        await unit.session.execute(
            text(
                "CREATE FUNCTION pg_temp.die() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'"
            )
        )
        await unit.session.execute(text("CREATE TEMPORARY TABLE doomed (id int)"))
        await unit.session.execute(
            text(
                "CREATE CONSTRAINT TRIGGER last AFTER INSERT ON doomed DEFERRABLE"
                " INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.die()"
            )
        )
    with pytest.raises(OutcomeUnknown):
        await run(database, organisation, "INSERT INTO doomed VALUES (1)")


async def test_an_error_swallowed_inside_is_not_taken_for_a_commit(
    database: Database, organisation: Organisation
) -> None:
    async def swallow() -> None:
        async with database.writing(organisation.org_id) as unit:
            with suppress(DBAPIError):
                await unit.session.execute(text("SELECT 1/0"))

    with pytest.raises(RuntimeError, match="swallowed"):
        await swallow()


async def test_a_lost_connection_is_try_again_and_the_next_works(
    opening: Opening, organisation: Organisation
) -> None:
    with pytest.raises(TryAgain):
        await ask(opening, organisation, DYING)
    assert await ask(opening, organisation, ALIVE) == b"alive"


async def test_connections_lost_while_idle_cost_nothing(
    opening: Opening, urls: DatabaseUrls, organisation: Organisation
) -> None:
    await asyncio.gather(*(ask(opening, organisation, SLEEP, 0.1) for _ in range(4)))
    connection = await asyncpg.connect(urls.admin)
    await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'pipeline-gql' AND datname = current_database()"
    )
    await connection.close()
    await asyncio.sleep(0.1)
    assert await ask(opening, organisation, ALIVE) == b"alive"


async def test_a_server_gone_read_only_is_a_lost_connection(
    database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    connection = await asyncpg.connect(urls.admin)
    await run(database, organisation, "SELECT 1")
    await connection.execute(f"ALTER DATABASE {urls.name} SET default_transaction_read_only = on")
    await run(database, organisation, "SET default_transaction_read_only = on")
    with pytest.raises(TryAgain):
        await add_account(database, organisation)
    await connection.execute(f"ALTER DATABASE {urls.name} RESET default_transaction_read_only")
    await connection.close()
    await add_account(database, organisation)


async def test_no_free_connection_is_try_again_after_half_a_second(
    urls: DatabaseUrls, organisation: Organisation
) -> None:
    database = await Database.open(urls.served, read_pool=1, write_pool=1)
    for opening in (database.reading, database.writing):
        async with opening(organisation.org_id):
            begun = time.monotonic()
            with pytest.raises(TryAgain):
                await ask(opening, organisation, ALIVE)
            assert 0.4 < time.monotonic() - begun < 1
        assert await ask(opening, organisation, ALIVE) == b"alive"
    await database.close()


async def test_a_lock_that_does_not_come_is_try_again(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        await unit.session.execute(text("SELECT * FROM account FOR UPDATE"))
        begun = time.monotonic()
        with pytest.raises(TryAgain):
            await run(database, organisation, "UPDATE account SET name = 'x'")
        assert 1.8 < time.monotonic() - begun < 3


async def test_a_deadlock_is_a_serialization_failure_for_one_of_two(
    database: Database, organisation: Organisation
) -> None:
    async def lock(first: str, second: str) -> None:
        async with database.writing(organisation.org_id) as unit:
            await unit.session.execute(text(f"SELECT * FROM {first} FOR UPDATE"))
            await asyncio.sleep(0.1)
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
            "UPDATE event SET reserved = 11",
            ItemNotAvailable,
            {"item": "The event", "state": "sold out"},
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


async def test_a_second_default_pipeline_is_a_race_to_be_run_again(
    database: Database, organisation: Organisation
) -> None:
    second = (
        "INSERT INTO pipeline (org_id, key, name, is_default)"
        " SELECT org_id, 'second', 'Second', true FROM organisation"
    )
    with pytest.raises(Serialization):
        await run(database, organisation, second)
