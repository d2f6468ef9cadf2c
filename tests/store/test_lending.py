"""Write connections that rest between two uses: when they are at hand, when the pool is asked."""

import asyncio

import pytest
from sqlalchemy import event

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store import lending, models
from pipeline_gql.store.database import Database
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.store.transacting import ALIVE, SLEEP, ask


@pytest.fixture
def lent(database: Database) -> list[object]:
    """What the pool has lent."""
    seen: list[object] = []

    def note(connection: object, *_: object) -> None:
        seen.append(connection)

    event.listen(database.engine, "checkout", note)
    return seen


async def test_a_connection_that_rests_is_lent_without_the_pool(
    database: Database,
    organisation: Organisation,
    lent: list[object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(3):
        assert await ask(database.writing, organisation, ALIVE) == b"alive"
    assert len(lent) == 1
    async with database.writing(organisation.org_id) as unit:
        assert unit.session
    assert len(lent) == 1
    # What a session has used goes to the pool.
    await ask(database.writing, organisation, ALIVE)
    assert len(lent) == 2
    await ask(database.writing, organisation, ALIVE)
    assert len(lent) == 2
    monkeypatch.setattr(lending, "LONGEST_REST", 0.0)
    await ask(database.writing, organisation, ALIVE)
    assert len(lent) == 3


async def test_many_share_few_connections(urls: DatabaseUrls, organisation: Organisation) -> None:
    database = await Database.open(urls.served, write_pool=2)
    try:
        asked = [ask(database.writing, organisation, SLEEP, 0.001) for _ in range(60)]
        assert len(await asyncio.gather(*asked)) == 60
    finally:
        await database.close()


async def test_what_rests_is_not_lent_after_one_was_found_read_only(
    database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    """As after a failover, where each connection looks alive until it writes."""
    found: list[int] = []

    async def add() -> None:
        async with database.writing(organisation.org_id) as unit:
            found.append(unit.raw.get_server_pid())
            unit.add(models.Account, org_id=unit.org_id, name="New")
            await unit.json(ALIVE, [])

    async def rest() -> int:
        async with database.writing(organisation.org_id) as unit:
            await unit.json(SLEEP, [0.1])
            return unit.raw.get_server_pid()

    resting = await asyncio.gather(*(rest() for _ in range(4)))
    async with database.writing(organisation.org_id) as unit:
        await unit.raw.execute("SET default_transaction_read_only = on")
    with pytest.raises(TryAgain):
        await add()
    await add()
    assert [pid in resting for pid in found] == [True, False]
