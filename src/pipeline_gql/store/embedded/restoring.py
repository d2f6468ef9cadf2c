"""A backup takes the database's place: filled beside it, then swapped by name."""

from pathlib import Path

from pipeline_gql.store.connections import connect_plainly
from pipeline_gql.store.embedded import tools
from pipeline_gql.store.embedded.cluster import DATABASE
from pipeline_gql.store.embedded.server import Embedded

FRESH = f"{DATABASE}_restored"


async def replace(embedded: Embedded, file: Path) -> None:
    """The former database stays untouched until the backup is in completely, and goes then."""
    connection = await connect_plainly(embedded.urls("postgres").admin)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {FRESH} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {FRESH} TEMPLATE template0")
        tools.restore(embedded.urls(FRESH).admin, file)
        await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        await connection.execute(f"ALTER DATABASE {FRESH} RENAME TO {DATABASE}")
    finally:
        await connection.close()
