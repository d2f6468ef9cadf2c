"""Answers that the domain completes: what a statement gave is read, filled in and written again."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import orjson

from pipeline_gql.api.renderings import rendered
from pipeline_gql.api.verdicts import verdicts
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.reads.computing import Place, places
from pipeline_gql.store.reads.statements import Statement
from pipeline_gql.store.reads.versions import RENDERED

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
    facts = [place.facts for place in open if place.facts]
    ids = {each[name] for each in facts for name in ("version", "published") if each[name]}
    known = await versions(ids)
    return await to_thread(_filled, found, open, viewer, now, known)


def _filled(
    answer: Any,
    open: list[Place],
    viewer: Viewer,
    now: datetime,
    versions: Mapping[int, Version],
) -> bytes:
    holding: dict[tuple[int, int | None], Version] = {}
    for place in open:
        if not place.facts:
            place.fill({})
            continue
        if RENDERED in place.facts:
            made = rendered(place.computation.pick, place.facts, versions[place.facts["version"]])
            place.put(made)
            continue
        pair = place.facts["version"], place.facts["published"]
        if pair not in holding:
            held = versions[pair[0]]
            holding[pair] = held if pair[1] is None else held.followed_by(versions[pair[1]])
        place.fill(verdicts(holding[pair], place.facts, viewer, now))
    return orjson.dumps(answer)
