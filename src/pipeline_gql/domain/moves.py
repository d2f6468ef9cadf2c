"""Whether an opportunity may move, along which transition, and what the move does to it.

The phases of a decision follow one another; all failures of a phase are told together, and a
phase that fails ends it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from pipeline_gql.domain import edges, refusing
from pipeline_gql.domain.edges import Edge, Target, no_transition
from pipeline_gql.domain.errors import Refusal
from pipeline_gql.domain.facts import day_of
from pipeline_gql.domain.fields import FIELDS
from pipeline_gql.domain.pipeline import State, Version
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.rules import Case, Inputs, Phase, judge
from pipeline_gql.domain.standing import Standing
from pipeline_gql.domain.structure import FIXED_PROBABILITY
from pipeline_gql.domain.viewer import Viewer

__all__ = [
    "CLOSED", "Inputs", "Move", "Target", "along", "blockers", "closed_at_start", "decide", "lacks",
    "no_transition", "refusals",
]  # fmt: skip

CLOSED = frozenset({State.WON, State.LOST})


@dataclass(frozen=True, slots=True)
class Move:
    """What a decided move does. `transition_id` is None where a FREE pipeline needed none; it
    was made although what `overridden` says stood against it."""

    version_id: int
    step_id: int
    transition_id: int | None
    probability: int
    probability_is_manual: bool
    actual_close_date: date | None
    overridden: tuple[Refusal, ...] = ()


def decide(
    version: Version,
    standing: Standing,
    target: Target,
    actor: Viewer,
    inputs: Inputs,
    now: datetime,
) -> Move | None:
    """None: it may stay where it is. Raises all that stands against it in the first phase where
    something does; an override passes over all of it but the structure of the version."""
    edge = edges.found(version, standing.step_id, target)
    if edge is None:
        return None
    case = Case(standing, actor, inputs, now, version.step_ids)
    today = day_of(now, actor.time_zone)
    if inputs.override:
        return along(version, standing, edge, today, tuple(refusals(case, edge)))
    problems = Problems()
    problems.add(*blockers(case, edge))
    problems.raise_if_any()
    return along(version, standing, edge, today)


def blockers(case: Case, edge: Edge) -> tuple[Refusal, ...]:
    """What stands against a move, of the first phase where something does."""
    for phase in _phases(edge):
        if failed := tuple(_failing(replace(case, phase=phase), edge)):
            return failed
    return ()


def refusals(case: Case, edge: Edge) -> Iterator[Refusal]:
    """What stands against a move, of all phases."""
    for phase in _phases(edge):
        yield from _failing(replace(case, phase=phase), edge)


def _phases(edge: Edge) -> Iterable[Phase]:
    """Those in which a transition demands anything, in their order: most demand nothing."""
    transition = edge.transition
    if transition is None or not (transition.rules or transition.required_attributes):
        return ()
    asked = {rule.phase for rule in transition.rules}
    if transition.required_attributes:
        asked.add(Phase.INPUT)
    return (phase for phase in Phase if phase in asked)


def _failing(case: Case, edge: Edge) -> Iterator[Refusal]:
    """In the phase of the case."""
    transition = edge.transition
    assert transition is not None
    if case.phase is Phase.INPUT:
        for name in transition.required_attributes:
            if lacks(case, name):
                yield refusing.required(name, edge)
    for rule in transition.rules:
        if rule.phase is case.phase:
            yield from (refusing.of(rule, each, case, edge) for each in judge(rule, case))


def lacks(case: Case, name: str) -> bool:
    """A field of ours where it is one, else an attribute of the organisation."""
    held = case.standing.fields if name in FIELDS else case.attributes
    return held.get(name) is None


def along(
    version: Version,
    standing: Standing,
    edge: Edge,
    today: date,
    overridden: tuple[Refusal, ...] = (),
) -> Move:
    """What a move does, whatever stands against it."""
    state = edge.version.graph.state_of(edge.step)
    manual = standing.probability_is_manual and state not in FIXED_PROBABILITY
    return Move(
        version_id=edge.version.id,
        step_id=edge.step_id,
        transition_id=edge.transition_id,
        probability=standing.probability if manual else edge.step.probability,
        probability_is_manual=manual,
        actual_close_date=_closed_on(version.state_at(standing.step_id), state, standing, today),
        overridden=overridden,
    )


def _closed_on(before: State, after: State, standing: Standing, today: date) -> date | None:
    """Winning and losing close, reopening forgets it, archiving leaves it as it was."""
    if after is State.OPEN:
        return None
    if after is State.ARCHIVED:
        return standing.actual_close_date
    if before is after and standing.actual_close_date:
        return standing.actual_close_date
    return today


def closed_at_start(state: State, today: date) -> date | None:
    """The close date of an opportunity that starts in this state."""
    return today if state in CLOSED else None
