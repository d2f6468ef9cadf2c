"""Row-level security and grants, at the level of SQL: the wall behind the wall."""

import asyncpg
import pytest

from pipeline_gql.store import models
from pipeline_gql.store.connections import UnsafeRole
from pipeline_gql.store.database import Database, Urls
from tests import canary
from tests.organisations import FIRST, SECOND, Organisation
from tests.server import DatabaseUrls, Server

TENANTS = sorted(set(models.Base.metadata.tables) - {
    "organisation_id", "token_digest", "subject", "currency"})  # fmt: skip


async def connected(urls: DatabaseUrls, role: str, org: Organisation | None) -> asyncpg.Connection:
    connection = await asyncpg.connect(urls.of(role))
    if org:
        await connection.execute(f"SET app.org_id = '{org.org_id}'")
    return connection


@pytest.mark.parametrize("role", ["pipeline_app", "pipeline_reader"])
async def test_a_transaction_of_one_organisation_sees_no_row_of_another(
    database: Database, urls: DatabaseUrls, role: str
) -> None:
    await canary.plant(database, SECOND)
    theirs = await connected(urls, role, SECOND)
    ours = await connected(urls, role, FIRST)
    for table in TENANTS:
        assert await theirs.fetchval(f"SELECT count(*) FROM {table}") > 0, table
        rows = await ours.fetch(f"SELECT org_id, t::text AS row FROM {table} AS t")
        assert {row["org_id"] for row in rows} <= {FIRST.org_id}
        assert not [row for row in rows if canary.WORD in row["row"]]
    for connection in (theirs, ours):
        await connection.close()


@pytest.mark.parametrize("setting", ["RESET app.org_id", "SET app.org_id = ''"])
async def test_a_transaction_of_no_organisation_sees_nothing(
    urls: DatabaseUrls, setting: str
) -> None:
    connection = await connected(urls, "pipeline_app", FIRST)
    await connection.execute(setting)
    for table in TENANTS:
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
    await connection.close()


async def test_nothing_can_be_written_into_another_organisation(urls: DatabaseUrls) -> None:
    connection = await connected(urls, "pipeline_app", FIRST)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(
            "INSERT INTO account (org_id, name) VALUES ($1, 'x')", SECOND.org_id
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("UPDATE account SET org_id = $1", SECOND.org_id)
    changed = "UPDATE account SET name = 'x' WHERE org_id = $1"
    assert await connection.execute(changed, SECOND.org_id) == "UPDATE 0"
    assert (
        await connection.execute("DELETE FROM tag WHERE org_id = $1", SECOND.org_id) == "DELETE 0"
    )
    await connection.close()


async def test_a_link_cannot_leave_the_organisation(urls: DatabaseUrls) -> None:
    connection = await connected(urls, "pipeline_app", FIRST)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await connection.execute("UPDATE contact SET account_id = $1", SECOND.account_id)
    await connection.close()


async def test_the_owner_itself_sees_no_rows(urls: DatabaseUrls) -> None:
    connection = await connected(urls, "pipeline_migrate", None)
    await connection.execute("SET ROLE pipeline_owner")
    assert await connection.fetchval("SELECT count(*) FROM account") == 0
    await connection.close()


async def test_the_reader_writes_nothing(urls: DatabaseUrls) -> None:
    connection = await connected(urls, "pipeline_reader", FIRST)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("UPDATE account SET name = 'x'")
    await connection.close()


async def test_the_backup_sees_everything_and_writes_nothing(urls: DatabaseUrls) -> None:
    connection = await connected(urls, "pipeline_backup", None)
    assert await connection.fetchval("SELECT count(DISTINCT org_id) FROM account") == 2
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("UPDATE account SET name = 'x'")
    await connection.close()


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ("postgres", "is a superuser"),
        ("pipeline_backup", "bypasses row-level security"),
        ("pipeline_migrate", "owns the table"),
    ],
)
async def test_the_server_refuses_a_role_that_could_step_over_the_wall(
    urls: DatabaseUrls, role: str, reason: str
) -> None:
    with pytest.raises(UnsafeRole, match=reason):
        await Database.open(Urls(urls.of(role)))
    with pytest.raises(UnsafeRole, match=reason):
        await Database.open(Urls(urls.of("pipeline_app"), urls.of(role)))


async def test_a_role_that_can_become_an_unsafe_one_is_refused(urls: DatabaseUrls) -> None:
    administrator = await asyncpg.connect(urls.admin)
    await administrator.execute("CREATE ROLE climber LOGIN NOINHERIT IN ROLE pipeline_backup")
    try:
        with pytest.raises(UnsafeRole, match="bypasses row-level security"):
            await Database.open(Urls(urls.of("climber")))
    finally:
        await administrator.execute("DROP ROLE climber")
        await administrator.close()


async def test_passwords_are_kept_as_scram_verifiers_that_work(
    server: Server, urls: DatabaseUrls
) -> None:
    connection = await asyncpg.connect(urls.admin)
    kept = await connection.fetchval(
        "SELECT rolpassword FROM pg_authid WHERE rolname = 'pipeline_app'"
    )
    await connection.close()
    assert kept.startswith("SCRAM-SHA-256$4096:")
    rules = server.access_rules
    before = rules.read_text()
    rules.write_text("local all pipeline_app scram-sha-256\n" + before)
    await server.run("SELECT pg_reload_conf()")
    address = urls.of("pipeline_app:{}")
    try:
        await (await Database.open(Urls(address.format("a")))).close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await Database.open(Urls(address.format("wrong")))
    finally:
        rules.write_text(before)
        await server.run("SELECT pg_reload_conf()")
