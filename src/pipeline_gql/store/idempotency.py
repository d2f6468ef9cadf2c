"""Keys that clients send with a write, so that a retry is answered and not done again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline_gql.store import models
from pipeline_gql.store.database import Serialization, Unit


@dataclass(frozen=True, slots=True)
class Stored:
    """What an earlier call with the key answered; `response` is as `store` was given it."""

    path: str
    fingerprint: bytes
    response: dict[str, Any]
    at: datetime


async def claim(
    unit: Unit, actor_id: int, key: str, path: str, fingerprint: bytes
) -> Stored | None:
    """Takes the key for this transaction, or gives what was answered under it.

    Waits for another transaction that is using the key; if that one fails, the key is ours.
    """
    table = models.IdempotencyKey
    taken = await unit.session.execute(
        insert(table)
        .values(
            org_id=unit.org_id,
            actor_id=actor_id,
            key=key,
            path=path,
            fingerprint=fingerprint,
            created_at=unit.now,
        )
        .on_conflict_do_nothing(index_elements=["org_id", "actor_id", "key", "path"])
        .returning(table.path)
    )
    if taken.scalar_one_or_none() is not None:
        return None
    for stored in await answers(unit, actor_id, key):
        if stored.path == path:
            return stored
    # Forgotten between the two statements, being a week old: it is ours on the next attempt.
    raise Serialization


async def store(unit: Unit, actor_id: int, key: str, path: str, response: dict[str, Any]) -> None:
    """Keeps the answer, in the transaction of the work."""
    table = models.IdempotencyKey
    await unit.session.execute(
        update(table)
        .where(
            table.org_id == unit.org_id,
            table.actor_id == actor_id,
            table.key == key,
            table.path == path,
        )
        .values(response=response)
    )


async def answers(unit: Unit, actor_id: int, key: str) -> list[Stored]:
    """All that was answered under a key, oldest first."""
    table = models.IdempotencyKey
    rows = await unit.session.scalars(
        select(table)
        .where(table.org_id == unit.org_id, table.actor_id == actor_id, table.key == key)
        .order_by(table.created_at, table.path)
    )
    return [Stored(row.path, row.fingerprint, row.response or {}, row.created_at) for row in rows]
