"""Keys that clients send with a write, so that a retry is answered and not done again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from pipeline_gql.store import models
from pipeline_gql.store.database import Serialization, Unit
from pipeline_gql.store.mapping import as_json
from pipeline_gql.store.questions import ORG, Asked, Question


@dataclass(frozen=True, slots=True)
class Stored:
    """What an earlier call with the key answered; `response` is as `store` was given it."""

    path: str
    fingerprint: bytes
    response: dict[str, Any]
    at: datetime


class Answered(Exception):
    """The work was done under the key before, and `stored` is what was answered."""

    def __init__(self, stored: Stored) -> None:
        super().__init__()
        self.stored = stored


def claim(unit: Unit, actor_id: int, key: str, path: str, fingerprint: bytes) -> None:
    """Takes the key for this transaction with the unit's next question, which raises Answered if
    somebody else had it.

    Waits for another transaction that is using the key; if that one fails, the key is ours.
    """
    whose = {"actor_id": actor_id, "key": key, "path": path}
    unit.say(Asked(_CLAIM, {**whose, "fingerprint": fingerprint, "created_at": unit.now}))
    unit.first(Asked(_HOLDER, whose), _require_ours)


def _require_ours(found: Sequence[Mapping[str, Any]]) -> None:
    for row in found:
        if row["response"] is not None:
            at, print = datetime.fromisoformat(row["created_at"]), bytes.fromhex(row["print"])
            raise Answered(Stored(row["path"], print, row["response"], at))
        return
    # Forgotten between the two statements, being a week old: it is ours on the next attempt.
    raise Serialization


def store(unit: Unit, actor_id: int, key: str, path: str, response: dict[str, Any]) -> None:
    """Keeps the answer, in the transaction of the work."""
    kept = {"actor_id": actor_id, "key": key, "path": path, "response": as_json(response)}
    unit.say(Asked(_STORE, kept))


def storing(
    unit: Unit,
    actor_id: int,
    key: str,
    path: str,
    response: dict[str, Any],
    read: tuple[str, str, Sequence[object]],
) -> tuple[str, list[object]]:
    """As `store`, in the statement that reads the last object of the answer: its name, and how it
    is asked. What is told of it is stored as it is told."""
    name, sql, args = read
    whose = (unit.org_id, actor_id, key, path)
    return _storing(sql, len(args)), [*args, as_json(response), name, *whose]


@lru_cache(1_000)
def _storing(sql: str, count: int) -> str:
    response, name, *whose = (f"${count + place}" for place in range(1, 7))
    # OFFSET: else it would be read for the row that is stored and for what is told.
    return (
        "UPDATE idempotency_key SET response = jsonb_set("
        f"{response}::jsonb, ARRAY['answer', {name}::text],"
        " to_jsonb(convert_from(read.told, 'UTF8')))"
        f" FROM (SELECT coalesce(({sql}), 'null') AS told OFFSET 0) AS read"
        f" WHERE org_id = {whose[0]}::uuid AND actor_id = {whose[1]}::bigint"
        f" AND key = {whose[2]}::text AND path = {whose[3]}::text RETURNING read.told"
    )


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


def _holder() -> Question:
    table = models.IdempotencyKey
    types = {"actor_id": BigInteger, "key": Text, "path": Text}
    whose = [getattr(table, name) == bindparam(name, type_=type) for name, type in types.items()]
    print = func.encode(table.fingerprint, "hex").label("print")
    asked = select(table.path, print, table.response, table.created_at)
    return Question(asked.where(table.org_id == ORG, *whose))


_HOLDER = _holder()
"""Whoever has just taken a key has no response yet; of others only what they answered is seen."""
_CLAIM = _named(
    "INSERT INTO idempotency_key (org_id, actor_id, key, path, fingerprint, created_at)"
    " VALUES (:org_id, :actor_id, :key, :path, :fingerprint, :created_at)"
    " ON CONFLICT (org_id, actor_id, key, path) DO NOTHING",
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
