"""Answers that the domain completes: what a statement gave is read, filled in and written again."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import orjson

from pipeline_gql.api.verdicts import verdicts
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.reads.computing import Place, places
from pipeline_gql.store.reads.statements import Statement

Versions = Callable[[set[int]], Awaitable[Mapping[int, Version]]]
"""Pipeline versions by id; in memory as a rule, so that nothing is asked."""


async def completed(
    statement: Statement, answer: bytes, viewer: Viewer, now: datetime, versions: Versions
) -> bytes:
    """The answer of a statement with everything in it; in a thread, so that nobody waits for it."""
    if not statement.computed:
        return answer
    found = await to_thread(orjson.loads, answer)
    open = places(found, statement.computed)
    known = await versions({place.facts["version"] for place in open if place.facts})
    return await to_thread(_filled, found, open, viewer, now, known)


def _filled(
    answer: Any,
    open: list[Place],
    viewer: Viewer,
    now: datetime,
    versions: Mapping[int, Version],
) -> bytes:
    for place in open:
        facts = place.facts
        place.fill(verdicts(versions[facts["version"]], facts, viewer, now) if facts else {})
    return orjson.dumps(answer)
