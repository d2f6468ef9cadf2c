"""The lines of a picture, and where their words stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline_gql.domain.drawing.gutters import ARRIVING, TRACK
from pipeline_gql.domain.drawing.labels import Label, label
from pipeline_gql.domain.drawing.layout import LABEL_ROOM, PADDING, Layout
from pipeline_gql.domain.drawing.routes import Route, Way
from pipeline_gql.domain.drawing.stacking import ARROWS, CARD_WIDTH, SPACE
from pipeline_gql.domain.pipeline import Transition

CORNER = 9.0


@dataclass(frozen=True, slots=True)
class Arrow:
    """`path` is what SVG calls one; the words have their middle at x and y."""

    edge: Transition
    path: str
    words: Label
    x: float
    y: float
    back: bool = False


def arrows(layout: Layout) -> Iterator[Arrow]:
    """All transitions, those from anywhere and the loops included."""
    for route in layout.found.routes:
        if route.way in (Way.ACROSS, Way.BESIDE):
            yield _through_slot(layout, route)
        elif route.way is not Way.BETWEEN:
            yield _along_lane(layout, route)
    yield from _between(layout)
    for key, edge in layout.found.loops.items():
        yield _loop(layout, key, edge)
    for key, edge in layout.found.from_anywhere.items():
        yield _from_anywhere(layout, key, edge)


def _through_slot(layout: Layout, route: Route) -> Arrow:
    leaves, arrives = layout.port(route, arrives=False), layout.port(route, arrives=True)
    index = min(route.start.column, route.end.column)
    gutter, y = layout.gutters[index], layout.slots[route.edge.key]
    words = label(route.edge)
    near = layout.columns[index] + CARD_WIDTH
    begin = near + PADDING + gutter.start
    if route.way is Way.BESIDE:
        path = f"M{_n(near)} {_n(leaves)}{_curve(near, leaves, begin, y)}"
        path += _curve(begin, y, near, arrives, turn=True)
        return Arrow(route.edge, path, words, begin + words.width / 2, y, route.back)
    far = layout.columns[index + 1]
    end = begin + gutter.room
    ends = [(near, leaves), (begin, y), (end, y), (far, arrives)]
    if route.back:
        ends = [(far, leaves), (end, y), (begin, y), (near, arrives)]
    path = f"M{_n(ends[0][0])} {_n(ends[0][1])}{_curve(*ends[0], *ends[1])}"
    path += f"H{_n(ends[2][0])}{_curve(*ends[2], *ends[3])}"
    return Arrow(route.edge, path, words, (begin + end) / 2, y, route.back)


def _curve(x: float, y: float, to_x: float, to_y: float, *, turn: bool = False) -> str:
    """Level at both ends; one that turns goes out further before it comes back."""
    middle = max(x, to_x) if turn else (x + to_x) / 2
    return f"C{_n(middle)} {_n(y)} {_n(middle)} {_n(to_y)} {_n(to_x)} {_n(to_y)}"


def _along_lane(layout: Layout, route: Route) -> Arrow:
    """Out of the card, up or down a track, along the lane, and back to the cards."""
    leaving, arriving = route.gutters
    y = layout.lanes[route.edge.key]
    start, end = layout.columns[route.start.column], layout.columns[route.end.column]
    start, end = (start, end + CARD_WIDTH) if route.back else (start + CARD_WIDTH, end)
    first = _track(layout, leaving, route, after=route.back)
    second = _track(layout, arriving, route, after=not route.back)
    points = [
        (start, layout.port(route, arrives=False)),
        (first, layout.port(route, arrives=False)),
        (first, y),
        (second, y),
        (second, layout.port(route, arrives=True)),
        (end, layout.port(route, arrives=True)),
    ]
    passed = sorted((route.start.column, route.end.column))
    middle = layout.columns[(passed[0] + passed[1]) // 2] + CARD_WIDTH / 2
    return Arrow(route.edge, _rounded(points), label(route.edge, LABEL_ROOM), middle, y, route.back)


def _track(layout: Layout, gutter: int, route: Route, *, after: bool) -> float:
    found = layout.gutters[gutter]
    if after:
        index = found.after.index(route)
        return layout.columns[gutter + 1] - PADDING - ARRIVING - TRACK * index
    return (
        layout.columns[gutter] + CARD_WIDTH + PADDING + ARRIVING + TRACK * found.before.index(route)
    )


def _rounded(points: list[tuple[float, float]]) -> str:
    """Straight lines with rounded corners; they run level and upright in turn."""
    path = f"M{_n(points[0][0])} {_n(points[0][1])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        enter, leave = _toward(corner, before), _toward(corner, after)
        path += f"L{_n(enter[0])} {_n(enter[1])}"
        path += f"Q{_n(corner[0])} {_n(corner[1])} {_n(leave[0])} {_n(leave[1])}"
    return path + f"L{_n(points[-1][0])} {_n(points[-1][1])}"


def _toward(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    across, down = other[0] - corner[0], other[1] - corner[1]
    length = abs(across) + abs(down)
    part = min(CORNER, length / 2) / length if length else 0
    return corner[0] + across * part, corner[1] + down * part


def _between(layout: Layout) -> Iterator[Arrow]:
    """Up and down between neighbours; both arrows of a pair share the space."""
    lines: dict[frozenset[str], float] = {}
    for route in sorted(layout.found.routes, key=lambda route: route.back):
        if route.way is not Way.BETWEEN:
            continue
        assert route.edge.source is not None
        ends = [layout.cards[key] for key in (route.edge.source, route.edge.target)]
        upper, lower = sorted(ends, key=lambda box: box.y)
        steps = frozenset((route.edge.source, route.edge.target))
        below = layout.found.loops.get(_key_of(layout, upper))
        first = upper.bottom + SPACE / 2 + 4 + (label(below).height + 8 if below else 0)
        words = label(route.edge, CARD_WIDTH - ARROWS)
        y = lines.get(steps, first)
        lines[steps] = y + words.height + 4
        x = upper.x + (38 if route.back else 18)
        path = f"M{_n(x)} {_n(ends[0].y if route.back else upper.bottom)}"
        path += f"V{_n(upper.bottom if route.back else lower.y)}"
        middle = upper.x + ARROWS + words.width / 2
        yield Arrow(route.edge, path, words, middle, y + words.height / 2, route.back)


def _key_of(layout: Layout, box: object) -> str:
    return next(key for key, card in layout.cards.items() if card is box)


def _loop(layout: Layout, key: str, edge: Transition) -> Arrow:
    box, room = layout.cards[key], _room(layout, key)
    x = box.right - room
    words = label(edge, room - 34)
    path = f"M{_n(x)} {_n(box.bottom)}c0 26 24 26 24 1"
    return Arrow(edge, path, words, x + 30 + words.width / 2, box.bottom + 6 + words.height / 2)


def _from_anywhere(layout: Layout, key: str, edge: Transition) -> Arrow:
    box, room = layout.cards[key], _room(layout, key)
    words = label(edge, room, "from anywhere: ")
    x = box.right - room + words.width / 2
    y = box.y - 14 - words.height / 2
    return Arrow(edge, f"M{_n(x)} {_n(y)}V{_n(box.y)}", words, x, y)


def _room(layout: Layout, key: str) -> float:
    """Beside the arrows between neighbours, if there are any."""
    return CARD_WIDTH - (ARROWS if layout.stacks.cards[key].indented else 8)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
