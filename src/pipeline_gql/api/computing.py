"""Answers that the domain completes: what a statement gave is read, filled in and written again."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from pipeline_gql.api.renderings import rendered
from pipeline_gql.api.verdicts import told
from pipeline_gql.domain.attributes import Definition
from pipeline_gql.domain.explaining import Explainer
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.standing import Standing
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.reads.computing import ANSWER, COMMON, Place, places
from pipeline_gql.store.reads.statements import Statement
from pipeline_gql.store.reads.versions import RENDERED

Versions = Callable[[set[int]], Awaitable[Mapping[int, Version]]]
"""Pipeline versions by id; in memory as a rule, so that nothing is asked."""


async def completed(
    statement: Statement, answer: bytes, viewer: Viewer, now: datetime, versions: Versions
) -> bytes:
    """The answer of a statement with everything in it; in a thread, so that nobody waits for it."""
    found = await to_thread(orjson.loads, answer)
    if found is None:
        return answer
    open = places(found[ANSWER], statement.computed)
    facts = [place.facts for place in open if place.facts]
    ids = {each[name] for each in facts for name in ("version", "published") if each[name]}
    known = await versions(ids)
    definitions = {each[0]: Definition.read(each) for each in found[COMMON]}
    filling = _Filling(viewer, now, known, definitions)
    return await to_thread(filling.filled, found[ANSWER], open)


@dataclass(frozen=True, slots=True)
class _Filling:
    viewer: Viewer
    now: datetime
    versions: Mapping[int, Version]
    definitions: Mapping[str, Definition]
    _known: dict[tuple[int, int | None], Version] = field(
        default_factory=dict[tuple[int, int | None], Version]
    )

    def filled(self, answer: Any, open: list[Place]) -> bytes:
        for place in open:
            facts = place.facts
            if facts and RENDERED in facts:
                version = self.versions[facts["version"]]
                place.put(rendered(place.computation.pick, facts, version))
            else:
                place.fill(self._verdicts(facts) if facts else {})
        return orjson.dumps(answer)

    def _verdicts(self, facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        version = self._holding(facts["version"], facts["published"])
        standing = Standing.read(facts)
        return told(Explainer(version, standing, self.viewer, self.now, self.definitions))

    def _holding(self, id: int, published: int | None) -> Version:
        """Made once for all records that it holds, for what it works out of itself."""
        pair = id, published
        if pair not in self._known:
            held = self.versions[id]
            heir = None if published is None else self.versions[published]
            self._known[pair] = held if heir is None else held.followed_by(heir)
        return self._known[pair]
