"""Which move the graph allows, restated simply, and what a move does."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.errors import Ref, TransitionNotFound, ValueInvalid, ValueRequired
from pipeline_gql.domain.moves import Inputs, Move, Target
from pipeline_gql.domain.moves import decide as decided
from pipeline_gql.domain.pipeline import Mode, Version
from pipeline_gql.domain.standing import Standing
from pipeline_gql.domain.viewer import Role, Viewer
from tests.domain.graphs import documents, version_of

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
VIEWER = Viewer(UUID(int=1), 1, "Ada", Role.ADMIN)
CLOSED = date(2026, 6, 1)


def decide(version: Version, standing: Standing, target: Target, now: datetime) -> Move | None:
    return decided(version, standing, target, VIEWER, Inputs(), now)


def _record(step_id: int, **more: Any) -> Standing:
    facts: dict[str, Any] = {
        "probability": 40,
        "probability_is_manual": False,
        "actual_close_date": None,
    }
    return Standing(step_id, **facts | more)


def _allowed(version: Version, here: str, there: str) -> str | None:
    """By which transition, "free", or None: the choice of `moves.decide`, once more."""
    graph = version.graph
    ends = [(here, there)] if here == there else [(here, there), (None, there)]
    for end in ends:
        for edge in graph.transitions:
            if (edge.source, edge.target) == end:
                return edge.key
    return "free" if graph.mode is Mode.FREE and here != there else None


@given(documents(), st.data())
def test_a_move_follows_the_graph(source: dict[str, Any], data: st.DataObject) -> None:
    version = version_of(parse(source).graph)
    keys = sorted(version.step_ids)
    here, there = data.draw(st.sampled_from(keys)), data.draw(st.sampled_from(keys))
    start, end = version.step_ids[here], version.step_ids[there]
    edge = _allowed(version, here, there)
    if edge is None:
        with pytest.raises(TransitionNotFound) as caught:
            decide(version, _record(start), Target(end), NOW)
        assert caught.value.facts == {
            "here": Ref("OpportunityStep", start),
            "there": Ref("OpportunityStep", end),
        }
        assert caught.value.value is None
    else:
        move = decide(version, _record(start), Target(end), NOW)
        assert move is not None
        assert (move.step_id, move.transition_id) == (end, version.transition_ids.get(edge))


@given(documents(), st.data())
def test_a_transition_is_named_exactly(source: dict[str, Any], data: st.DataObject) -> None:
    version = version_of(parse(source).graph)
    edge = data.draw(st.sampled_from(version.graph.transitions))
    here = data.draw(st.sampled_from(sorted(version.step_ids)))
    target = Target(transition_id=version.transition_ids[edge.key])
    if edge.source == here or (edge.source is None and edge.target != here):
        move = decide(version, _record(version.step_ids[here]), target, NOW)
        assert move is not None
        assert move.transition_id == target.transition_id
        assert move.step_id == version.step_ids[edge.target]
    else:
        with pytest.raises(TransitionNotFound):
            decide(version, _record(version.step_ids[here]), target, NOW)


def _document() -> dict[str, Any]:
    return {
        "key": "p",
        "stages": [
            {
                "key": "open",
                "steps": [
                    {"key": "new", "entry": True, "probability": 20},
                    {"key": "talk", "probability": 60},
                ],
            },
            {"key": "won", "state": "Won", "steps": [{"key": "won"}, {"key": "paid"}]},
            {"key": "lost", "state": "Lost", "steps": [{"key": "lost"}]},
            {"key": "gone", "state": "Archived", "steps": [{"key": "gone", "probability": 5}]},
        ],
        "transitions": [
            {"key": "loop", "from": "talk", "to": "talk"},
            {"key": "direct", "from": "new", "to": "talk"},
            {"key": "global", "to": "talk"},
            {"key": "lose", "to": "lost"},
        ],
        "mode": "FREE",
    }


VERSION = version_of(parse(_document()).graph)
STEP = VERSION.step_ids
EDGE = VERSION.transition_ids


def _move(here: str, there: str, **record: Any) -> Move:
    move = decide(VERSION, _record(STEP[here], **record), Target(STEP[there]), NOW)
    assert move is not None
    return move


def test_a_loop_wins_over_staying_and_a_directed_edge_over_a_global_one() -> None:
    stay = Target(STEP["talk"], noop=True)
    move = decide(VERSION, _record(STEP["talk"]), stay, NOW)
    assert move is not None
    assert move.transition_id == EDGE["loop"]
    assert _move("new", "talk").transition_id == EDGE["direct"]
    assert _move("lost", "talk").transition_id == EDGE["global"]
    assert _move("new", "won").transition_id is None


def test_staying_needs_leave() -> None:
    assert decide(VERSION, _record(STEP["new"]), Target(STEP["new"], noop=True), NOW) is None
    with pytest.raises(TransitionNotFound):
        decide(VERSION, _record(STEP["new"]), Target(STEP["new"]), NOW)


def test_where_to_must_be_said_and_must_agree() -> None:
    with pytest.raises(ValueRequired):
        decide(VERSION, _record(STEP["new"]), Target(), NOW)
    with pytest.raises(ValueInvalid):
        decide(VERSION, _record(STEP["new"]), Target(STEP["won"], EDGE["direct"]), NOW)
    agreed = decide(VERSION, _record(STEP["new"]), Target(STEP["talk"], EDGE["direct"]), NOW)
    assert agreed is not None


def test_a_step_or_transition_of_another_version_has_no_edge() -> None:
    with pytest.raises(TransitionNotFound):
        decide(VERSION, _record(STEP["new"]), Target(999), NOW)
    with pytest.raises(TransitionNotFound):
        decide(VERSION, _record(STEP["new"]), Target(999, 9999), NOW)


def test_the_probability_is_the_steps_unless_set_by_hand() -> None:
    assert _move("new", "talk").probability == 60
    by_hand = _move("new", "talk", probability=33, probability_is_manual=True)
    assert (by_hand.probability, by_hand.probability_is_manual) == (33, True)


def test_won_is_100_and_lost_is_0_always() -> None:
    for step, probability in (("won", 100), ("lost", 0)):
        move = _move("new", step, probability=33, probability_is_manual=True)
        assert (move.probability, move.probability_is_manual) == (probability, False)


def test_closing_sets_the_date_and_reopening_clears_it() -> None:
    assert _move("new", "won").actual_close_date == TODAY
    assert _move("new", "lost").actual_close_date == TODAY
    assert _move("won", "talk", actual_close_date=CLOSED).actual_close_date is None
    assert _move("won", "lost", actual_close_date=CLOSED).actual_close_date == TODAY
    assert _move("won", "paid", actual_close_date=CLOSED).actual_close_date == CLOSED
    assert _move("won", "gone", actual_close_date=CLOSED).actual_close_date == CLOSED
    assert _move("new", "gone").actual_close_date is None
