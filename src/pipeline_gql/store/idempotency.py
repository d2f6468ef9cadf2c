"""Keys that clients send with a write, so that a retry is answered and not done again."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from pipeline_gql.store.database import Serialization, Unit
from pipeline_gql.store.questions import Asked, Question


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
    whose = {"actor_id": actor_id, "key": key, "path": path}
    claimed = Asked(_CLAIM, {**whose, "fingerprint": fingerprint, "created_at": unit.now})
    if await unit.rows(claimed):
        return None
    for stored in await answers(unit, actor_id, key):
        if stored.path == path:
            return stored
    # Forgotten between the two statements, being a week old: it is ours on the next attempt.
    raise Serialization


def store(unit: Unit, actor_id: int, key: str, path: str, response: dict[str, Any]) -> None:
    """Keeps the answer, in the transaction of the work."""
    kept = {"actor_id": actor_id, "key": key, "path": path, "response": json.dumps(response)}
    unit.say(Asked(_STORE, kept))


async def answers(unit: Unit, actor_id: int, key: str) -> list[Stored]:
    """All that was answered under a key, oldest first."""
    rows = await unit.rows(Asked(_ANSWERS, {"actor_id": actor_id, "key": key}))
    return [
        Stored(row["path"], row["fingerprint"], row["response"] or {}, row["created_at"])
        for row in rows
    ]


def _named(statement: str, **types: Any) -> Question:
    known = {"org_id": Uuid, "actor_id": BigInteger, "key": Text} | types
    return Question(text(statement).bindparams(*(bindparam(n, type_=t) for n, t in known.items())))


_CLAIM = _named(
    "INSERT INTO idempotency_key (org_id, actor_id, key, path, fingerprint, created_at)"
    " VALUES (:org_id, :actor_id, :key, :path, :fingerprint, :created_at)"
    " ON CONFLICT (org_id, actor_id, key, path) DO NOTHING RETURNING path",
    path=Text,
    fingerprint=LargeBinary,
    created_at=DateTime(timezone=True),
)
_STORE = _named(
    "UPDATE idempotency_key SET response = :response"
    " WHERE org_id = :org_id AND actor_id = :actor_id AND key = :key AND path = :path",
    path=Text,
    response=JSONB,
)
_ANSWERS = _named(
    "SELECT path, fingerprint, response, created_at FROM idempotency_key"
    " WHERE org_id = :org_id AND actor_id = :actor_id AND key = :key ORDER BY created_at, path"
)
