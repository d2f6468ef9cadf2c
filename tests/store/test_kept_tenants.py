"""A read by itself leaves its organisation set on its connection: what the next may not inherit."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store import connections, one_wait
from pipeline_gql.store.database import Database
from pipeline_gql.store.reading import ReadPool
from tests.organisations import FIRST, SECOND, Organisation
from tests.server import DatabaseUrls
from tests.store.transacting import DYING, NAMES, SLEEP, ask, busy, pooled

FAILING = "SELECT convert_to((1 / 0)::text, 'UTF8')"
WRITING = "UPDATE account SET name = 'x' WHERE org_id = $1 RETURNING name::bytea"
BOTH_WALLS = "SELECT convert_to(string_agg(name, ','), 'UTF8') FROM account WHERE org_id = $1"


@pytest.fixture
async def alone(urls: DatabaseUrls) -> AsyncGenerator[Database]:
    """With one connection for all that read."""
    database = await Database.open(urls.served, read_pool=1)
    yield database
    await database.close()


async def names(database: Database, each: Organisation) -> None:
    """Row-level security alone decides what this answers."""
    found = await database.read(each.org_id, NAMES, [])
    assert found == f"{each.mark}Administrate".encode()


def counted(reads: ReadPool) -> tuple[int, int]:
    return reads.tenants_set, reads.opened


async def test_two_that_take_turns_on_one_connection_are_each_answered_their_own(
    alone: Database,
) -> None:
    for start in range(0, 60, 6):
        turns = [FIRST if n % 3 else SECOND for n in range(start, start + 6)]
        await asyncio.gather(*(names(alone, each) for each in turns))
    assert counted(alone.reads) == (40, 1)


async def test_a_read_takes_the_connection_that_has_its_tenant(database: Database) -> None:
    # Both at once, so that each has to have a connection of its own.
    asked = [(FIRST, 0.1), (SECOND, 0.1)]
    await asyncio.gather(*(database.read(each.org_id, SLEEP, [s]) for each, s in asked))
    for each in (SECOND, FIRST, FIRST, SECOND, SECOND, FIRST):
        await names(database, each)
    assert counted(database.reads) == (2, 2)


@pytest.mark.parametrize("fits", [True, False])
async def test_what_failed_under_another_tenant_left_none(
    fits: bool, alone: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fits:
        # Then the tenant is told before, and is not undone with what fails.
        monkeypatch.setattr(one_wait, "fits", lambda connection: False)
    await names(alone, FIRST)
    for each in (SECOND, FIRST):
        with pytest.raises(Exception, match="division by zero"):
            await alone.read(each.org_id, FAILING, [])
        await names(alone, FIRST)
    assert counted(alone.reads) == (4, 1)


async def test_what_was_cancelled_under_another_tenant_left_none(alone: Database) -> None:
    await names(alone, FIRST)
    for each in (SECOND, FIRST):
        task = asyncio.create_task(alone.read(each.org_id, SLEEP, [4]))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await names(alone, FIRST)
    assert alone.reads.opened == 3


async def test_a_transaction_has_its_own_tenant_and_leaves_the_kept_one(alone: Database) -> None:
    await names(alone, FIRST)
    for each in (SECOND, FIRST):
        assert await ask(alone.reading, each, NAMES) == f"{each.mark}Administrate".encode()
        short = await alone.read(each.org_id, NAMES, [], deadline=2)
        assert short == f"{each.mark}Administrate".encode()
        await names(alone, FIRST)
    assert counted(alone.reads) == (1, 1)
    with pytest.raises(Exception, match="division by zero"):
        await ask(alone.reading, SECOND, FAILING)
    await names(alone, FIRST)
    assert counted(alone.reads) == (2, 1)


async def test_a_mistaken_belief_about_the_tenant_answers_nothing(alone: Database) -> None:
    await names(alone, FIRST)
    (line,) = alone.reads._idle
    line.tenant = SECOND.org_id
    assert await alone.read(SECOND.org_id, BOTH_WALLS, [SECOND.org_id]) is None
    line.tenant = None
    assert await alone.read(SECOND.org_id, BOTH_WALLS, [SECOND.org_id]) == b"CANARY Administrate"


@pytest.mark.parametrize("kind", ["behind a pooler", "on Citus"])
async def test_no_tenant_is_kept(
    kind: str, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "behind a pooler":
        pooled(monkeypatch)
    database = await Database.open(urls.served, citus=kind == "on Citus")
    for each in (FIRST, SECOND):
        await names(database, each)
    assert counted(database.reads) == (0, 1)
    left = "SELECT convert_to(coalesce(current_setting('app.org_id', true), ''), 'UTF8')"
    (line,) = database.reads._idle
    assert await line.connection.fetchval(left) == b""
    await database.close()


async def test_the_usual_limit_of_a_statement_holds_without_begin(
    urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections._SETTINGS, "statement_timeout", "200ms")
    database = await Database.open(urls.served)
    with pytest.raises(TryAgain):
        await database.read(FIRST.org_id, SLEEP, [4])
    assert await busy(urls) == 0
    await names(database, FIRST)
    assert counted(database.reads) == (2, 1)
    await database.close()


@pytest.mark.parametrize("statement", [WRITING, DYING])
async def test_a_lost_connection_takes_its_tenant_along(statement: str, urls: DatabaseUrls) -> None:
    # As the app, which could write if its connection did not only read.
    database = await Database.open(type(urls.served)(urls.served.app), read_pool=1)
    await names(database, FIRST)
    with pytest.raises(TryAgain):
        await database.read(FIRST.org_id, statement, [FIRST.org_id] if statement == WRITING else [])
    await names(database, FIRST)
    assert counted(database.reads) == (2, 2)
    await database.close()
