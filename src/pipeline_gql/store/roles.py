"""The database roles: who owns, migrates, serves, reads and backs up.

Roles belong to the whole cluster, so making them twice, also at the same time from two
databases, must come to the same.
"""

import asyncio
from dataclasses import dataclass

from pipeline_gql.store.connections import CATALOGUE_RACES, Connection, connect_plainly
from pipeline_gql.store.scram import verifier

OWNER = "pipeline_owner"
MIGRATE = "pipeline_migrate"
APP = "pipeline_app"
READER = "pipeline_reader"
BACKUP = "pipeline_backup"

_ATTRIBUTES = {
    OWNER: "NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE",
    MIGRATE: "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE",
    APP: "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE",
    READER: "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE",
    BACKUP: "LOGIN NOSUPERUSER BYPASSRLS NOCREATEROLE",
}


@dataclass(frozen=True, slots=True)
class RolePasswords:
    """Passwords of the logins; they reach the server as SCRAM verifiers only. None leaves a
    login's password as it is."""

    migrate: str | None
    app: str | None
    reader: str | None
    backup: str | None


async def existing_logins(url: str) -> frozenset[str] | None:
    """Which of the logins the server has; None if this address may not make any."""
    connection = await connect_plainly(url)
    try:
        may = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        if not await connection.fetchval(may):
            return None
        found = await connection.fetchval(
            "SELECT array_agg(rolname::text) FROM pg_roles WHERE rolname = ANY($1)",
            [MIGRATE, APP, READER, BACKUP],
        )
        return frozenset(found or ())
    finally:
        await connection.close()


async def create_roles(connection: Connection, passwords: RolePasswords) -> None:
    """Makes the roles, or brings them up to these passwords; needs CREATEROLE."""
    secrets = {
        OWNER: None,
        MIGRATE: passwords.migrate,
        APP: passwords.app,
        READER: passwords.reader,
        BACKUP: passwords.backup,
    }
    for role, password in secrets.items():
        await _patiently(connection, _creation(role, password))
    await _patiently(connection, f"GRANT {OWNER} TO {MIGRATE}")


async def open_database(connection: Connection) -> None:
    """Lets the owner build in this database, and nobody else."""
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    await _patiently(
        connection, f"GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {database} TO {OWNER}"
    )
    await _patiently(connection, f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}")
    await _patiently(connection, f"GRANT USAGE ON SCHEMA public TO {APP}, {READER}, {BACKUP}")
    if not await connection.fetchval("SELECT pg_has_role(current_user, $1, 'USAGE')", OWNER):
        await _patiently(connection, f"GRANT {OWNER} TO CURRENT_USER")


def _creation(role: str, password: str | None) -> str:
    secret = "" if password is None else f" PASSWORD '{verifier(password)}'"
    return f"""DO $do$ BEGIN
        CREATE ROLE {role};
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $do$; ALTER ROLE {role} {_ATTRIBUTES[role]}{secret}"""


async def _patiently(connection: Connection, statement: str) -> None:
    """Runs what may meet the same statement of another database's upgrade."""
    for attempt in range(20):
        try:
            await connection.execute(statement)
        except CATALOGUE_RACES:
            # "tuple concurrently updated": catalogues have no row locks to wait for.
            if attempt == 19:
                raise
            await asyncio.sleep(0.02 * (attempt + 1))
        else:
            return
