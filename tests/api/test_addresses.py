"""Reads and writes go to the addresses that the settings give them."""

import pytest

from pipeline_gql.config import load
from pipeline_gql.opening import open_database
from tests.organisations import FIRST
from tests.server import DatabaseUrls


@pytest.mark.parametrize("reader", ["pipeline_reader", None])
async def test_reads_go_to_the_readers_address_and_without_one_to_the_apps(
    urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, reader: str | None
) -> None:
    monkeypatch.setenv("DATABASE_URL", urls.of("pipeline_app"))
    if reader:
        monkeypatch.setenv("READER_DATABASE_URL", urls.of(reader))
    database = await open_database(load())
    who = "SELECT convert_to(current_user::text, 'UTF8')"
    async with database.reading(FIRST.org_id) as transaction:
        assert await transaction.json(who, []) == (reader or "pipeline_app").encode()
    async with database.writing(FIRST.org_id) as unit:
        assert await unit.json(who, []) == b"pipeline_app"
    await database.close()
