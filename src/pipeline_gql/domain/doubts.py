"""What looks wrong with a graph that may be published all the same."""

from collections.abc import Iterator

from pipeline_gql.domain.flaws import Flaw, Kind
from pipeline_gql.domain.pipeline import Graph, State
from pipeline_gql.domain.structure import places


def doubts(graph: Graph) -> Iterator[Flaw]:
    """Of a graph without misfits."""
    yield from _unreachable(graph)
    yield from _falling(graph)


def _unreachable(graph: Graph) -> Iterator[Flaw]:
    reached = {step.key for step in graph.steps if step.is_entry}
    while more := {next for key in reached for next in graph.next_steps(key)} - reached:
        reached |= more
    for path, step in places(graph):
        if step.key not in reached:
            problem = "can be reached from no entry step"
            who = f"Step {step.key}"
            yield Flaw(Kind.UNREACHABLE_STEP, (*path, "key"), problem, step.key, who)


def _falling(graph: Graph) -> Iterator[Flaw]:
    """Forward is to a later step; what ends a sale has its own probability."""
    order = {step.key: place for place, step in enumerate(graph.steps)}
    for place, edge in enumerate(graph.transitions):
        if edge.source is None or order[edge.source] >= order[edge.target]:
            continue
        here, there = graph.step[edge.source], graph.step[edge.target]
        is_open = graph.state_of(there) is graph.state_of(here) is State.OPEN
        if is_open and there.probability < here.probability:
            problem = f"lowers the probability from {here.probability} to {there.probability}"
            at, who = ("transitions", place, "to"), f"Transition {edge.key}"
            yield Flaw(Kind.PROBABILITY_FALLS, at, problem, edge.target, who)
