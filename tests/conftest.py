"""What tests ask for: a database of their own, and an organisation in it."""

import asyncio
import os
from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import hypothesis
import pytest

from pipeline_gql.store import connections
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files
from tests.conformance.overhearing import ADDRESSES, Overheard
from tests.organisations import FIRST, SECOND, Organisation
from tests.server import DatabaseUrls, Server

# What is made up is the same in every run, and has no clock, so that none fails by luck; for more,
# `pytest --hypothesis-profile exploring`.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("exploring", deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker per processor for the whole suite; none for files that somebody names."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return min(len(os.sched_getaffinity(0)), 8) if whole else 0


@pytest.fixture(scope="session")
def server() -> Generator[Server]:
    """One PostgreSQL for the session."""
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def overheard(monkeypatch: pytest.MonkeyPatch) -> Generator[Overheard]:
    """Whatever a test is answered is what the reference reader would have answered."""
    overheard = Overheard()
    overheard.listen(monkeypatch)
    yield overheard
    assert overheard.differences == []


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told to try again only for being one of several at once on a busy machine. Where
    that is what a test is about, a fixture of this name that does nothing leaves the usual limits.
    """
    limits = {"lock_timeout": "60s", "statement_timeout": "60s"}
    monkeypatch.setattr(connections, "_SETTINGS", {**connections._SETTINGS, **limits})
    monkeypatch.setattr("pipeline_gql.store.database.WAIT_SECONDS", 10)


@pytest.fixture
async def within_a_day() -> None:
    """Midnight, in UTC, does not come while the test runs: shortly before, it is waited for."""
    now = datetime.now(UTC)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    if midnight - now < timedelta(minutes=2):
        await asyncio.sleep((midnight - now).total_seconds())


@pytest.fixture
async def urls(server: Server) -> AsyncGenerator[DatabaseUrls]:
    """The addresses of a migrated database of this test's own, holding both organisations."""
    urls = await server.clone()
    yield urls
    await server.drop(urls)


@pytest.fixture
async def database(urls: DatabaseUrls) -> AsyncGenerator[Database]:
    """That database, open as the server opens it."""
    database = await Database.open(urls.served)
    ADDRESSES[database] = urls.admin
    yield database
    await database.close()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A folder for files."""
    return Files((tmp_path / "files").as_uri(), 10**9)


@pytest.fixture
def organisation(database: Database) -> Organisation:
    """The first organisation; nothing has been sold yet."""
    return FIRST


@pytest.fixture
def second_organisation(database: Database) -> Organisation:
    """Another one in the same database, of which the first must see nothing."""
    return SECOND
