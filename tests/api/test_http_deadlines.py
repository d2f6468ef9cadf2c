"""A deadline, or a client that leaves, stops the query in the database too."""

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from pipeline_gql.config import Settings
from pipeline_gql.store import connections
from tests.api.exchanges import JSON, Client, Reply
from tests.conformance.overhearing import Overheard
from tests.server import DatabaseUrls


@pytest.fixture(autouse=True)
def overheard() -> Overheard:
    """Nothing is read a second time here, where requests have no time to spare."""
    return Overheard()


REGIONS = "{ regions { nodes { name } } }"
CREATE = 'mutation { opportunities { create(input: {name: "Late"}) { errors { code } } } }'
COUNT = '{ opportunities(search: "Late") { pageInfo { totalRecords } } }'


@pytest.fixture(autouse=True)
def patience() -> None:
    """The usual limits."""


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Settings:
    seconds = getattr(request, "param", 10)
    return Settings(request_seconds=seconds, mutation_seconds=seconds)


class Blocked:
    """The regions cannot be read until `release`."""

    def __init__(self, locking: asyncpg.Connection, watching: asyncpg.Connection) -> None:
        self._locking = locking
        self._watching = watching

    async def victims(self) -> int:
        return await self._watching.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )

    async def come_to(self, expected: int, seconds: float) -> bool:
        for _ in range(int(seconds / 0.05)):
            if await self.victims() == expected:
                return True
            await asyncio.sleep(0.05)
        return False

    async def release(self) -> None:
        await self._locking.execute("ROLLBACK")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections that would wait for a lock, and in a statement, for longer than a test does."""
    limits = {"lock_timeout": "60s", "statement_timeout": "60s"}
    monkeypatch.setattr(connections, "_SETTINGS", {**connections._SETTINGS, **limits})


@pytest.fixture
async def blocked(urls: DatabaseUrls) -> AsyncGenerator[Blocked]:
    locking, watching = await asyncpg.connect(urls.admin), await asyncpg.connect(urls.admin)
    await locking.execute("BEGIN; LOCK TABLE region IN ACCESS EXCLUSIVE MODE")
    yield Blocked(locking, watching)
    await locking.close()
    await watching.close()


async def cut_off(client: Client, blocked: Blocked, document: str) -> Reply:
    """What is told of a request that waits for the lock, until nothing does any more."""
    asking = asyncio.create_task(client.post(document))
    assert await blocked.come_to(1, 2)
    assert await blocked.come_to(0, 20)
    return await asking


@pytest.mark.parametrize("settings", [1.5], indirect=True)
async def test_the_deadline_of_a_request_ends_its_statement(
    patient: None, client: Client, blocked: Blocked
) -> None:
    assert (await cut_off(client, blocked, REGIONS)).code in {"TIMEOUT", "TRY_AGAIN"}


@pytest.mark.parametrize("settings", [1.5], indirect=True)
async def test_the_deadline_of_a_request_ends_what_it_writes(
    patient: None, client: Client, blocked: Blocked
) -> None:
    told = (await cut_off(client, blocked, CREATE)).body
    assert b"TIMEOUT" in told or b"TRY_AGAIN" in told
    await blocked.release()
    (found,) = (await client.post(COUNT)).json["data"].values()
    assert found == {"pageInfo": {"totalRecords": 0}}


async def test_a_statement_that_cannot_have_its_lock_is_given_up(
    client: Client, blocked: Blocked
) -> None:
    reply = await client.post(REGIONS)
    assert reply.code == "TRY_AGAIN"
    assert await blocked.victims() == 0


async def test_a_client_that_leaves_takes_its_statement_along(
    patient: None, client: Client, blocked: Blocked
) -> None:
    gone = asyncio.Event()
    body = b'{"query": "' + REGIONS.encode() + b'"}'
    request = client.request("POST", "/graphql", {"content-type": JSON}, [body], gone=gone)
    asking = asyncio.create_task(request)
    assert await blocked.come_to(1, 2)
    gone.set()
    assert (await asking).status == 0
    assert await blocked.come_to(0, 5)


@pytest.mark.parametrize("settings", [0.3], indirect=True)
async def test_the_pool_survives_more_deadlines_than_it_has_connections(
    client: Client, blocked: Blocked
) -> None:
    for _ in range(2):
        replies = await asyncio.gather(*(client.post(REGIONS) for _ in range(12)))
        assert {reply.code for reply in replies} <= {"TIMEOUT", "TRY_AGAIN", "OVERLOADED"}
    await blocked.release()
    assert (await client.post(REGIONS)).json["data"]["regions"]["nodes"]
