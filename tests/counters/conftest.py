"""The crowded database, loaded and walked once for a session's tests; they only read."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from pipeline_gql.store.connections import connect
from pipeline_gql.store.database import Database
from tests.conformance.conftest import Asker
from tests.counters.crowd import crowd
from tests.counters.walking import Walked, Walker
from tests.organisations import FIRST
from tests.server import DatabaseUrls, Server


@pytest.fixture(scope="session")
def crowd_urls(server: Server) -> DatabaseUrls:
    urls = asyncio.run(server.clone())
    asyncio.run(crowd(urls))
    return urls


@pytest.fixture(scope="session")
def walked(crowd_urls: DatabaseUrls) -> Walked:
    """What each page cost that the schema lets one ask for."""
    return asyncio.run(_walk(crowd_urls))


async def _walk(urls: DatabaseUrls) -> Walked:
    async with walking(urls) as walker:
        return await walker.walk()


@asynccontextmanager
async def walking(urls: DatabaseUrls) -> AsyncGenerator[Walker]:
    """As the server: the executor, and a connection as its readers have it."""
    database = await Database.open(urls.served)
    reader = await connect(urls.of("pipeline_reader"), reading=True)
    await reader.execute(f"SET app.org_id = '{FIRST.org_id}'")
    try:
        yield Walker(Asker(database, FIRST.admin), reader)
    finally:
        await reader.close()
        await database.close()


@pytest.fixture
async def admin(crowd_urls: DatabaseUrls) -> AsyncGenerator[asyncpg.Connection]:
    """Looks at the catalogue, past every wall."""
    connection = await asyncpg.connect(crowd_urls.admin)
    yield connection
    await connection.close()
