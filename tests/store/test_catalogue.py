"""The catalogue keeps the rules of tenancy, and the lint that says so would notice if not."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import pytest

from pipeline_gql.store.roles import APP, READER
from tests.server import DatabaseUrls

LINT = Path(__file__).with_name("catalogue_lint.sql").read_text()
GLOBAL = ["organisation_id", "token_digest", "subject", "currency"]
OWNER_EXEMPT = ["search_doc"]
RULES = set(re.findall(r"^SELECT '([^']+)'", LINT, re.MULTILINE))


async def violations(connection: asyncpg.Connection) -> set[tuple[str, str]]:
    rows = await connection.fetch(LINT, GLOBAL, OWNER_EXEMPT, [APP, READER])
    return {(row["rule"], row["object"]) for row in rows}


@pytest.fixture
async def administrator(urls: DatabaseUrls) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(urls.admin)
    yield connection
    await connection.close()


async def test_the_catalogue_keeps_every_rule(administrator: asyncpg.Connection) -> None:
    assert await violations(administrator) == set()


PLANTS = {
    "CREATE TABLE bad (id bigint)": {
        "no organisation",
        "organisation need not exist",
        "row-level security off",
        "row-level security not forced",
        "policy missing or of another wording",
        "primary key missing",
    },
    "CREATE TABLE bad (org_id uuid, id bigint PRIMARY KEY)": {
        "organisation may be null",
        "unique without organisation",
        "index does not begin with organisation",
    },
    "CREATE TABLE bad (org_id uuid, id bigint REFERENCES tax_type_ids, PRIMARY KEY (org_id, id))": {
        "foreign key leaves the organisation",
        "organisation need not exist",
    },
    "ALTER TABLE audit DROP CONSTRAINT fk_audit_org_id": {"organisation need not exist"},
    "ALTER TABLE seat_hold DROP CONSTRAINT fk_seat_hold_org_id_opportunity_id,"
    " ALTER COLUMN interest_id DROP NOT NULL, ALTER COLUMN event_id DROP NOT NULL": {
        "organisation need not exist"
    },
    "CREATE TABLE bad (org_id uuid, id bigint, PRIMARY KEY (org_id, id), price numeric UNIQUE)": {
        "enum or numeric column",
        "index on a type whose comparison leaks",
    },
    "CREATE TABLE bad (org_id uuid, id bigint, PRIMARY KEY (org_id, id), of bigint,"
    " FOREIGN KEY (org_id, of) REFERENCES account ON DELETE SET NULL (of))": {
        "foreign key sets null",
    },
    "CREATE INDEX bad ON account (org_id, lower(name))": {"index on an expression"},
    "UPDATE pg_index SET indisvalid = false WHERE indrelid = 'account'::regclass": {
        "index invalid",
    },
    "CREATE MATERIALIZED VIEW bad AS SELECT * FROM account;"
    "GRANT SELECT ON bad TO pipeline_reader": {"materialised view seen by a login"},
    "ALTER ROLE pipeline_app BYPASSRLS": {"login too strong"},
    f"CREATE INDEX {'b' * 51} ON account (org_id, name)": {"name longer than 50 characters"},
    "ALTER TABLE account NO FORCE ROW LEVEL SECURITY": {"row-level security not forced"},
    "ALTER POLICY tenant ON account USING (true)": {"policy missing or of another wording"},
    "CREATE POLICY too ON account USING (true)": {"policy missing or of another wording"},
    "CREATE VIEW bad AS SELECT * FROM account": {"view not of its reader"},
    "CREATE FUNCTION bad() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'": {
        "definer function without search_path",
        "definer function open to all",
    },
    "GRANT INSERT ON account TO pipeline_reader": {"reader may write"},
    "GRANT TRUNCATE ON account TO pipeline_app": {"login may truncate"},
    "ALTER TABLE account OWNER TO pipeline_app": {
        "login owns a table",
        "table not of the owner role",
    },
}


def test_every_rule_has_something_that_breaks_it() -> None:
    assert set[str]().union(*PLANTS.values()) == RULES


@pytest.mark.parametrize("statement", PLANTS)
async def test_the_lint_notices(administrator: asyncpg.Connection, statement: str) -> None:
    """In a transaction that is never ended: logins belong to the whole server."""
    await administrator.execute("BEGIN; CREATE TABLE tax_type_ids (id bigint PRIMARY KEY)")
    before = await violations(administrator)
    await administrator.execute(statement)
    noticed = {rule for rule, _ in await violations(administrator) - before}
    assert noticed >= PLANTS[statement]
