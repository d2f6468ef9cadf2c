"""How high everything is: cards one below the other, in columns of one height."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from pipeline_gql.domain.drawing.labels import Label, label
from pipeline_gql.domain.drawing.lettering import wrapped
from pipeline_gql.domain.drawing.routes import Arrangement, Route, Section, Way
from pipeline_gql.domain.pipeline import Stage, Step

CARD_WIDTH = 226.0
CARD_ROOM = CARD_WIDTH - 34
NAME_SIZE = 14.5
HEADER = 38.0
ARROWS = 48.0
"""What arrows between neighbours take of the space between them, from the left."""

PORT = 15.0
"""The least distance of two arrows at one side of a card."""

SPACE, PANEL_SPACE = 22.0, 14.0


@dataclass(frozen=True, slots=True)
class Stacked:
    """A step's place in its column; `y` counts from where cards begin."""

    step: Step
    y: float
    height: float
    indented: bool
    """Whether arrows between neighbours stand above or below it, at the left."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A stage's part of a column, from `top` to `bottom`; None is as far as the picture goes."""

    stage: Stage
    column: int
    top: float | None
    bottom: float | None


class Stacks:
    """All columns stacked; `height` is that of the highest."""

    def __init__(self, found: Arrangement, least: float) -> None:
        self._found = found
        self._ports = Counter(_sides(found.routes))
        self._between = _between(found.routes)
        self.height = max([least, *(self._column(column) for column in found.columns)])
        self.cards: dict[str, Stacked] = {}
        self.panels: list[Panel] = []
        for index, column in enumerate(found.columns):
            self._stack(index, column)

    def _column(self, sections: tuple[Section, ...]) -> float:
        inner = (HEADER + PANEL_SPACE) * (len(sections) - 1)
        return sum(self._section(section) for section in sections) + inner

    def _section(self, section: Section) -> float:
        steps = section.steps
        if not steps:
            return 2 * SPACE
        inside = [self.above(steps[0]), self.below(steps[-1])]
        inside += [self.card_height(step) for step in steps]
        inside += [self.gap(*pair) for pair in pairwise(steps)]
        return sum(inside) + 2 * SPACE

    def _stack(self, column: int, sections: tuple[Section, ...]) -> None:
        # A draft may have no stages yet.
        spare = (self.height - self._column(sections)) / max(len(sections), 1)
        y, last = 0.0, len(sections) - 1
        for index, section in enumerate(sections):
            top = y
            y += HEADER if index else 0
            end = y + self._section(section) + spare
            self.panels.append(
                Panel(section.stage, column, top if index else None, None if index == last else end)
            )
            self._place(section.steps, y + SPACE + spare / 2)
            y = end + PANEL_SPACE

    def _place(self, steps: tuple[Step, ...], y: float) -> None:
        for step, following in zip_longest(steps, steps[1:]):
            y += self.above(step) if step is steps[0] else 0
            height = self.card_height(step)
            indented = any(step.key in pair for pair in self._between)
            self.cards[step.key] = Stacked(step, y, height, indented)
            y += height + (self.gap(step, following) if following else 0)

    def card_height(self, step: Step) -> float:
        lines = len(wrapped(step.name, NAME_SIZE, CARD_ROOM, 2))
        ports = max(self._ports[step.key, "left"], self._ports[step.key, "right"])
        return max(58 + 18.0 * lines, ports * PORT + 12)

    def above(self, step: Step) -> float:
        edge = self._found.from_anywhere.get(step.key)
        return label(edge).height + 16 if edge else 0

    def below(self, step: Step) -> float:
        edge = self._found.loops.get(step.key)
        return label(edge).height + 8 if edge else 0

    def gap(self, upper: Step, lower: Step) -> float:
        words = sum(each.height + 4 for each in self.between(upper, lower))
        return self.below(upper) + self.above(lower) + SPACE + (words + 8 if words else 0)

    def between(self, upper: Step, lower: Step) -> list[Label]:
        routes = self._between.get((upper.key, lower.key), [])
        return [label(route.edge, CARD_WIDTH - ARROWS) for route in routes]


def _sides(routes: tuple[Route, ...]) -> Iterator[tuple[str, str]]:
    """The side of a card at which each arrow leaves or arrives."""
    for route in routes:
        assert route.edge.source is not None
        if route.way is Way.BESIDE:
            yield from ((route.edge.source, "right"), (route.edge.target, "right"))
        elif route.way is not Way.BETWEEN:
            sides = ("left", "right") if route.back else ("right", "left")
            yield from zip((route.edge.source, route.edge.target), sides, strict=True)


def _between(routes: tuple[Route, ...]) -> Mapping[tuple[str, str], list[Route]]:
    """Arrows between neighbours, by the upper and the lower one; what leads down comes first."""
    found: dict[tuple[str, str], list[Route]] = {}
    for route in sorted(routes, key=lambda route: route.back):
        if route.way is Way.BETWEEN:
            assert route.edge.source is not None
            source, target = route.edge.source, route.edge.target
            pair = (target, source) if route.back else (source, target)
            found.setdefault(pair, []).append(route)
    return found
