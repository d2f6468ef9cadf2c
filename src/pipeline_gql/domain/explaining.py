"""Why a record may or may not go where its pipeline leads: `moves` decides every way from here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline_gql.domain import asking, moves, ways
from pipeline_gql.domain.asking import Input
from pipeline_gql.domain.attributes import Definition
from pipeline_gql.domain.errors import Refusal, Refused, TransitionNotFound
from pipeline_gql.domain.mending import Mender
from pipeline_gql.domain.moves import Inputs, Target
from pipeline_gql.domain.offering import offer
from pipeline_gql.domain.pipeline import Mode, Version
from pipeline_gql.domain.rules import Case
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
    inputs: tuple[Input, ...] = ()

    @property
    def target(self) -> Target:
        """What `progress` is to be given to go this way and no other."""
        return _target(self.step_id, self.transition_id)


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains a record to who asks. `definitions` are those of attributes, by key."""

    version: Version
    standing: Standing
    actor: Viewer
    now: datetime
    definitions: Mapping[str, Definition]

    def explain(self) -> tuple[Verdict, ...]:
        """In the order of the steps; where several edges lead to one, the record's own before a
        global. A record on a step that its version lacks has no ways."""
        return tuple(self._verdict(step, edge) for step, edge in self._ways())

    def offer(
        self, refusals: tuple[Refusal, ...], inputs: Inputs, wanted: int | None = None
    ) -> None:
        """Says of each refusal of a move, to the step `wanted`, what helps against it."""
        standing = self.standing
        case = Case(standing, self.actor, inputs, self.now, self.version.step_ids)
        offer(refusals, Mender(case, self.version, self.definitions))
        for each in refusals:
            if isinstance(each, TransitionNotFound):
                each.remedies = ways.remedies(self.version, standing.id, standing.step_id, wanted)

    def _ways(self) -> Iterator[tuple[int, int | None]]:
        """Steps and the edges to them, or None for leave to go there without."""
        version, graph = self.version, self.version.graph
        here = version.step(self.standing.step_id)
        if here is None:
            return
        for step in graph.steps:
            own = graph.edge.get((here.key, step.key))
            anywhere = None if step is here else graph.edge.get((None, step.key))
            found = [version.transition_ids[edge.key] for edge in (own, anywhere) if edge]
            if not found and step is not here and graph.mode is Mode.FREE:
                found = [None]
            yield from ((version.step_ids[step.key], edge) for edge in found)

    def _verdict(self, step_id: int, transition_id: int | None) -> Verdict:
        transition = None if transition_id is None else self.version.transition(transition_id)
        wanted = asking.inputs(transition, self.standing) if transition else ()
        blockers = self._blockers(_target(step_id, transition_id))
        return Verdict(step_id, transition_id, blockers, wanted)

    def _blockers(self, target: Target) -> tuple[Refusal, ...]:
        inputs = Inputs()
        try:
            self.actor.require(Permission.SELL, "move", "Opportunity")
            moves.decide(self.version, self.standing, target, self.actor, inputs, self.now)
        except (Refusal, Refused) as refused:
            self.offer(refused.refusals, inputs)
            return refused.refusals
        return ()


def _target(step_id: int, transition_id: int | None) -> Target:
    return Target(step_id) if transition_id is None else Target(transition_id=transition_id)
