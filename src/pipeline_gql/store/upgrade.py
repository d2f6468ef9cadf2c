"""Brings a database to the present: roles, revisions, reference data."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

import pipeline_gql
from pipeline_gql.store import currencies
from pipeline_gql.store.connections import connect_plainly
from pipeline_gql.store.roles import OWNER, RolePasswords, create_roles, open_database

__all__ = ["RolePasswords", "UpgradeRefused", "connecting", "revise", "upgrade"]

_LOCK_NOT_AVAILABLE = "55P03"
# Not permitted, or no such role.
_NOT_PREPARED = frozenset({"42501", "22023", "42704"})
_ATTEMPTS = 20
_ADVICE = (
    "This login may not migrate this database. Run the upgrade with an administrator's address"
    " once, which makes the roles, or with that of pipeline_migrate afterwards."
)


class UpgradeRefused(Exception):
    """The login lacks what a migration needs; the text says what to do."""


async def upgrade(url: str, roles: RolePasswords | None = None) -> None:
    """Migrates to the newest revision; given an administrator's `url` and `roles`, makes them too.

    Waits at most half a second for any lock, then lets the others pass and begins again.
    """
    if roles is not None:
        await _prepare(url, roles)
    await revise(url, "head")
    async with connecting(url) as connection:
        await connection.exec_driver_sql(f"SET ROLE {OWNER}")
        await currencies.load(connection)
        await connection.commit()


async def revise(url: str, revision: str) -> None:
    """Runs revisions up to (or, below the present one, down to) `revision`."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with connecting(url) as connection:
                await connection.run_sync(_run, revision)
                await connection.commit()
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state in _NOT_PREPARED:
                raise UpgradeRefused(_ADVICE) from error
            if state != _LOCK_NOT_AVAILABLE or attempt == _ATTEMPTS:
                raise
            await asyncio.sleep(0.25 * attempt)
        else:
            return


@asynccontextmanager
async def connecting(url: str) -> AsyncGenerator[AsyncConnection]:
    """One connection of its own, for migrations."""

    async def connect(*_: object, **__: object) -> Any:
        return await connect_plainly(url)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def migrations() -> Path:
    """The folder of revisions: in the package when installed, beside `src` in a checkout."""
    package = Path(pipeline_gql.__file__).parent
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def _run(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.attributes["connection"] = connection
    down = revision == "base" or revision.startswith("-")
    try:
        (command.downgrade if down else command.upgrade)(config, revision)
    except CommandError as error:
        raise UpgradeRefused(f"The database cannot be migrated: {error}.") from error


async def _prepare(url: str, roles: RolePasswords) -> None:
    connection = await connect_plainly(url)
    try:
        await create_roles(connection, roles)
        await open_database(connection)
    finally:
        await connection.close()
