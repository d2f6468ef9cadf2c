"""What a pipeline means: stages, steps and the transitions between them, as frozen values.

A `Graph` speaks in keys and is the same wherever it is kept; a `Version` is a graph that an
organisation published, with the ids that its records point to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from pipeline_gql.domain.actions import Action
from pipeline_gql.domain.rules import Rule


class State(StrEnum):
    """What a stage says about a sale, spelled as clients see it."""

    OPEN = "Open"
    WON = "Won"
    LOST = "Lost"
    ARCHIVED = "Archived"

    @property
    def is_final(self) -> bool:
        return self is not State.OPEN


class Mode(StrEnum):
    """GRAPH: only along transitions. FREE: from any step to any other as well."""

    GRAPH = "GRAPH"
    FREE = "FREE"


class Kind(StrEnum):
    """DIRECTED leads from one step to another, GLOBAL from any, LOOP back to its own."""

    DIRECTED = "DIRECTED"
    GLOBAL = "GLOBAL"
    LOOP = "LOOP"


@dataclass(frozen=True, slots=True)
class Stage:
    key: str
    name: str
    state: State


@dataclass(frozen=True, slots=True)
class Step:
    """`probability` is a percentage, the days are whole days."""

    key: str
    name: str
    stage: str
    probability: int
    is_entry: bool = False
    is_default: bool = False
    expected_days: int | None = None
    stalled_after_days: int | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """`source` is None for a GLOBAL one. Required attributes are keys of attributes, or fields as
    GraphQL names them."""

    key: str
    name: str
    kind: Kind
    source: str | None
    target: str
    required_attributes: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Graph:
    """Stages and steps stand in the order in which a sale meets them."""

    mode: Mode
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    transitions: tuple[Transition, ...]

    @cached_property
    def step(self) -> Mapping[str, Step]:
        return {step.key: step for step in self.steps}

    @cached_property
    def transition(self) -> Mapping[str, Transition]:
        return {transition.key: transition for transition in self.transitions}

    @cached_property
    def edge(self) -> Mapping[tuple[str | None, str], Transition]:
        """Transitions by their two ends, which are unique."""
        return {(edge.source, edge.target): edge for edge in self.transitions}

    @cached_property
    def _states(self) -> Mapping[str, State]:
        return {stage.key: stage.state for stage in self.stages}

    def state_of(self, step: Step) -> State:
        return self._states[step.stage]

    @property
    def entry_step(self) -> Step:
        """Where a sale starts unless told otherwise."""
        return next(step for step in self.steps if step.is_default)

    def next_steps(self, key: str) -> Iterator[str]:
        """Every step that one move from `key` reaches, itself never, some perhaps twice."""
        if self.mode is Mode.FREE:
            yield from (step.key for step in self.steps if step.key != key)
        for edge in self.transitions:
            if edge.source in (None, key) and edge.target != key:
                yield edge.target


@dataclass(frozen=True)
class Version:
    """A published graph under the ids of its organisation. Never changes, so it may be cached.

    `heir` is what took its place: records keep the old version until they leave their step.
    """

    id: int
    pipeline_id: int
    number: int | None
    graph: Graph
    stage_ids: Mapping[str, int]
    step_ids: Mapping[str, int]
    transition_ids: Mapping[str, int]
    heir: "Version | None" = None

    @cached_property
    def _steps(self) -> Mapping[int, Step]:
        return {self.step_ids[step.key]: step for step in self.graph.steps}

    @cached_property
    def _transitions(self) -> Mapping[int, Transition]:
        return {self.transition_ids[edge.key]: edge for edge in self.graph.transitions}

    def followed_by(self, heir: "Version") -> "Version":
        """This one, if it is in force itself; else as it is for records that it still holds."""
        return self if heir.id == self.id else replace(self, heir=heir)

    def step(self, step_id: int) -> Step | None:
        """None for a step that this version lacks."""
        return self._steps.get(step_id)

    def transition(self, transition_id: int) -> Transition | None:
        """None for a transition of another version."""
        return self._transitions.get(transition_id)

    def state_at(self, step_id: int) -> State:
        """The state of a step that this version has."""
        return self.graph.state_of(self._steps[step_id])
