"""Runs revisions as the owner role, on a connection that store/upgrade.py or a developer brings."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from pipeline_gql.store import models
from pipeline_gql.store.upgrade import connecting

ASK_FOR_TURN = "SELECT pg_try_advisory_lock(4110371)"
SECONDS_BETWEEN = 0.1


def run(connection: Connection) -> None:
    _wait_for_turn(connection)
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


def _wait_for_turn(connection: Connection) -> None:
    """Several servers may start at once; the others wait here, then find nothing left to do. They
    ask again and again: whoever makes an index beside its writers waits for all who are asking."""
    while not connection.exec_driver_sql(ASK_FOR_TURN).scalar_one():
        connection.commit()
        await_only(asyncio.sleep(SECONDS_BETWEEN))


async def run_alone() -> None:
    async with connecting(os.environ["MIGRATE_DATABASE_URL"]) as connection:
        await connection.run_sync(run)
        await connection.commit()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_alone())
else:
    run(given)
