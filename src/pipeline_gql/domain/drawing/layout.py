"""Where everything is: the one place that knows both how high and how wide things are."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_gql.domain.drawing import gutters
from pipeline_gql.domain.drawing.gutters import Gutter
from pipeline_gql.domain.drawing.labels import label
from pipeline_gql.domain.drawing.routes import Arrangement, Route, Way, arranged
from pipeline_gql.domain.drawing.spreading import spread
from pipeline_gql.domain.drawing.stacking import CARD_WIDTH, HEADER, Stacked, Stacks
from pipeline_gql.domain.pipeline import Graph, Stage

MARGIN, PADDING, TITLE = 28.0, 12.0, 92.0
LANE = 10.0
"""Space between two lanes."""

LABEL_ROOM = CARD_WIDTH + PADDING


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


class Layout:
    """Coordinates of a graph's picture; x grows to the right, y downwards."""

    def __init__(self, graph: Graph) -> None:
        self.found: Arrangement = arranged(graph)
        self.gutters: list[Gutter] = gutters.gutters(self.found)
        least = max((gutter.slots_height for gutter in self.gutters), default=0.0)
        self.stacks = Stacks(self.found, least)
        self._over = gutters.lanes(self.found, Way.OVER)
        self._under = gutters.lanes(self.found, Way.UNDER)
        self.columns: list[float] = []
        x = MARGIN + PADDING
        for gutter in self.gutters:
            self.columns.append(x)
            x += CARD_WIDTH + gutter.width + 2 * PADDING
        self.top = TITLE + HEADER + _height(self._over)
        self.bottom = self.top + self.stacks.height
        self.height = self.bottom + _height(self._under) + PADDING + MARGIN
        empty = not self.gutters[-1].slots
        self.width = x - 2 * PADDING - (self.gutters[-1].width if empty else 0) + PADDING + MARGIN
        self.cards = {key: self._card(key, it) for key, it in self.stacks.cards.items()}
        middles = {key: box.y + box.height / 2 for key, box in self.cards.items()}
        self._ports = gutters.ports(self.found, middles)
        self.lanes = self._lanes()
        self.slots = self._slots()

    def panels(self) -> list[tuple[Stage, Box]]:
        end = self.height - MARGIN
        found: list[tuple[Stage, Box]] = []
        for panel in self.stacks.panels:
            top = TITLE if panel.top is None else self.top + panel.top
            bottom = end if panel.bottom is None else self.top + panel.bottom
            x = self.columns[panel.column] - PADDING
            found.append((panel.stage, Box(x, top, CARD_WIDTH + 2 * PADDING, bottom - top)))
        return found

    def port(self, route: Route, *, arrives: bool) -> float:
        """At which height an arrow leaves its card or arrives."""
        key = route.edge.target if arrives else route.edge.source
        assert key is not None
        box = self.cards[key]
        return box.y + box.height * self._ports[key, route.edge.key, arrives]

    def _card(self, key: str, stacked: Stacked) -> Box:
        x = self.columns[self.found.places[key].column]
        return Box(x, self.top + stacked.y, CARD_WIDTH, stacked.height)

    def _lanes(self) -> Mapping[str, float]:
        """The height of each lane, by the keys of its transitions."""
        found: dict[str, float] = {}
        y = self.top
        for lane in self._over:
            y -= _lane(lane) + LANE
            found |= {route.edge.key: y + _lane(lane) / 2 for route in lane}
        y = self.bottom
        for lane in self._under:
            found |= {route.edge.key: y + LANE + _lane(lane) / 2 for route in lane}
            y += _lane(lane) + LANE
        return found

    def _slots(self) -> Mapping[str, float]:
        """The height of the words in the gutters, by the keys of transitions."""
        found: dict[str, float] = {}
        for gutter in self.gutters:
            wishes = sorted(
                (
                    (self.port(route, arrives=False) + self.port(route, arrives=True)) / 2,
                    route.edge.key,
                    words.height + gutters.SLOT_SPACE,
                )
                for route, words in gutter.slots
            )
            wanted = [(middle - self.top, height) for middle, _, height in wishes]
            placed = spread(wanted, self.stacks.height)
            found |= {key: self.top + y for (_, key, _), y in zip(wishes, placed, strict=True)}
        return found


def _height(lanes: list[list[Route]]) -> float:
    return sum(_lane(lane) + LANE for lane in lanes) + (LANE if lanes else 0)


def _lane(lane: list[Route]) -> float:
    return max(label(route.edge, LABEL_ROOM).height for route in lane)
