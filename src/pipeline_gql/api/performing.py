"""One verb from its input to its answer: the transaction, retries, idempotency, the payload."""

import asyncio
import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

import orjson
import strawberry

from pipeline_gql.api.computing import completed
from pipeline_gql.api.verbs import Call, Verb, Work, legible
from pipeline_gql.api.wording import worded
from pipeline_gql.domain.errors import KeyAlreadyUsed, Ref, Refusal, Refused, TryAgain, ValueInvalid
from pipeline_gql.domain.selection import TYPENAME, Pick, picked
from pipeline_gql.domain.spelling import camel
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.store import idempotency, pipelines
from pipeline_gql.store.database import Database, Serialization, Unit
from pipeline_gql.store.files import Files
from pipeline_gql.store.reads.binding import Asked
from pipeline_gql.store.reads.sightings import sees
from pipeline_gql.store.reads.statements import WRITTEN, Statement

TRIES = 3
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Performance:
    """A verb of a plan: what it is, and how its payload is written."""

    key: str
    type: str
    verb: Verb
    picks: tuple[Pick, ...]
    objects: Mapping[str, Statement]
    """The statement of each selected object, by response key."""


@dataclass(slots=True)
class Turn:
    """What the verbs of one request share."""

    database: Database
    files: Files
    viewer: Viewer
    deadline: float
    request_id: str
    variables: Mapping[str, Any]
    statements: int = 0


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is to be done, and what an idempotency key holds it to: its place and its input."""

    work: Work
    key: str | None
    path: str
    fingerprint: bytes


async def perform(turn: Turn, it: Performance, input: Any, asked: Any, path: str) -> bytes:
    """The payload as JSON. A refusal rolls everything back and is worded; the rest is a bug."""
    call = Call(turn.viewer)
    try:
        work = it.verb.read(input, call)
        call.check()
        for prepare in call.preparations:
            await prepare(turn)
        asking = _Asking(work, _key(input), path, _fingerprint(asked))
        return await _retried(turn, it, asking)
    except (Refusal, Refused) as refused:
        await _aftermath(turn, refused)
        errors = [
            worded(each, call.placed(each.path), call.sent(each)) for each in refused.refusals
        ]
        return _written(it, {}, errors, replayed=False)


def _fingerprint(asked: Any) -> bytes:
    """Of verb and input as sent; not by orjson, which refuses halves of surrogate pairs."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).digest()


def _key(input: Any) -> str | None:
    key = getattr(input, "idempotency_key", None)
    if key is None or key is strawberry.UNSET:
        return None
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise ValueInvalid(
            field="idempotencyKey",
            problem=f"must be a printable text of 1 to {LONGEST_KEY} characters",
            value=legible(key),
            path=("idempotency_key",),
        )
    return key


async def _retried(turn: Turn, it: Performance, asking: _Asking) -> bytes:
    """Begins again when the transaction met another; never once COMMIT was sent."""
    for attempt in range(TRIES):
        try:
            async with turn.database.writing(
                turn.viewer.org_id,
                deadline=turn.deadline - monotonic(),
                request_id=turn.request_id,
            ) as unit:
                if asking.key is None:
                    done = await asking.work(unit)
                    told = {**await _objects(turn, it, unit, done), **_secrets(it, done)}
                    return _written(it, told, [], replayed=False)
                return await _once(turn, it, unit, asking, asking.key)
        except Serialization:
            await asyncio.sleep(random.uniform(0.005, 0.02) * 2**attempt)
    raise TryAgain()


async def _once(turn: Turn, it: Performance, unit: Unit, asking: _Asking, key: str) -> bytes:
    """Does the work under its key, or answers again what was done under it."""
    actor, path = turn.viewer.user_id, asking.path
    stored = await idempotency.claim(unit, actor, key, path, asking.fingerprint)
    if stored is None:
        done = await asking.work(unit)
        objects = await _objects(turn, it, unit, done)
        await idempotency.store(unit, actor, key, path, _kept(turn, it, done, objects))
        return _written(it, {**objects, **_secrets(it, done)}, [], replayed=False)
    if stored.fingerprint != asking.fingerprint:
        raise KeyAlreadyUsed(time=stored.at, value=key, path=("idempotency_key",))
    return _written(it, await _again(turn, it, unit, stored.response), [], replayed=True)


def _kept(turn: Turn, it: Performance, done: Done, objects: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "objects": dict(done.objects),
        "selection": _selection(turn, it),
        "answer": {name: text.decode() for name, text in objects.items()},
    }


def _selection(turn: Turn, it: Performance) -> str:
    """Of what the payload shows, apart from what the operation did."""
    return hashlib.sha256(repr((it.picks, turn.variables)).encode()).hexdigest()


async def _again(
    turn: Turn, it: Performance, unit: Unit, stored: Mapping[str, Any]
) -> Mapping[str, bytes]:
    """The stored answer. Another selection is read anew, as far as the viewer still sees it."""
    if stored["selection"] == _selection(turn, it):
        return {name: text.encode() for name, text in stored["answer"].items()}
    done = Done(stored["objects"])
    for type in ("Opportunity", "Lead"):
        key: Any = done.objects.get(type.lower())
        if key and not await sees(unit, turn.viewer, Ref(type, key)):
            return {}
    return await _objects(turn, it, unit, done)


async def _objects(turn: Turn, it: Performance, unit: Unit, done: Done) -> dict[str, bytes]:
    """The payload's objects are read where they were written: in the transaction, by a plan."""
    objects: dict[str, bytes] = {}
    written = {camel(name): keys for name, keys in done.objects.items()}
    for pick in it.picks:
        statement = it.objects.get(pick.key)
        if statement is not None and pick.name in written:
            variables = {**turn.variables, WRITTEN: written[pick.name]}
            asked = Asked(variables, turn.viewer.org_id, turn.viewer.user_id)
            turn.statements += 1
            found = await unit.json(statement.sql, statement.arguments(asked)) or b"null"
            if statement.computed:
                versions = partial(pipelines.seen_by, unit)
                found = await completed(statement, found, turn.viewer, unit.now, versions)
            objects[pick.key] = found
    return objects


def _secrets(it: Performance, done: Done) -> dict[str, bytes]:
    """What is told now and never again: it is no part of the stored answer."""
    told = {camel(name): orjson.dumps(text) for name, text in done.secrets.items()}
    return {pick.key: told[pick.name] for pick in it.picks if pick.name in told}


def _written(
    it: Performance, objects: Mapping[str, bytes], errors: list[dict[str, Any]], *, replayed: bool
) -> bytes:
    members: list[bytes] = []
    for pick in it.picks:
        if pick.name == "errors":
            value = orjson.dumps(picked(errors, pick))
        elif pick.name == "replayed":
            value = orjson.dumps(replayed)
        elif pick.name == TYPENAME:
            value = orjson.dumps(it.type)
        else:
            value = objects.get(pick.key, b"null")
        members.append(orjson.dumps(pick.key) + b":" + value)
    return b"{" + b",".join(members) + b"}"


async def _aftermath(turn: Turn, refused: Refusal | Refused) -> None:
    """What a refused move leaves behind (an attempt) is written by itself, after the rollback."""
    if refused.aftermath is None:
        return
    try:
        async with turn.database.writing(
            turn.viewer.org_id,
            deadline=max(turn.deadline - monotonic(), 0.1),
            request_id=turn.request_id,
            tells=False,
        ) as unit:
            await refused.aftermath(unit)
    except (Refusal, Refused, Serialization):
        return
