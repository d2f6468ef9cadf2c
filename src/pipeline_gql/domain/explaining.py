"""Why a record may or may not go where its pipeline leads: `moves` decides every way from here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline_gql.domain import moves
from pipeline_gql.domain.errors import Refusal, Refused
from pipeline_gql.domain.moves import Inputs, Target
from pipeline_gql.domain.pipeline import Mode, Version
from pipeline_gql.domain.standing import Standing
from pipeline_gql.domain.viewer import Permission, Viewer


@dataclass(frozen=True, slots=True)
class Verdict:
    """One way to go; `blockers` are what `progress` would answer, none where it would move.

    `transition_id` is None where a FREE pipeline leads to the step without an edge.
    """

    step_id: int
    transition_id: int | None
    blockers: tuple[Refusal, ...]

    @property
    def target(self) -> Target:
        """What `progress` is to be given to go this way and no other."""
        return _target(self.step_id, self.transition_id)


def explain(
    version: Version, standing: Standing, viewer: Viewer, now: datetime
) -> tuple[Verdict, ...]:
    """In the order of the steps, where several edges lead to one the record's own before a global.

    A record on a step that its version lacks has no ways.
    """
    return tuple(
        Verdict(step, edge, _blockers(version, standing, _target(step, edge), viewer, now))
        for step, edge in _ways(version, standing.step_id)
    )


def _target(step_id: int, transition_id: int | None) -> Target:
    return Target(step_id) if transition_id is None else Target(transition_id=transition_id)


def _ways(version: Version, step_id: int) -> Iterator[tuple[int, int | None]]:
    """Steps and the edges to them, or None for leave to go there without."""
    here, graph = version.step(step_id), version.graph
    if here is None:
        return
    for step in graph.steps:
        own = graph.edge.get((here.key, step.key))
        anywhere = None if step is here else graph.edge.get((None, step.key))
        found = [version.transition_ids[edge.key] for edge in (own, anywhere) if edge]
        if not found and step is not here and graph.mode is Mode.FREE:
            found = [None]
        yield from ((version.step_ids[step.key], edge) for edge in found)


def _blockers(
    version: Version, standing: Standing, target: Target, viewer: Viewer, now: datetime
) -> tuple[Refusal, ...]:
    try:
        viewer.require(Permission.SELL, "move", "Opportunity")
        moves.decide(version, standing, target, viewer, Inputs(), now)
    except (Refusal, Refused) as refused:
        return refused.refusals
    return ()
