"""Where no transition leads, the next moves and the shortest way are offered."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.errors import Ref, Remedy
from pipeline_gql.domain.moves import Inputs, Target, decide
from pipeline_gql.domain.pipeline import Graph, Version
from pipeline_gql.domain.standing import Standing
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.domain.ways import MOST_OFFERED, remedies, shortest
from tests.domain.graphs import documents, version_of

NOW = datetime(2026, 7, 1, tzinfo=UTC)
VIEWER = Viewer(UUID(int=1), 1, "Ada", Role.ADMIN)


def _distance(graph: Graph, here: str, there: str) -> int | None:
    """How many moves it takes, found by growing what is reached move by move."""
    reached, moves = {here}, 0
    while there not in reached:
        more = {key for step in reached for key in graph.next_steps(step)} - reached
        if not more:
            return None
        reached, moves = reached | more, moves + 1
    return moves


def _ends(data: st.DataObject, graph: Graph) -> tuple[str, str]:
    keys = st.sampled_from([step.key for step in graph.steps])
    return data.draw(keys), data.draw(keys)


def _step_of(remedy: Remedy) -> int:
    ref = remedy.input["step_id"]
    assert isinstance(ref, Ref)
    assert isinstance(ref.key, int)
    return ref.key


def _moved(version: Version, step_id: int, remedy: Remedy) -> int:
    """Where the progress that a remedy offers ends: it must be allowed."""
    target = Target(_step_of(remedy), noop=remedy.input.get("noop") is True)
    standing = Standing(step_id, 0, False, None)
    move = decide(version, standing, target, VIEWER, Inputs(), NOW)
    return move.step_id if move else step_id


@given(documents(), st.data())
def test_following_the_first_move_again_and_again_arrives(
    source: dict[str, Any], data: st.DataObject
) -> None:
    graph = parse(source).graph
    here, there = _ends(data, graph)
    distance = _distance(graph, here, there)
    for left in range(distance or 0, 0, -1):
        way = shortest(graph, here, there)
        assert (len(way), way[-1]) == (left, there)
        here = way[0]
    assert (here == there) is (distance is not None)
    assert shortest(graph, here, there) == ()


@given(documents(), st.data())
def test_the_first_remedy_arrives_and_every_one_is_allowed(
    source: dict[str, Any], data: st.DataObject
) -> None:
    version = version_of(parse(source).graph)
    here, there = _ends(data, version.graph)
    at, wanted = version.step_ids[here], version.step_ids[there]
    for remedy in remedies(version, 1, at, wanted):
        _moved(version, at, remedy)
    distance = _distance(version.graph, here, there)
    for _ in range(distance or 0):
        at = _moved(version, at, remedies(version, 1, at, wanted)[0])
    assert (at == wanted) is (distance is not None)


@given(documents(), st.data())
def test_every_step_that_one_move_reaches_is_offered_once(
    source: dict[str, Any], data: st.DataObject
) -> None:
    version = version_of(parse(source).graph)
    here, there = _ends(data, version.graph)
    offered = [
        version.step(_step_of(remedy))
        for remedy in remedies(version, 1, version.step_ids[here], version.step_ids[there])
        if remedy.title.startswith("Move to ")
    ]
    keys = [step.key for step in offered if step]
    assert sorted(keys) == sorted(set(version.graph.next_steps(here)))


def _pipeline(count: int) -> Version:
    """Step after step to Won; from the last open one back to all but the one before."""
    open_steps = [
        {"key": f"s{i}", "name": f"Step {i}", "entry": i == 0, "probability": 10}
        for i in range(count)
    ]
    ways = [{"from": f"s{i}", "to": f"s{i + 1}"} for i in range(count - 1)]
    leave = [{"from": f"s{count - 1}", "to": step["key"]} for step in open_steps[:-2]]
    return version_of(
        parse(
            {
                "key": "long",
                "name": "Long",
                "stages": [
                    {"key": "open", "name": "Open", "steps": open_steps},
                    {"key": "won", "state": "Won", "steps": [{"key": "won", "name": "Won"}]},
                ],
                "transitions": [*ways, *leave, {"from": f"s{count - 1}", "to": "won"}],
            }
        ).graph
    )


def test_the_way_is_told_by_the_names_between() -> None:
    version = _pipeline(4)
    titles = [each.title for each in remedies(version, 1, 100, version.step_ids["won"])]
    assert titles == ["Go by way of Step 1, Step 2, Step 3"]


def test_a_step_that_is_not_of_the_pipeline_has_no_way_to_it() -> None:
    version = _pipeline(4)
    assert [each.title for each in remedies(version, 1, 100, 999)] == ["Move to Step 1"]
    assert [each.title for each in remedies(version, 1, 100, None)] == ["Move to Step 1"]
    assert remedies(version, 1, 999, 100) == ()


def test_not_more_than_can_be_read_are_offered() -> None:
    version = _pipeline(40)
    assert len(remedies(version, 1, version.step_ids["s39"], 100)) == MOST_OFFERED
