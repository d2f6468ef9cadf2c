"""Which transition a move is along: the structure of a version, and nothing else about a record
than where it stands."""

from dataclasses import dataclass, replace

from pipeline_gql.domain.errors import Path, Ref, StepRetired, TransitionNotFound
from pipeline_gql.domain.pipeline import Mode, Step, Transition, Version
from pipeline_gql.domain.problems import invalid, missing


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
class Edge:
    """Where a move leads, and in which version; `transition` is None where a FREE pipeline needs
    none."""

    version: Version
    step: Step
    step_id: int
    transition: Transition | None = None
    transition_id: int | None = None


def found(version: Version, here: int, target: Target) -> Edge | None:
    """None: it may stay where it is. Who leaves a step comes to the version that is in force.

    Raises TransitionNotFound, StepRetired, ValueRequired, ValueInvalid.
    """
    if target.transition_id is not None:
        edge = _named(version, here, target.transition_id, target.step_id)
    else:
        edge = _chosen(version, here, target)
    if edge is None or version.heir is None or edge.step_id == here:
        return edge
    step = version.heir.step(edge.step_id)
    if step is None:
        path = ("step_id",) if target.transition_id is None else ("transition_id",)
        number = version.heir.number
        raise StepRetired(step=edge.step.name, number=number, became="", path=path)
    return replace(edge, version=version.heir, step=step)


def no_transition(here: int, there: int, path: Path = ("step_id",)) -> TransitionNotFound:
    return TransitionNotFound(
        here=Ref("OpportunityStep", here), there=Ref("OpportunityStep", there), path=path
    )


def _named(version: Version, here: int, transition_id: int, step_id: int | None) -> Edge:
    transition = version.transition(transition_id)
    if transition is None:
        if step_id is None:
            raise missing(("step_id",))
        raise no_transition(here, step_id, ("transition_id",))
    there = version.step_ids[transition.target]
    if step_id not in (None, there):
        raise invalid(("transition_id",), "does not lead to stepId")
    if not _starts_at(version, transition, here):
        raise no_transition(here, there, ("transition_id",))
    return _along(version, transition)


def _along(version: Version, transition: Transition) -> Edge:
    step = version.graph.step[transition.target]
    ids = version.step_ids[step.key], version.transition_ids[transition.key]
    return Edge(version, step, ids[0], transition, ids[1])


def _starts_at(version: Version, transition: Transition, here: int) -> bool:
    if transition.source is None:
        return version.step_ids[transition.target] != here
    return version.step_ids[transition.source] == here


def _chosen(version: Version, here_id: int, target: Target) -> Edge | None:
    """A loop before `noop`, a directed edge before a global one, FREE where there is none.

    Nothing but a loop leads from a step to itself.
    """
    if target.step_id is None:
        raise missing(("step_id",))
    here, there = version.step(here_id), version.step(target.step_id)
    if here is None or there is None:
        raise no_transition(here_id, target.step_id)
    known = version.graph.edge
    transition = known.get((here.key, there.key))
    if here is not there:
        transition = transition or known.get((None, there.key))
    if transition is not None:
        return _along(version, transition)
    if here is there and target.noop:
        return None
    if here is there or version.graph.mode is not Mode.FREE:
        raise no_transition(here_id, target.step_id)
    return Edge(version, there, target.step_id)
