"""A pipeline whose transitions demand something, and opportunities in it."""

from collections.abc import Mapping
from typing import Any

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations.attributes import CreateAttribute
from pipeline_gql.operations.attributes import create as define
from pipeline_gql.operations.opportunities import Create, create
from pipeline_gql.operations.pipelines import publish_document
from tests.operations.asking import Ask

Edges = Mapping[str, Mapping[str, Any]]
_KEYS = {"w": "won", "l": "lost"}


def document(edges: Edges, mode: str = "GRAPH", steps: str = "abc") -> dict[str, Any]:
    """Open steps, of which the first is an entry step, then won and lost.

    An edge "ab" leads from a to b, "*b" from anywhere, "bb" back to b; w is won and l is lost,
    where every step can go.
    """
    known: Edges = {"*l": {}, **edges}
    return {
        "key": "ruled",
        "mode": mode,
        "stages": [
            {
                "key": "open",
                "steps": [
                    {"key": key, "name": key.upper(), "probability": 20, "entry": key == "a"}
                    for key in steps
                ],
            },
            {"key": "won", "state": "Won", "steps": [{"key": "won", "name": "Won"}]},
            {"key": "lost", "state": "Lost", "steps": [{"key": "lost", "name": "Lost"}]},
        ],
        "transitions": [_transition(ends[0], ends[1], more) for ends, more in known.items()],
    }


def _transition(start: str, end: str, more: Mapping[str, Any]) -> dict[str, Any]:
    there = {"key": f"{start}{end}".replace("*", "0"), "to": _KEYS.get(end, end)}
    return {**there, **({} if start == "*" else {"from": _KEYS.get(start, start)}), **more}


def rule(test: Mapping[str, Any], phase: str = "CONDITION", **more: Any) -> dict[str, Any]:
    return {"id": "r", "name": "A rule", "phase": phase, "test": dict(test), **more}


async def published(ask: Ask, edges: Edges, mode: str = "GRAPH", steps: str = "abc") -> Version:
    """A new version of the pipeline."""
    async with ask.database.writing(ask.organisation.org_id) as unit:
        made = parse(document(edges, mode, steps))
        return await publish_document(unit, ask.organisation.admin, made)


async def opened(ask: Ask, version: Version, role: Role = Role.ADMIN, **fields: Any) -> int:
    """An opportunity on step a."""
    done = await ask(create, Create("A deal", pipeline_id=version.pipeline_id, **fields), role)
    key = done.objects["opportunity"]
    assert isinstance(key, int)
    return key


async def defined(ask: Ask, *keys: str, type: str = "TEXT") -> None:
    for key in keys:
        await ask(define, CreateAttribute(key, key.capitalize(), type))
