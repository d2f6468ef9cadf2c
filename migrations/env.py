"""Runs revisions as the owner role, on a connection that store/upgrade.py or a developer brings."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection

from pipeline_gql.store import models
from pipeline_gql.store.upgrade import connecting

ONE_AT_A_TIME = 4_110_371


def run(connection: Connection) -> None:
    # Several servers may start at once; the others wait here, then find nothing left to do.
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})")
    # All tables belong to a role that cannot log in, so no login can switch off its own walls.
    connection.exec_driver_sql("SET ROLE pipeline_owner")
    connection.exec_driver_sql("SET lock_timeout = '500ms'")
    # Else all revisions share the transaction that these have begun, and hold one another's locks.
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        transaction_per_migration=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    async with connecting(os.environ["MIGRATE_DATABASE_URL"]) as connection:
        await connection.run_sync(run)
        await connection.commit()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_alone())
else:
    run(given)
