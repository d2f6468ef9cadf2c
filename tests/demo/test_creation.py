"""The demo organisation in a database."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, func, select

from pipeline_gql import demo
from pipeline_gql.demo.people import MEMBER
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.conditions import visible
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files
from pipeline_gql.store.transactions import LOCK_SECONDS
from tests.server import DatabaseUrls, Server

TODAY = date(2025, 11, 21)
Dump = dict[str, list[tuple[object, ...]]]


@pytest.fixture(autouse=True)
def patience() -> None:
    """The usual limits, of which one is what is waited for here."""


async def _dump(database: Database) -> Dump:
    """All rows of the demo organisation, in the order of their keys."""
    found: Dump = {}
    async with database.writing(demo.ORG_ID) as unit:
        for table in models.Base.metadata.sorted_tables:
            if "org_id" in table.c:
                ours = select(table).where(table.c.org_id == demo.ORG_ID)
                rows = await unit.session.execute(ours.order_by(*table.primary_key))
                found[table.name] = [tuple(row) for row in rows]
    return found


def _without_clock(found: Dump) -> Dump:
    """The organisation's own row says when it was made, and tokens are secrets."""
    other = {"organisation", "api_token", "token_digest"}
    return {table: rows for table, rows in found.items() if table not in other}


async def test_a_second_run_changes_nothing(
    database: Database, files: Files, tmp_path: Path
) -> None:
    file = tmp_path / "demo-tokens.json"
    first = await demo.create(database, files, today=TODAY, tokens_file=file)
    before = await _dump(database)
    second = await demo.create(database, files, today=date(2026, 3, 1), tokens_file=file)
    assert (first.is_new, second.is_new) == (True, False)
    assert second.tokens == first.tokens
    assert await _dump(database) == before
    assert len(before["opportunity"]) >= 202


async def test_two_databases_hold_the_same(
    database: Database, files: Files, server: Server
) -> None:
    urls = await server.clone()
    other = await Database.open(urls.served)
    try:
        await demo.create(database, files, today=TODAY)
        await demo.create(other, files, today=TODAY)
        assert _without_clock(await _dump(database)) == _without_clock(await _dump(other))
    finally:
        await other.close()
        await server.drop(urls)


async def test_it_is_written_by_a_few_statements_a_table_however_many_rows(
    database: Database,
    files: Files,
) -> None:
    asked: list[str] = []
    engine: Any = vars(database)["_engine"]
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *of: asked.append(of[2]))
    await demo.create(database, files)
    statements = len(asked)
    tables = [rows for rows in (await _dump(database)).values() if rows]
    assert sum(map(len, tables)) > 50 * len(tables)
    assert statements < 5 * len(tables)


async def test_it_tells_how_far_it_is(database: Database, files: Files) -> None:
    told: list[tuple[str, float]] = []
    await demo.create(database, files, report=lambda what, done: told.append((what, done)))
    shares = [done for _, done in told]
    assert shares == sorted(shares)
    assert told[-1] == ("Done", 1.0)


async def test_what_comes_after_the_demo_gets_new_ids(database: Database, files: Files) -> None:
    await demo.create(database, files, today=TODAY)
    async with database.writing(demo.ORG_ID) as unit:
        highest = await unit.session.scalar(select(func.max(models.Opportunity.id)))
        tag = models.Tag(org_id=demo.ORG_ID, name="afterwards")
        unit.session.add(tag)
        await unit.session.flush()
        assert tag.id > 8
        assert highest == 242


async def test_an_interrupted_creation_leaves_nothing_and_can_be_repeated(
    database: Database,
    files: Files,
) -> None:
    def interrupt(_: str, done: float) -> None:
        if done > 0.5:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await demo.create(database, files, report=interrupt)
    assert not any((await _dump(database)).values())
    assert (await demo.create(database, files, today=TODAY)).is_new


async def test_two_at_once_create_it_once(database: Database, files: Files) -> None:
    made = await asyncio.gather(*(demo.create(database, files, today=TODAY) for _ in range(2)))
    assert sorted(each.is_new for each in made) == [False, True]


async def test_whoever_comes_while_it_is_created_waits_longer_than_for_a_lock(
    database: Database, files: Files, urls: DatabaseUrls
) -> None:
    first = await asyncpg.connect(urls.admin)
    await first.execute("BEGIN")
    await first.execute("INSERT INTO organisation (org_id, name) VALUES ($1, 'D')", demo.ORG_ID)
    second = asyncio.create_task(demo.create(database, files, today=TODAY))
    await asyncio.sleep(LOCK_SECONDS + 0.5)
    assert not second.done()
    await first.close()
    assert (await second).is_new


async def test_the_member_sees_the_first_opportunity_and_not_the_second(
    database: Database,
    files: Files,
) -> None:
    await demo.create(database, files, today=TODAY)
    entity = models.Opportunity
    async with database.writing(demo.ORG_ID) as unit:
        mine = visible(entity, demo.ORG_ID, MEMBER, Sight.OWN)
        seen = set(await unit.session.scalars(select(entity.id).where(mine)))
        count = await unit.session.scalar(select(func.count()).select_from(entity))
    assert 1 in seen
    assert 2 not in seen
    assert 20 < len(seen) < (count or 0) - 20
