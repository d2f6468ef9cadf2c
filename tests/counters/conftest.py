"""The crowded database, loaded once for a session's tests; they only read."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.connections import Connection, connect
from pipeline_gql.store.database import Database
from tests.conformance.conftest import Asker
from tests.counters.crowd import crowd
from tests.counters.plans import Spent, explained, planned
from tests.organisations import FIRST
from tests.server import DatabaseUrls, Server


@dataclass
class Crowded:
    """The large organisation's executor, and a reader's connection to ask for plans."""

    asker: Asker
    reader: Connection
    urls: DatabaseUrls

    async def spent(self, text: str, viewer: Viewer = FIRST.admin) -> Spent:
        """On the one root field of a document."""
        return await explained(self.reader, *planned(self.asker.executor, text, viewer))


@pytest.fixture(scope="session")
def crowd_urls(server: Server) -> DatabaseUrls:
    urls = asyncio.run(server.clone())
    asyncio.run(crowd(urls))
    return urls


@pytest.fixture
async def crowded(crowd_urls: DatabaseUrls) -> AsyncGenerator[Crowded]:
    database = await Database.open(crowd_urls.served)
    reader = await connect(crowd_urls.of("pipeline_reader"), reading=True)
    await reader.execute(f"SET app.org_id = '{FIRST.org_id}'")
    yield Crowded(Asker(database, FIRST.admin), reader, crowd_urls)
    await reader.close()
    await database.close()
