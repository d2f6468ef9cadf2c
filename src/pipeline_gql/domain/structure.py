"""Whether a graph can carry sales at all."""

from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline_gql.domain.actions import SetProbability
from pipeline_gql.domain.errors import Path, Refusal
from pipeline_gql.domain.pipeline import Graph, Kind, State, Step, Transition
from pipeline_gql.domain.problems import Problems, invalid
from pipeline_gql.domain.rules import MOST_RULES
from pipeline_gql.domain.ruling.nesting import leaves
from pipeline_gql.domain.ruling.people import OtherCheck
from pipeline_gql.domain.ruling.surroundings import VisitedCheck

FIXED_PROBABILITY = {State.WON: 100, State.LOST: 0}


def check(graph: Graph) -> None:
    """Raises all that is wrong, with paths that name stages, steps and transitions by key."""
    problems = Problems()
    problems.add(*_parts(graph))
    problems.raise_if_any()
    problems.add(*_entries(graph), *_dead_ends(graph))
    problems.raise_if_any()


def _parts(graph: Graph) -> Iterator[Refusal]:
    yield from _twice("stages", (stage.key for stage in graph.stages))
    yield from _twice("steps", (step.key for step in graph.steps))
    yield from _twice("transitions", (edge.key for edge in graph.transitions))
    stages = {stage.key: stage for stage in graph.stages}
    for step in graph.steps:
        if stage := stages.get(step.stage):
            yield from _step(step, stage.state)
        else:
            yield invalid(("steps", step.key, "stage"), "names no stage", step.stage)
    for edge in graph.transitions:
        yield from _edge(graph, edge)
    ends = Counter((edge.source, edge.target) for edge in graph.transitions)
    for (source, target), times in ends.items():
        if times > 1:
            problem = f"must have one transition from {source or 'any step'} to {target} at most"
            yield invalid(("transitions",), problem)


def _twice(kind: str, keys: Iterable[str]) -> Iterator[Refusal]:
    for key, times in Counter(keys).items():
        if times > 1:
            yield invalid((kind,), f"must not name {key} twice", key)


def _step(step: Step, state: State) -> Iterator[Refusal]:
    path: Path = ("steps", step.key)
    if not 0 <= step.probability <= 100:
        yield invalid((*path, "probability"), "must lie between 0 and 100", step.probability)
    else:
        yield from _probability(step.probability, state, path)
    if step.is_default and not step.is_entry:
        yield invalid((*path, "default"), "must be an entry step")


def _probability(value: int, state: State, path: Path) -> Iterator[Refusal]:
    if (fixed := FIXED_PROBABILITY.get(state)) not in (None, value):
        yield invalid((*path, "probability"), f"must be {fixed} in a stage that is {state}", value)


def _state(graph: Graph, step: Step) -> State | None:
    """None where the step's stage is missing, which is told elsewhere."""
    return next((stage.state for stage in graph.stages if stage.key == step.stage), None)


def _edge(graph: Graph, edge: Transition) -> Iterator[Refusal]:
    path: Path = ("transitions", edge.key)
    if edge.target not in graph.step:
        yield invalid((*path, "to"), "names no step", edge.target)
    if edge.source is not None and edge.source not in graph.step:
        yield invalid((*path, "from"), "names no step", edge.source)
    if edge.kind is not kind_of(edge.source, edge.target):
        yield invalid((*path, "kind"), "does not fit the ends of the transition", edge.kind.value)
    yield from _rules(graph, edge, (*path, "rules"))
    if (target := graph.step.get(edge.target)) and (state := _state(graph, target)):
        for place, action in enumerate(edge.actions):
            if isinstance(action, SetProbability):
                yield from _probability(action.probability, state, (*path, "actions", place))


def _rules(graph: Graph, edge: Transition, path: Path) -> Iterator[Refusal]:
    if len(edge.rules) > MOST_RULES:
        yield invalid(path, f"must hold {MOST_RULES} rules at most")
    for id, times in Counter(rule.id for rule in edge.rules).items():
        if times > 1:
            yield invalid(path, f"must not name {id} twice", id)
    for rule in edge.rules:
        for check in leaves(rule.test):
            if isinstance(check, VisitedCheck) and check.step not in graph.step:
                yield invalid((*path, rule.id, "was_in_step"), "names no step", check.step)
            if isinstance(check, OtherCheck) and check.transition not in graph.transition:
                there = (*path, rule.id, "did_not_make")
                yield invalid(there, "names no transition", check.transition)


def kind_of(source: str | None, target: str) -> Kind:
    """What a transition with these ends is."""
    if source is None:
        return Kind.GLOBAL
    return Kind.LOOP if source == target else Kind.DIRECTED


def _entries(graph: Graph) -> Iterator[Refusal]:
    if not any(step.is_entry for step in graph.steps):
        yield invalid(("steps",), "must have an entry step")
    elif sum(step.is_default for step in graph.steps) != 1:
        yield invalid(("steps",), "must have one default step")


def _dead_ends(graph: Graph) -> Iterator[Refusal]:
    """Open steps from which no sale can ever end."""
    reached = {step.key for step in graph.steps if graph.state_of(step).is_final}
    leads_to = {step.key: set(graph.next_steps(step.key)) for step in graph.steps}
    while more := {key for key, others in leads_to.items() if others & reached} - reached:
        reached |= more
    for step in graph.steps:
        if step.key not in reached:
            yield invalid(("steps", step.key), "leads to no step that is won, lost or archived")
