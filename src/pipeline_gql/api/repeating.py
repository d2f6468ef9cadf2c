"""Idempotency keys: what was done under one is answered again, and not done again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import strawberry

from pipeline_gql.api import writing
from pipeline_gql.api.turns import Asking, Turn, WritePlan
from pipeline_gql.api.verbs import legible
from pipeline_gql.domain.errors import KeyAlreadyUsed, Ref, ValueInvalid
from pipeline_gql.domain.remedies import ANOTHER_KEY
from pipeline_gql.operations.done import Done
from pipeline_gql.store import idempotency
from pipeline_gql.store.database import Unit
from pipeline_gql.store.idempotency import Stored
from pipeline_gql.store.reads.sightings import sees

LONGEST_KEY: Final = 255
PATH: Final = ("idempotency_key",)
MEMBERS: Final = frozenset({"idempotencyKey", "dryRun"})
"""Of an input, that do not say what is to be done: a key is the same wherever it stands."""
_WRITER: Final = json.JSONEncoder(sort_keys=True, default=str)

HOSTS: Final = {"opportunity": "Opportunity", "lead": "Lead"}
"""What the other objects of a payload hang on: seen exactly if it is."""

GUARDED: Final[Mapping[str, str]] = {
    **HOSTS,
    "follow_on": "Opportunity",
    "task": "Task",
    "meeting": "Meeting",
    "registration": "Registration",
    "invoice": "Invoice",
    "token_issue": "TokenIssue",
}
"""Objects of payloads that not everybody sees, by their types."""


def is_key(text: str) -> bool:
    return 0 < len(text) <= LONGEST_KEY and text.isprintable()


def key_of(turn: Turn, asking: Asking) -> str | None:
    """The input's own, else the request's; raises ValueInvalid for what is none."""
    key = asking.input.idempotency_key
    if key is None or key is strawberry.UNSET:
        return turn.key
    if not is_key(key):
        problem = f"must be a printable text of 1 to {LONGEST_KEY} characters"
        raise ValueInvalid(field="idempotencyKey", problem=problem, value=legible(key), path=PATH)
    return key


def fingerprint(askings: Sequence[Asking]) -> bytes:
    """Of all that one transaction is asked to do; not by orjson, which refuses halves of surrogate
    pairs. A path may be made of aliases: a key is for one verb, whatever it was called."""
    asked: Any = [{each.name: _said(each)} for each in askings]
    if len(askings) > 1:
        asked.append([each.path for each in askings])
    return hashlib.sha256(_WRITER.encode(asked).encode()).digest()


def _said(asking: Asking) -> dict[str, Any]:
    return {name: value for name, value in asking.raw.items() if name not in MEMBERS}


def require_same(stored: Stored, key: str, print: bytes) -> None:
    if stored.fingerprint != print:
        raise KeyAlreadyUsed(time=stored.at, value=key, path=PATH, remedies=(ANOTHER_KEY,))


class Keeping:
    """The answer to one verb, to be stored under its key in the transaction of the work."""

    def __init__(self, unit: Unit, turn: Turn, asking: Asking, key: str, done: Done) -> None:
        self._unit = unit
        self._whose = turn.viewer.user_id, key, asking.path
        self._kept = {
            "objects": dict(done.objects),
            "told": dict(done.told),
            "selection": _selection(turn, asking.plan),
        }

    def keep(self, members: Mapping[str, bytes]) -> None:
        """All of it."""
        idempotency.store(self._unit, *self._whose, self._with(members))

    def reading(
        self, members: Mapping[str, bytes], name: str, sql: str, args: Sequence[object]
    ) -> tuple[str, list[object]]:
        """How the last member is read and all of it stored, in one."""
        kept = self._with(members)
        return idempotency.storing(self._unit, *self._whose, kept, (name, sql, args))

    def _with(self, members: Mapping[str, bytes]) -> dict[str, Any]:
        return {**self._kept, "answer": {name: text.decode() for name, text in members.items()}}


async def again(unit: Unit, turn: Turn, plan: WritePlan, stored: Stored) -> bytes:
    """The stored answer. Another selection is read anew, as far as the viewer still sees it."""
    return writing.payload(plan, await _members(unit, turn, plan, stored.response), replayed=True)


async def _members(
    unit: Unit, turn: Turn, plan: WritePlan, stored: Mapping[str, Any]
) -> Mapping[str, bytes]:
    if stored["selection"] == _selection(turn, plan):
        return {name: text.encode() for name, text in stored["answer"].items()}
    seen = dict(stored["objects"])
    for name, type in GUARDED.items():
        key: Any = seen.get(name)
        if key and not await sees(unit, turn.viewer, Ref(type, key)):
            if name in HOSTS:
                return {}
            del seen[name]
    return await writing.objects(turn, plan, unit, Done(seen, told=stored.get("told", {})))


def _selection(turn: Turn, plan: WritePlan) -> str:
    """Of what the payload shows, apart from what the operation did."""
    return hashlib.sha256(f"({plan.shown}, {turn.variables!r})".encode()).hexdigest()
