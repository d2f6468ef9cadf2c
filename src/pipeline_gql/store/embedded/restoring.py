"""A backup takes the database's place: filled beside it, then swapped by name."""

from pathlib import Path

from pipeline_gql.store.connections import DRIVER_ERRORS, Connection, connect_plainly
from pipeline_gql.store.embedded import tools
from pipeline_gql.store.embedded.cluster import DATABASE
from pipeline_gql.store.embedded.server import Embedded

FRESH = f"{DATABASE}_restored"
FORMER = f"{DATABASE}_former"
PATIENCE = 5
IN_USE = "55006"


async def replace(embedded: Embedded, file: Path) -> None:
    """The former database stays untouched until the backup is in completely, and goes then.

    Whenever this is killed, there is one of the two under the database's name.
    """
    connection = await connect_plainly(embedded.urls("postgres").admin)
    try:
        await _drop(connection, FRESH, FORMER)
        await connection.execute(f"CREATE DATABASE {FRESH} TEMPLATE template0")
        tools.restore(embedded.urls(FRESH).admin, file)
        await _swap(connection)
        await _drop(connection, FORMER)
    finally:
        await connection.close()


async def _swap(connection: Connection) -> None:
    for attempt in range(PATIENCE):
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname IN ('{DATABASE}', '{FRESH}')"
        )
        try:
            # Statements in one string are one transaction.
            await connection.execute(
                f"ALTER DATABASE {DATABASE} RENAME TO {FORMER};"
                f"ALTER DATABASE {FRESH} RENAME TO {DATABASE}"
            )
        except DRIVER_ERRORS as error:
            # Somebody was quicker to connect again.
            if getattr(error, "sqlstate", None) != IN_USE or attempt == PATIENCE - 1:
                raise
        else:
            return


async def _drop(connection: Connection, *databases: str) -> None:
    for database in databases:
        await connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
