"""Revisions go up, down and up again, and say what the models say."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection

from pipeline_gql.store import models
from pipeline_gql.store.currencies import rows
from pipeline_gql.store.database import Database
from pipeline_gql.store.seeding import insert_rows
from pipeline_gql.store.upgrade import UpgradeRefused, connecting, migrations, revise, upgrade
from tests.organisations import Organisation
from tests.server import DatabaseUrls, Server


def schema(server: Server, urls: DatabaseUrls) -> list[str]:
    """What pg_dump says of the schema, without the lines that differ from run to run."""
    dump = subprocess.run(
        [server.program("pg_dump"), "--schema-only", "--dbname", urls.admin],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [line for line in dump.splitlines() if not line.startswith("\\")]


OLDER = ("CREATE TRIGGER attachment_timeline ", "CREATE TRIGGER audit_timeline ")
"""What revisions 0007 and 0019, which are published, put back in an earlier form on their way
down; the way up puts it right again."""


def comparable(schema: list[str]) -> list[str]:
    """In no order, since a column that was dropped comes back as the last one."""
    return sorted(line.rstrip(",") for line in schema if not line.startswith(OLDER))


def compare(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations()))
    config.attributes["connection"] = connection
    command.check(config)


@pytest.fixture
def migrate_url(urls: DatabaseUrls) -> str:
    """The address of the role that migrates and may do nothing else out of the ordinary."""
    return urls.of("pipeline_migrate")


async def test_each_revision_goes_down_to_the_schema_that_it_comes_from(
    server: Server, urls: DatabaseUrls, migrate_url: str
) -> None:
    known, head = [each.revision for each in revisions()], schema(server, urls)
    had: dict[str, list[str]] = {}
    for revision in known:
        had[revision] = comparable(schema(server, urls))
        await revise(migrate_url, "-1")
    assert "CREATE TABLE public.opportunity (" not in schema(server, urls)
    for revision in reversed(known):
        await revise(migrate_url, revision)
        assert comparable(schema(server, urls)) == had[revision], revision
    assert schema(server, urls) == head


async def test_the_revisions_say_what_the_models_say(urls: DatabaseUrls) -> None:
    async with connecting(urls.admin) as connection:
        await connection.run_sync(compare)


async def test_an_upgrade_waits_for_nobody_and_comes_back(
    urls: DatabaseUrls, migrate_url: str
) -> None:
    blocker = await asyncpg.connect(urls.admin)
    await blocker.execute("BEGIN; LOCK TABLE opportunity")
    task = asyncio.create_task(revise(migrate_url, "base"))
    await asyncio.sleep(0.8)
    assert not task.done()
    await blocker.execute("COMMIT")
    await task
    assert await blocker.fetchval("SELECT to_regclass('opportunity')") is None
    await blocker.close()


UPGRADE = """
import asyncio, sys
from pipeline_gql.store.upgrade import RolePasswords, upgrade
asyncio.run(upgrade(sys.argv[1], RolePasswords("m", "a", "r", "b")))
"""


async def test_a_revision_that_waits_holds_nothing_of_those_before_it(
    urls: DatabaseUrls, migrate_url: str
) -> None:
    blocker, looker = [await asyncpg.connect(urls.admin) for _ in range(2)]
    last, before = [each.revision for each in revisions()][:2]
    assert await looker.fetchval("SELECT version_num FROM alembic_version") == last
    # Which the last but one changes, and the last does not.
    await blocker.execute("BEGIN; LOCK TABLE outbox")
    task = asyncio.create_task(revise(migrate_url, "base"))
    async with asyncio.timeout(60):
        while await looker.fetchval("SELECT version_num FROM alembic_version") != before:
            await asyncio.sleep(0.05)
            assert not task.done()
    await blocker.execute("COMMIT")
    await task
    await looker.close()
    await blocker.close()


async def test_going_back_forgets_what_was_told_of_leads(
    database: Database, organisation: Organisation, urls: DatabaseUrls, migrate_url: str
) -> None:
    """Nobody could say any more who may see it."""
    admin = organisation.admin.user_id
    told = {"user_id": admin, "kind": "ASSIGNED", "title": "T", "at": datetime.now(UTC)}
    async with database.writing(organisation.org_id) as unit:
        lead = {"id": 1, "name": "L", "status": "NEW", "created_by_id": admin}
        await insert_rows(unit, models.Lead, [lead])
        about = [{"id": 1, "cause": "a", "lead_id": 1}, {"id": 2, "cause": "b", "lead_id": None}]
        await insert_rows(unit, models.Notification, [told | each for each in about])
    reader = await asyncpg.connect(urls.admin)
    while await reader.fetchval("SELECT version_num FROM alembic_version") != "0021":
        await revise(migrate_url, "-1")
    assert await reader.fetch("SELECT id FROM notification") == [(2,)]
    await reader.close()


def revisions() -> Iterator[Script]:
    """The latest first."""
    return ScriptDirectory(str(migrations())).walk_revisions()


async def test_several_processes_may_upgrade_the_same_server_at_once(server: Server) -> None:
    places = [await server.clone("template0") for _ in range(2)]
    upgrades = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", UPGRADE, place.admin)
        for place in (places[0], *places)
    ]
    assert [await process.wait() for process in upgrades] == [0, 0, 0]
    assert schema(server, places[0]) == schema(server, places[1])
    for place in places:
        await server.drop(place)


@pytest.mark.parametrize("role", ["pipeline_migrate", "pipeline_app"])
async def test_a_login_that_may_not_migrate_is_told_what_to_do(server: Server, role: str) -> None:
    place = await server.clone("template0")
    with pytest.raises(UpgradeRefused, match="administrator"):
        await upgrade(place.of(role))
    await server.drop(place)


async def test_every_currency_is_loaded_with_its_iso_decimals(
    urls: DatabaseUrls, migrate_url: str
) -> None:
    connection = await asyncpg.connect(urls.admin)
    await connection.execute("DELETE FROM currency WHERE code = 'KWD'")
    await connection.execute("UPDATE currency SET exponent = 0 WHERE code = 'ISK'")
    await upgrade(migrate_url)
    loaded = {row["code"]: dict(row) for row in await connection.fetch("SELECT * FROM currency")}
    await connection.close()
    assert sorted(loaded) == [row["code"] for row in rows()]
    assert loaded["USD"] == {
        "code": "USD",
        "name": "U.S. Dollars",
        "symbol": "$",
        "exponent": 2,
    }
    exponents = {code: loaded[code]["exponent"] for code in ("JPY", "ISK", "EUR", "KWD", "CLF")}
    assert exponents == {"JPY": 0, "ISK": 0, "EUR": 2, "KWD": 3, "CLF": 4}
