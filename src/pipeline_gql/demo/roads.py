"""A pipeline version as a map to travel on: which step leads where, and how far it is."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline_gql.domain.pipeline import Mode, State, Step, Version


@dataclass(frozen=True, slots=True)
class Leg:
    """A move to a step. In a FREE pipeline no transition need be named."""

    step: str
    transition: str | None


@dataclass(frozen=True)
class Roads:
    """The moves that people make in a version, by key of the step."""

    version: Version

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.version.graph.steps

    @cached_property
    def legs(self) -> dict[str, list[Leg]]:
        graph = self.version.graph
        free = graph.mode is Mode.FREE
        return {
            step.key: [*(self._free(step.key) if free else self._drawn(step.key))]
            for step in graph.steps
        }

    def keys(self, state: State) -> list[str]:
        """The steps in such stages."""
        return [step.key for step in self.steps if self.version.graph.state_of(step) is state]

    def entries(self) -> list[str]:
        return [step.key for step in self.steps if step.is_entry]

    def distances(self, goal: str, departure: str) -> dict[str, int]:
        """Moves to `goal` through open steps, from each of them that leads there.

        The departure alone may be a final step: that is a reopening.
        """
        found, waiting = {goal: 0}, deque([goal])
        starts = dict.fromkeys([*self.keys(State.OPEN), departure])
        while waiting:
            there = waiting.popleft()
            for here in starts:
                if here not in found and any(leg.step == there for leg in self.legs[here]):
                    found[here] = found[there] + 1
                    waiting.append(here)
        return found

    def _drawn(self, here: str) -> Iterator[Leg]:
        for edge in self.version.graph.transitions:
            if edge.source == here or (edge.source is None and edge.target != here):
                yield Leg(edge.target, edge.key)

    def _free(self, here: str) -> Iterator[Leg]:
        """Where people go who may go anywhere: a step back, one or two on, or to the end."""
        keys = [step.key for step in self.steps]
        place = keys.index(here)
        final = [step.key for step in self.steps if self.version.graph.state_of(step).is_final]
        near = keys[max(0, place - 1) : place + 3]
        yield from (Leg(key, None) for key in dict.fromkeys([*near, *final]) if key != here)
