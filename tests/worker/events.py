"""Events to be dealt with, and what became of them."""

import asyncio
from typing import Any

from sqlalchemy import select

from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from tests.organisations import Organisation


async def write_event(
    database: Database,
    organisation: Organisation,
    aggregate: int,
    sequence: int,
    payload: dict[str, Any] | None = None,
) -> None:
    async with database.writing(organisation.org_id) as unit:
        unit.session.add(
            models.Outbox(
                org_id=unit.org_id,
                aggregate="Account",
                aggregate_id=str(aggregate),
                sequence=sequence,
                type="AccountChanged",
                payload=payload or {},
                created_at=unit.now,
            )
        )
        await unit.session.flush()
        # Commits in another order than the ids were given in.
        await asyncio.sleep(0.01 * ((aggregate * 7 + sequence) % 4))


async def feed(database: Database, organisation: Organisation) -> list[tuple[str, int, int | None]]:
    async with database.writing(organisation.org_id) as unit:
        rows = await unit.session.execute(
            select(models.Outbox.aggregate_id, models.Outbox.sequence, models.Outbox.position)
            .where(models.Outbox.org_id == unit.org_id)
            .order_by(models.Outbox.position)
        )
        return [tuple(row) for row in rows]
