"""The benchmark's own promise: what it compares answers the same."""

from dataclasses import replace
from random import Random

import pytest

from tests.bench.agreeing import SEEDS, agree, data
from tests.bench.organisation import PIPELINE, STEPS
from tests.bench.peers import Running
from tests.bench.questions import QUESTIONS, READS, Question

SHARED = [question for question in READS if question.name != "Q7"]


async def test_all_peers_give_equal_answers(peers: list[Running]) -> None:
    await agree(peers, READS)


@pytest.mark.parametrize("question", SHARED, ids=lambda question: question.name)
def test_who_is_asked_is_compared(question: Question, peers: list[Running]) -> None:
    for role in ("admin", "member"):
        assert sum(each.is_asked(question) and each.role == role for each in peers) > 1


@pytest.mark.parametrize("question", READS, ids=lambda question: question.name)
async def test_there_is_something_to_agree_on(question: Question, ours: Running) -> None:
    """Two empty answers are equal, too."""
    found = [
        ours.peer.rows(question.document, await data(ours, question, Random(seed)))
        for seed in SEEDS
    ]
    assert any(len(rows) > 1 for rows in found)


async def test_a_record_with_more_interests_than_a_page_holds_is_one_to_agree_on(
    peers: list[Running], ours: Running
) -> None:
    asked = QUESTIONS["Q2"].variables(ours.setting.loaded, Random(SEEDS[0]))
    crowding = replace(
        QUESTIONS["W3"],
        variables=lambda loaded, random: {**QUESTIONS["W3"].variables(loaded, random), **asked},
    )
    for seed in range(25):
        added = (await data(ours, crowding, Random(seed)))["opportunities"]["addInterest"]
        assert added["errors"] == []
    await agree(peers, [QUESTIONS["Q2"]])


async def test_verdicts_are_those_of_the_pipeline(ours: Running) -> None:
    """Nobody else gives any; this one has no rules, so that all that leaves a step is allowed."""
    steps = {str(id): key for key, id in ours.setting.loaded.step_ids.items()}
    rows = ours.peer.rows("Q7", await data(ours, QUESTIONS["Q7"], Random(1)))
    assert len(rows) > 5
    shown = {
        frozenset(steps[to] for to, allowed, why in verdicts if allowed and not why)
        for _, verdicts in rows
    }
    assert shown <= {_leaving(step) for step in STEPS}
    assert len(shown) > 3


def _leaving(step: str) -> frozenset[str]:
    """Where transitions lead from a step; those without `from` lead from all others."""
    return frozenset(
        each["to"]
        for each in PIPELINE["transitions"]
        if each.get("from", step) == step and each["to"] != step
    )
