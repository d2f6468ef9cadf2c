"""`effects { … }` of payloads: planned with the payload, written as JSON from what was noted."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

import orjson

from pipeline_gql.api import writing
from pipeline_gql.api.planning import written_statement
from pipeline_gql.api.turns import Turn, WritePlan
from pipeline_gql.domain.deltas import Delta, forecast_delta
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.money import spelled
from pipeline_gql.domain.selection import TYPENAME, Pick, Selection, picked
from pipeline_gql.domain.spelling import camel, fields_told
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.effects import Created, Effects
from pipeline_gql.store.reads.registry import NODES, SHAPES
from pipeline_gql.store.reads.statements import Statement

NAME: Final = "effects"
TYPE: Final = "Effects"
CREATED: Final = "created"
MOST: Final = 100
"""Records and events that are told of."""
_KNOWN: Final = frozenset({TYPENAME, "id"})
"""What needs not be read to be told."""


def created_statements(picks: Sequence[Pick], sight: Sight) -> dict[tuple[str, ...], Statement]:
    """How new records are read, by the path of `created` and their type, where more is selected
    than their ids."""
    found: dict[tuple[str, ...], Statement] = {}
    for pick in _created(picks):
        assert pick.below is not None
        for type in NODES:
            if not _is_known(type, pick.below):
                found[*pick.path, type] = written_statement(pick, type, sight, several=True)
    return found


def _created(picks: Sequence[Pick]) -> Iterator[Pick]:
    for pick in picks:
        if pick.name == NAME and pick.below is not None:
            yield from (below for below in pick.below.of(TYPE) if below.name == CREATED)


def _is_known(type: str, selection: Selection) -> bool:
    return all(pick.name in _KNOWN for each in SHAPES[type].types for pick in selection.of(each))


def asked(picks: Sequence[Pick]) -> bool:
    return any(pick.name == NAME for pick in picks)


async def written(turn: Turn, plan: WritePlan, unit: Unit, effects: Effects) -> dict[str, bytes]:
    """The members `effects` of the payload, by response key."""
    await unit.session.flush()
    told: dict[str, Any] = {
        "events": [_event(event) for event in effects.events[:MOST]],
        "forecastDelta": [_delta(each) for each in forecast_delta(await effects.prospects())],
    }
    found: dict[str, bytes] = {}
    for pick in plan.picks:
        if pick.name != NAME or pick.below is None:
            continue
        members: dict[str, Any] = {}
        for below in pick.below.of(TYPE):
            if below.name == CREATED:
                members[below.key] = await _records(turn, plan, unit, below, effects)
            elif below.name == TYPENAME:
                members[below.key] = TYPE
            else:
                members[below.key] = picked(told[below.name], below)
        found[pick.key] = orjson.dumps(members)
    return found


async def _records(
    turn: Turn, plan: WritePlan, unit: Unit, pick: Pick, effects: Effects
) -> list[Any]:
    """The new records as they are selected."""
    made = effects.created[:MOST]
    read: dict[str, Iterator[Any]] = {}
    for type in dict.fromkeys(each.ref.type for each in made):
        if statement := plan.created.get((*pick.path, type)):
            keys = [each.ref.key for each in made if each.ref.type == type]
            answer = await writing.read(turn, unit, statement, keys)
            read[type] = iter(orjson.loads(answer))
    assert pick.below is not None
    told = [
        next(read[each.ref.type], None) if each.ref.type in read else _known(each, pick.below)
        for each in made
    ]
    return [each for each in told if each is not None]


def _known(made: Created, selection: Selection) -> dict[str, str]:
    id = encode(made.ref)
    picks = selection.of(made.type)
    return {pick.key: made.type if pick.name == TYPENAME else id for pick in picks}


def _event(event: models.Outbox) -> dict[str, Any]:
    told = event.payload
    return {
        "type": event.type,
        "recordType": told["type"],
        "recordId": encode(Ref(told["type"], told["key"])),
        "version": event.sequence if event.aggregate == told["type"] else None,
        "fields": [camel(name) for name in fields_told(cast(list[str], told["fields"]))],
    }


def _delta(delta: Delta) -> dict[str, str]:
    return {
        "currency": delta.currency,
        "value": spelled(delta.value, delta.currency),
        "weighted": spelled(delta.weighted, delta.currency),
    }
