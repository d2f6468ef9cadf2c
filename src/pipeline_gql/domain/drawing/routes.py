"""Which way each transition takes through a picture whose columns are stages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from pipeline_gql.domain.pipeline import Graph, Stage, Step, Transition


class Way(Enum):
    """ACROSS to the next column or back to the last, OVER others to the right, UNDER others to
    the left, BETWEEN two neighbours of a stage, BESIDE others of the same column."""

    ACROSS = auto()
    OVER = auto()
    UNDER = auto()
    BETWEEN = auto()
    BESIDE = auto()


@dataclass(frozen=True, slots=True)
class Place:
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Route:
    """A transition that is an arrow; `back` says that it leads to what comes earlier."""

    edge: Transition
    start: Place
    end: Place
    way: Way
    back: bool

    @property
    def gutters(self) -> tuple[int, int]:
        """The gutters where it leaves and where it arrives; gutter n is right of column n."""
        if self.back:
            return self.start.column - 1, self.end.column
        return self.start.column, self.end.column - 1


@dataclass(frozen=True, slots=True)
class Section:
    stage: Stage
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Arrangement:
    """Who stands where. A column is an open stage, or final ones that follow one another."""

    columns: tuple[tuple[Section, ...], ...]
    places: Mapping[str, Place]
    routes: tuple[Route, ...]
    from_anywhere: Mapping[str, Transition]
    loops: Mapping[str, Transition]


def arranged(graph: Graph) -> Arrangement:
    columns = tuple(
        tuple(
            Section(stage, tuple(step for step in graph.steps if step.stage == stage.key))
            for stage in group
        )
        for group in _groups(graph.stages)
    )
    places = {
        step.key: Place(column, row)
        for column, sections in enumerate(columns)
        for row, step in enumerate(step for section in sections for step in section.steps)
    }
    edges = graph.transitions
    return Arrangement(
        columns,
        places,
        tuple(
            _route(graph, places, edge, edge.source)
            for edge in edges
            if edge.source not in (None, edge.target)
        ),
        {edge.target: edge for edge in edges if edge.source is None},
        {edge.target: edge for edge in edges if edge.source == edge.target},
    )


def _groups(stages: tuple[Stage, ...]) -> Iterator[list[Stage]]:
    group: list[Stage] = []
    for stage in stages:
        if group and not (stage.state.is_final and group[-1].state.is_final):
            yield group
            group = []
        group.append(stage)
    yield group


def _route(
    graph: Graph, places: Mapping[str, Place], edge: Transition, source: str | None
) -> Route:
    assert source is not None
    start, end = places[source], places[edge.target]
    across = end.column - start.column
    if across:
        way = Way.ACROSS if abs(across) == 1 else Way.OVER if across > 0 else Way.UNDER
        return Route(edge, start, end, way, across < 0)
    same = graph.step[source].stage == graph.step[edge.target].stage
    near = same and abs(end.row - start.row) == 1
    return Route(edge, start, end, Way.BETWEEN if near else Way.BESIDE, end.row < start.row)
