"""Whether a graph holds together, and whether it can carry sales at all.

Flaws are placed as in the graph's document: stages and transitions by their place in its lists.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline_gql.domain.actions import SetProbability
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.flaws import Flaw
from pipeline_gql.domain.flaws import Kind as Fault
from pipeline_gql.domain.pipeline import Graph, Kind, State, Step, Transition
from pipeline_gql.domain.rules import MOST_RULES
from pipeline_gql.domain.ruling.nesting import leaves
from pipeline_gql.domain.ruling.people import OtherCheck
from pipeline_gql.domain.ruling.surroundings import VisitedCheck

FIXED_PROBABILITY = {State.WON: 100, State.LOST: 0}


def misfits(graph: Graph) -> Iterator[Flaw]:
    """What cannot even be kept as a draft."""
    yield from _twice(("stages",), (stage.key for stage in graph.stages))
    yield from _twice(("steps",), (step.key for step in graph.steps))
    yield from _twice(("transitions",), (edge.key for edge in graph.transitions))
    states = {stage.key: stage.state for stage in graph.stages}
    for path, step in places(graph):
        yield from _step(path, step, states[step.stage])
    if sum(step.is_default for step in graph.steps) > 1:
        yield _invalid(("steps",), "must have one default step")
    for place, edge in enumerate(graph.transitions):
        yield from _edge(graph, ("transitions", place), edge)
    ends = Counter((edge.source, edge.target) for edge in graph.transitions)
    for (source, target), times in ends.items():
        if times > 1:
            problem = f"must have one transition from {source or 'any step'} to {target} at most"
            yield _invalid(("transitions",), problem)


def shortcomings(graph: Graph) -> Iterator[Flaw]:
    """What keeps a graph without misfits from being published."""
    if not any(step.is_entry for step in graph.steps):
        yield Flaw(Fault.NO_ENTRY_STEP, ("steps",), "must have an entry step")
    elif not any(step.is_default for step in graph.steps):
        yield Flaw(Fault.NO_ENTRY_STEP, ("steps",), "must have one default step")
    yield from _dead_ends(graph)
    for place, edge in enumerate(graph.transitions):
        yield from _dangling(graph, ("transitions", place, "rules"), edge)


def places(graph: Graph) -> Iterator[tuple[Path, Step]]:
    """The steps, each with where its document has it."""
    stages = {stage.key: place for place, stage in enumerate(graph.stages)}
    counted: Counter[str] = Counter()
    for step in graph.steps:
        yield ("stages", stages[step.stage], "steps", counted[step.stage]), step
        counted[step.stage] += 1


def kind_of(source: str | None, target: str) -> Kind:
    """What a transition with these ends is."""
    if source is None:
        return Kind.GLOBAL
    return Kind.LOOP if source == target else Kind.DIRECTED


def _invalid(path: Path, problem: str, value: object = None) -> Flaw:
    return Flaw(Fault.VALUE_INVALID, path, problem, value)


def _twice(path: Path, keys: Iterable[str]) -> Iterator[Flaw]:
    for key, times in Counter(keys).items():
        if times > 1:
            yield _invalid(path, f"must not name {key} twice", key)


def _step(path: Path, step: Step, state: State) -> Iterator[Flaw]:
    if not 0 <= step.probability <= 100:
        yield _invalid((*path, "probability"), "must lie between 0 and 100", step.probability)
    else:
        yield from _probability(step.probability, state, path)
    if step.is_default and not step.is_entry:
        yield _invalid((*path, "default"), "must be an entry step")


def _probability(value: int, state: State, path: Path) -> Iterator[Flaw]:
    if (fixed := FIXED_PROBABILITY.get(state)) not in (None, value):
        yield _invalid((*path, "probability"), f"must be {fixed} in a stage that is {state}", value)


def _edge(graph: Graph, path: Path, edge: Transition) -> Iterator[Flaw]:
    target = graph.step.get(edge.target)
    if target is None:
        yield Flaw(Fault.UNKNOWN_STEP, (*path, "to"), _no("step", edge.target), edge.target)
    if edge.source is not None and edge.source not in graph.step:
        yield Flaw(Fault.UNKNOWN_STEP, (*path, "from"), _no("step", edge.source), edge.source)
    if edge.kind is not kind_of(edge.source, edge.target):
        problem = "does not fit the ends of the transition"
        yield _invalid((*path, "kind"), problem, edge.kind.value)
    yield from _rules((*path, "rules"), edge)
    for place, action in enumerate(edge.actions):
        if target and isinstance(action, SetProbability):
            at = (*path, "actions", place)
            yield from _probability(action.probability, graph.state_of(target), at)


def _rules(path: Path, edge: Transition) -> Iterator[Flaw]:
    if len(edge.rules) > MOST_RULES:
        yield _invalid(path, f"must hold {MOST_RULES} rules at most")
    yield from _twice(path, (rule.id for rule in edge.rules))


def _dangling(graph: Graph, path: Path, edge: Transition) -> Iterator[Flaw]:
    """Rules that ask about what the graph has not."""
    for place, rule in enumerate(edge.rules):
        for check in leaves(rule.test):
            at = (*path, place, "test")
            if isinstance(check, VisitedCheck) and check.step not in graph.step:
                yield Flaw(Fault.UNKNOWN_STEP, at, _no("step", check.step), check.step)
            if isinstance(check, OtherCheck) and check.transition not in graph.transition:
                problem = _no("transition", check.transition)
                yield Flaw(Fault.UNKNOWN_TRANSITION, at, problem, check.transition)


def _no(what: str, key: str) -> str:
    return f"names {key}, which is no {what}"


def _dead_ends(graph: Graph) -> Iterator[Flaw]:
    """Open steps from which no sale can ever end."""
    reached = {step.key for step in graph.steps if graph.state_of(step).is_final}
    leads_to = {step.key: set(graph.next_steps(step.key)) for step in graph.steps}
    while more := {key for key, others in leads_to.items() if others & reached} - reached:
        reached |= more
    for path, step in places(graph):
        if step.key not in reached:
            problem = "leads to no step that is won, lost or archived"
            who = f"Step {step.key}"
            yield Flaw(Fault.DEAD_END, (*path, "key"), problem, step.key, who)
