"""The spaces between the columns: upright tracks beside the columns, words in the middle."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline_gql.domain.drawing.labels import Label, label
from pipeline_gql.domain.drawing.routes import Arrangement, Route, Way

TRACK = 11.0
BEND = 34.0
SLOT_SPACE = 6.0
ARRIVING = 12.0
"""Room for the tip of an arrow."""


@dataclass
class Gutter:
    """`before` are tracks right of the column to its left, `after` those left of the next."""

    slots: list[tuple[Route, Label]] = field(default_factory=list[tuple[Route, Label]])
    before: list[Route] = field(default_factory=list[Route])
    after: list[Route] = field(default_factory=list[Route])

    @property
    def room(self) -> float:
        """For words."""
        return max((words.width for _, words in self.slots), default=0.0)

    @property
    def start(self) -> float:
        """From the cards to the words."""
        return self._beside(self.before)

    @property
    def width(self) -> float:
        return self.start + self.room + self._beside(self.after)

    @property
    def slots_height(self) -> float:
        return sum(words.height + SLOT_SPACE for _, words in self.slots)

    def _beside(self, tracks: list[Route]) -> float:
        return ARRIVING + TRACK * len(tracks) + (BEND if self.slots else 0)


def gutters(found: Arrangement) -> list[Gutter]:
    """One right of each column; the last is the margin."""
    made = [Gutter() for _ in found.columns]
    for route in found.routes:
        if route.way in (Way.ACROSS, Way.BESIDE):
            index = min(route.start.column, route.end.column)
            made[index].slots.append((route, label(route.edge)))
        elif route.way is not Way.BETWEEN:
            leaving, arriving = route.gutters
            (made[leaving].after if route.back else made[leaving].before).append(route)
            (made[arriving].before if route.back else made[arriving].after).append(route)
    return made


def lanes(found: Arrangement, way: Way) -> list[list[Route]]:
    """The arrows over or under other columns, in lanes, the shortest nearest to the cards."""
    made: list[list[Route]] = []
    routes = [route for route in found.routes if route.way is way]
    for route in sorted(routes, key=_length):
        lane = next((lane for lane in made if not any(_meet(route, it) for it in lane)), None)
        if lane is None:
            made.append([route])
        else:
            lane.append(route)
    return made


def _length(route: Route) -> int:
    return abs(route.start.column - route.end.column)


def _meet(one: Route, other: Route) -> bool:
    a, b = sorted(one.gutters), sorted(other.gutters)
    return a[0] <= b[1] and b[0] <= a[1]


def ports(found: Arrangement, middle: Mapping[str, float]) -> dict[tuple[str, str, bool], float]:
    """Where at the side of its card each arrow leaves (False) and arrives (True): a fraction of the
    card's height, by the keys of step and transition. What goes up stands above."""
    sides: dict[tuple[str, str], list[tuple[float, str, bool]]] = {}
    for step, side, toward, edge, arrives in _ends(found, middle):
        sides.setdefault((step, side), []).append((toward, edge, arrives))
    return {
        (step, edge, arrives): (index + 1) / (len(ends) + 1)
        for (step, _), ends in sides.items()
        for index, (_, edge, arrives) in enumerate(sorted(ends))
    }


def _ends(
    found: Arrangement, middle: Mapping[str, float]
) -> Iterator[tuple[str, str, float, str, bool]]:
    far = {Way.OVER: float("-inf"), Way.UNDER: float("inf")}
    for route in found.routes:
        source, target, edge = route.edge.source, route.edge.target, route.edge.key
        assert source is not None
        if route.way is Way.BETWEEN:
            continue
        left = route.back and route.way is not Way.BESIDE
        right = not route.back and route.way is not Way.BESIDE
        yield source, "left" if left else "right", far.get(route.way, middle[target]), edge, False
        yield target, "left" if right else "right", far.get(route.way, middle[source]), edge, True
