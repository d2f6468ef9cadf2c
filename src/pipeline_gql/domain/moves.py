"""Whether an opportunity may move, along which transition, and what the move does to it.

The phases of a decision follow one another in `decide`; a phase that fails ends it.
"""

from dataclasses import dataclass
from datetime import date

from pipeline_gql.domain.errors import Path, Ref, TransitionNotFound
from pipeline_gql.domain.pipeline import Mode, State, Transition, Version
from pipeline_gql.domain.problems import invalid, missing
from pipeline_gql.domain.structure import FIXED_PROBABILITY

CLOSED = frozenset({State.WON, State.LOST})


@dataclass(frozen=True, slots=True)
class Record:
    """What a decision needs to know of an opportunity."""

    step_id: int
    probability: int
    probability_is_manual: bool
    actual_close_date: date | None


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: a transition names one edge exactly, a step leaves the choice to the graph.

    Beside a transition, `step_id` is where it is believed to lead. With `noop`, a record that
    stands on the step already may stay there.
    """

    step_id: int | None = None
    transition_id: int | None = None
    noop: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What a decided move does. `transition_id` is None where a FREE pipeline needed none."""

    step_id: int
    transition_id: int | None
    probability: int
    probability_is_manual: bool
    actual_close_date: date | None


def decide(version: Version, record: Record, target: Target, today: date) -> Move | None:
    """None: it may stay where it is. Raises TransitionNotFound, ValueRequired, ValueInvalid."""
    if target.transition_id is not None:
        edge = _named(version, record, target.transition_id, target.step_id)
    else:
        edge = _chosen(version, record, target)
    if edge is _STAYS:
        return None
    return _move(version, record, edge, today)


@dataclass(frozen=True, slots=True)
class _Edge:
    step_id: int
    transition_id: int | None


_STAYS = _Edge(0, None)


def _named(version: Version, record: Record, transition_id: int, step_id: int | None) -> _Edge:
    edge = version.transition(transition_id)
    if edge is None:
        if step_id is None:
            raise missing(("step_id",))
        raise no_transition(record.step_id, step_id, ("transition_id",))
    there = version.step_ids[edge.target]
    if step_id not in (None, there):
        raise invalid(("transition_id",), "does not lead to stepId")
    if not _starts_at(version, edge, record.step_id):
        raise no_transition(record.step_id, there, ("transition_id",))
    return _Edge(there, transition_id)


def _starts_at(version: Version, edge: Transition, here: int) -> bool:
    if edge.source is None:
        return version.step_ids[edge.target] != here
    return version.step_ids[edge.source] == here


def _chosen(version: Version, record: Record, target: Target) -> _Edge:
    """A loop before `noop`, a directed edge before a global one, FREE where there is none.

    Nothing but a loop leads from a step to itself.
    """
    if target.step_id is None:
        raise missing(("step_id",))
    here, there = version.step(record.step_id), version.step(target.step_id)
    if here is None or there is None:
        raise no_transition(record.step_id, target.step_id)
    edge = version.graph.edge.get((here.key, there.key))
    if edge is None and here is there:
        if target.noop:
            return _STAYS
        raise no_transition(record.step_id, target.step_id)
    edge = edge or version.graph.edge.get((None, there.key))
    if edge is None and version.graph.mode is not Mode.FREE:
        raise no_transition(record.step_id, target.step_id)
    return _Edge(target.step_id, version.transition_ids[edge.key] if edge else None)


def no_transition(here: int, there: int, path: Path = ("step_id",)) -> TransitionNotFound:
    return TransitionNotFound(
        here=Ref("OpportunityStep", here), there=Ref("OpportunityStep", there), path=path
    )


def _move(version: Version, record: Record, edge: _Edge, today: date) -> Move:
    step = version.step(edge.step_id)
    assert step is not None
    state = version.graph.state_of(step)
    manual = record.probability_is_manual and state not in FIXED_PROBABILITY
    return Move(
        step_id=edge.step_id,
        transition_id=edge.transition_id,
        probability=record.probability if manual else step.probability,
        probability_is_manual=manual,
        actual_close_date=_closed_on(version.state_at(record.step_id), state, record, today),
    )


def _closed_on(before: State, after: State, record: Record, today: date) -> date | None:
    """Winning and losing close, reopening forgets it, archiving leaves it as it was."""
    if after is State.OPEN:
        return None
    if after is State.ARCHIVED:
        return record.actual_close_date
    if before is after and record.actual_close_date:
        return record.actual_close_date
    return today


def closed_at_start(state: State, today: date) -> date | None:
    """The close date of an opportunity that starts in this state."""
    return today if state in CLOSED else None
