"""Payloads as JSON: objects are read by plans where they were written, in the transaction."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import orjson

from pipeline_gql.api.computing import completed
from pipeline_gql.api.turns import Turn, WritePlan
from pipeline_gql.domain.selection import TYPENAME, picked
from pipeline_gql.domain.spelling import camel
from pipeline_gql.operations.done import Done
from pipeline_gql.store import pipelines
from pipeline_gql.store.database import Unit
from pipeline_gql.store.reads.binding import Asked
from pipeline_gql.store.reads.statements import WRITTEN, Statement


class Keeping(Protocol):
    """Stores the answer beside reading the last of it."""

    def reading(
        self, members: Mapping[str, bytes], name: str, sql: str, args: Sequence[object], /
    ) -> tuple[str, Sequence[object]]: ...


async def objects(
    turn: Turn,
    plan: WritePlan,
    unit: Unit,
    done: Done,
    *,
    ends: bool = False,
    keeping: Keeping | None = None,
) -> dict[str, bytes]:
    """What is selected of the objects, and of what else is told, by response key. The last one's
    statement `ends` the transaction, if it may, and keeps the answer."""
    found: dict[str, bytes] = {}
    for pick in plan.picks:
        if pick.name in done.told:
            found[pick.key] = orjson.dumps(picked(done.told[pick.name], pick))
    keys_of = {camel(name): keys for name, keys in done.objects.items()}
    selected = [pick for pick in plan.picks if pick.key in plan.objects and pick.name in keys_of]
    for pick in selected:
        statement = plan.objects[pick.key]
        is_last = ends and unit.pipelines and not statement.computed and pick is selected[-1]
        wrap = partial(keeping.reading, found, pick.key) if is_last and keeping else None
        written = keys_of[pick.name]
        found[pick.key] = await read(turn, unit, statement, written, ends=is_last, wrap=wrap)
    return found


async def read(
    turn: Turn,
    unit: Unit,
    statement: Statement,
    written: object,
    *,
    ends: bool = False,
    wrap: Callable[[str, Sequence[object]], tuple[str, Sequence[object]]] | None = None,
) -> bytes:
    """What was written, by its key or its keys; with `wrap` in another statement around."""
    variables = {**turn.variables, WRITTEN: written}
    asked = Asked(variables, turn.viewer.org_id, turn.viewer.user_id)
    turn.statements += 1
    sql, args = statement.sql, statement.arguments(asked)
    if wrap is not None:
        sql, args = wrap(sql, args)
    text = await unit.json(sql, args, commits=ends) or b"null"
    if statement.computed:
        versions = partial(pipelines.seen_by, unit)
        text = await completed(statement, text, turn.viewer, unit.now, versions)
    return text


def secrets(plan: WritePlan, done: Done) -> dict[str, bytes]:
    """What is told now and never again: it is no part of a stored answer."""
    told = {camel(name): orjson.dumps(text) for name, text in done.secrets.items()}
    return {pick.key: told[pick.name] for pick in plan.picks if pick.name in told}


def payload(plan: WritePlan, members: Mapping[str, bytes], *, replayed: bool = False) -> bytes:
    """Of a verb that was carried out."""
    return _written(plan, members, [], replayed)


def refusal(plan: WritePlan, errors: list[dict[str, Any]]) -> bytes:
    """The payload of a verb that did nothing."""
    return _written(plan, {}, errors, replayed=False)


def _written(
    plan: WritePlan, members: Mapping[str, bytes], errors: list[dict[str, Any]], replayed: bool
) -> bytes:
    parts: list[bytes] = []
    for pick in plan.picks:
        if pick.name == "errors":
            value = orjson.dumps(picked(errors, pick))
        elif pick.name == "replayed":
            value = orjson.dumps(replayed)
        elif pick.name == TYPENAME:
            value = orjson.dumps(plan.type)
        else:
            value = members.get(pick.key, b"null")
        parts.append(orjson.dumps(pick.key) + b":" + value)
    return b"{" + b",".join(parts) + b"}"
