"""What is compared must answer alike."""

from collections.abc import Sequence
from random import Random
from typing import Any

import orjson

from tests.bench.client import ask_once
from tests.bench.peers import Running
from tests.bench.questions import QUESTIONS, Question
from tests.bench.running import raw

SEEDS = range(5)


async def agree(peers: Sequence[Running], questions: Sequence[Question]) -> None:
    """Raises AssertionError where two peers answer differently, or one not at all."""
    for rows, role in sorted({(each.setting.loaded.opportunities, each.role) for each in peers}):
        there = [
            each for each in peers if (each.setting.loaded.opportunities, each.role) == (rows, role)
        ]
        for each in there:
            if "Q1" in each.peer.questions:
                each.peer.learn(each.setting, await data(each, QUESTIONS["Q1"], Random(0)))
        for question in questions:
            if not question.writes:
                for seed in SEEDS:
                    await _compare(there, question, seed)


async def _compare(there: Sequence[Running], question: Question, seed: int) -> None:
    told: dict[str, Any] = {}
    for each in there:
        if each.is_asked(question):
            answer = await data(each, question, Random(seed))
            told[each.peer.name] = each.peer.rows(question.document, answer)
    expected = next(iter(told.values()), None)
    for name, rows in told.items():
        assert rows == expected, (question.name, there[0].role, name, _first(rows, expected))


def _first(rows: Any, expected: Any) -> Any:
    """Where they differ."""
    if isinstance(rows, list) and isinstance(expected, list):
        pairs = zip(rows, expected, strict=False)
        return next(((a, b) for a, b in pairs if a != b), (len(rows), len(expected)))
    return rows, expected


async def data(running: Running, question: Question, random: Random) -> Any:
    body = await ask_once(running.port, raw(running, question, random))
    where = running.peer.name, question.name
    try:
        answer = orjson.loads(body)
    except ValueError:
        raise AssertionError((*where, body[:200], body[-200:])) from None
    assert "errors" not in answer, (*where, answer["errors"][:2])
    return answer["data"]
