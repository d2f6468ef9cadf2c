"""Whether the histories of the demo could have happened."""

import itertools
from datetime import date

import pytest

from pipeline_gql.demo.content import Content, content
from pipeline_gql.demo.rows import Row
from pipeline_gql.store import models


@pytest.fixture(scope="module")
def demo() -> Content:
    return content(date(2025, 11, 21))


@pytest.fixture(scope="module")
def histories(demo: Content) -> dict[int, list[Row]]:
    """Stays by opportunity, in the order in which they were written."""
    found: dict[int, list[Row]] = {}
    for stay in demo.rows.of(models.StepStay):
        found.setdefault(stay["opportunity_id"], []).append(stay)
    return found


def test_stays_follow_one_another_without_gap_and_the_last_is_open(
    demo: Content, histories: dict[int, list[Row]]
) -> None:
    assert set(histories) == set(demo.rows.by_id(models.Opportunity))
    for deal in demo.rows.of(models.Opportunity):
        stays = histories[deal["id"]]
        assert stays[0]["entered_at"] == deal["created_at"]
        for here, there in itertools.pairwise(stays):
            assert here["entered_at"] < here["left_at"] == there["entered_at"]
        last = stays[-1]
        assert last["left_at"] is None
        assert (last["step_id"], last["entered_at"]) == (deal["step_id"], deal["step_entered_at"])
        assert (last["value"], last["currency"]) == (deal["grand_total"], deal["currency"])


def test_histories_begin_on_entry_steps_and_keep_to_the_transitions(
    demo: Content, histories: dict[int, list[Row]]
) -> None:
    entries = {row["step_id"] for row in demo.rows.of(models.StepVersion) if row["is_entry"]}
    edges = demo.rows.by_id(models.Transition)
    free = {row["id"] for row in demo.rows.of(models.PipelineVersion) if row["mode"] == "FREE"}
    for stays in histories.values():
        assert stays[0]["step_id"] in entries
        assert stays[0]["cause"] in ("ENTRY", "IMPORT")
        for here, there in itertools.pairwise(stays):
            assert there["cause"] == "TRANSITION"
            if there["version_id"] in free:
                assert there["transition_id"] is None
                continue
            edge = edges[there["transition_id"]]
            assert edge["from_step_id"] in (None, here["step_id"])
            assert edge["to_step_id"] == there["step_id"]


def test_closed_is_closed_and_open_is_open(demo: Content) -> None:
    states = {row["stage_id"]: row["state"] for row in demo.rows.of(models.StageVersion)}
    steps = {row["step_id"]: row for row in demo.rows.of(models.StepVersion)}
    for deal in demo.rows.of(models.Opportunity):
        state = states[steps[deal["step_id"]]["stage_id"]]
        entered = deal["step_entered_at"].date()
        assert deal["actual_close_date"] == (entered if state in ("Won", "Lost") else None)
        if state in ("Won", "Lost"):
            assert deal["probability"] == (100 if state == "Won" else 0)


def test_some_histories_are_long_and_some_opportunities_were_lost_and_taken_up_again(
    histories: dict[int, list[Row]],
) -> None:
    assert max(map(len, histories.values())) >= 6
    lost = 8
    assert any(lost in [stay["step_id"] for stay in stays[:-1]] for stays in histories.values())


def test_nobody_sold_before_the_pipelines_were_published(
    demo: Content, histories: dict[int, list[Row]]
) -> None:
    published = max(row["published_at"] for row in demo.publications)
    assert all(stays[0]["entered_at"] > published for stays in histories.values())


def test_revisions_follow_one_another_and_end_with_what_is(
    demo: Content, histories: dict[int, list[Row]]
) -> None:
    found: dict[int, list[Row]] = {}
    for revision in demo.rows.of(models.OpportunityRevision):
        found.setdefault(revision["opportunity_id"], []).append(revision)
    assert len(demo.rows.of(models.OpportunityRevision)) > len(demo.rows.of(models.StepStay))
    for deal in demo.rows.of(models.Opportunity):
        revisions, stays = found[deal["id"]], histories[deal["id"]]
        assert revisions[0]["since"] == deal["created_at"]
        for here, there in itertools.pairwise(revisions):
            assert here["since"] < here["until"] == there["since"]
        last = revisions[-1]
        assert last["until"] is None
        assert last["is_deleted"] is (deal["deleted_at"] is not None)
        named = set(last) & set(deal) - {"id"}
        assert {name: last[name] for name in named} == {name: deal[name] for name in named}
        # At every moment it stands where its stay says.
        for stay in stays:
            (there,) = [each for each in revisions if each["since"] == stay["entered_at"]]
            assert (there["step_id"], there["grand_total"]) == (stay["step_id"], stay["value"])
        steps = [key for key, _ in itertools.groupby(revisions, key=lambda r: r["step_entered_at"])]
        assert steps == [stay["entered_at"] for stay in stays]
