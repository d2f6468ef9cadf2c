"""Cancelled, late, cut off: what a connection in doubt may not do."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store import models
from pipeline_gql.store.database import Database, OutcomeUnknown
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.store.transacting import (
    ALIVE,
    DYING,
    NAMES,
    SLEEP,
    Opening,
    add_account,
    ask,
    come_to,
    run,
)


async def test_a_deadline_stops_the_query_in_the_database(
    opening: Opening, urls: DatabaseUrls, organisation: Organisation
) -> None:
    # Without the deadline it would be answered: a statement may take five seconds.
    with pytest.raises(TryAgain):
        await ask(opening, organisation, SLEEP, 4, deadline=0.3)
    await come_to(urls, 0)
    assert await ask(opening, organisation, ALIVE) == b"alive"


@pytest.mark.parametrize("kind", ["writing", "reading"])
async def test_a_deadline_ends_what_dawdles_between_statements(
    kind: str, database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    opening: Opening = getattr(database, kind)

    async def dawdle() -> None:
        async with opening(organisation.org_id, deadline=0.2) as transaction:
            await transaction.json(ALIVE, [])
            await asyncio.sleep(60)

    with pytest.raises(TryAgain):
        await dawdle()
    await come_to(urls, 0)


async def test_a_cancelled_request_leaves_no_query_behind(
    opening: Opening, urls: DatabaseUrls, organisation: Organisation
) -> None:
    tasks = [asyncio.create_task(ask(opening, organisation, SLEEP, 4.5)) for _ in range(3)]
    await come_to(urls, 3)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await come_to(urls, 0)
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
    await come_to(urls, 0)
    assert await ask(database.reading, organisation, ALIVE) == b"alive"


async def test_a_connection_lost_at_the_commit_leaves_the_outcome_open(
    database: Database, organisation: Organisation
) -> None:
    async def doomed(tells: bool) -> None:
        async with database.writing(organisation.org_id, tells=tells) as unit:
            for statement in (
                "CREATE FUNCTION pg_temp.die() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'",
                "CREATE TEMPORARY TABLE doomed (id int)",
                "CREATE CONSTRAINT TRIGGER last AFTER INSERT ON doomed DEFERRABLE"
                " INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.die()",
                "INSERT INTO doomed VALUES (1)",
            ):
                await unit.session.execute(text(statement))

    with pytest.raises(OutcomeUnknown):
        await doomed(tells=True)
    with pytest.raises(TryAgain):
        await doomed(tells=False)


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
    # With a time to wait the process is gone when the answer comes.
    gone = await connection.fetch(
        "SELECT pg_terminate_backend(pid, 30000) AS gone FROM pg_stat_activity"
        " WHERE application_name = 'pipeline-gql' AND datname = current_database()"
    )
    assert all(each["gone"] for each in gone)
    assert gone
    await connection.close()
    # The driver hears of it in the event loop, when that comes round.
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
