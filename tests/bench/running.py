"""Rounds: every peer is asked every question in each, in an order that turns about."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median
from typing import Any

import orjson

from tests.bench.client import Asked, ask_for, ask_once, request
from tests.bench.measuring import cpu_seconds, family, statements
from tests.bench.peers import Running
from tests.bench.questions import QUESTIONS, Question

CONNECTIONS = 16
PREPARED = 4_000
"""Requests that are made before the clock runs; a question that needs more begins again."""


@dataclass
class Turn:
    """One peer asked one question for a while."""

    asked: Asked
    server_cpu: float
    database_cpu: float
    statements: int

    def per_request(self, seconds: float) -> float:
        """In milliseconds."""
        return self.each(seconds) * 1000

    def each(self, whole: float) -> float:
        """Of a whole, what fell to a request."""
        return whole / max(self.asked.count, 1)


@dataclass
class Results:
    turns: dict[tuple[str, str, str], list[Turn]] = field(
        default_factory=lambda: defaultdict(list[Turn])
    )
    """By peer, role and question; a turn for each round."""

    def ratio(self, peer: str, other: str, role: str, question: str) -> float | None:
        """How many times as fast, the median over rounds of the ratio within a round."""
        mine = self.turns.get((peer, role, question))
        theirs = self.turns.get((other, role, question)) or self.turns.get(
            (other, "admin", question)
        )
        if not mine or not theirs:
            return None
        pairs = zip(mine, theirs, strict=False)
        return median(a.asked.rate / b.asked.rate for a, b in pairs if b.asked.rate)


async def agree(peers: Sequence[Running], questions: Sequence[Question]) -> None:
    """Raises AssertionError where two peers answer differently."""
    for role in sorted({each.setting.role for each in peers}):
        there = [each for each in peers if each.setting.role == role]
        for each in there:
            if "Q1" in each.peer.questions:
                first = await _data(each, QUESTIONS["Q1"], Random(0))
                each.peer.learn(each.setting, first)
        for question in questions:
            if question.writes or question.name == "Q7":
                continue
            for seed in range(5):
                told: dict[str, Any] = {}
                for each in there:
                    if question.name in each.peer.questions:
                        data = await _data(each, question, Random(seed))
                        told[each.peer.name] = each.peer.rows(question.name, data)
                expected = next(iter(told.values()))
                for name, rows in told.items():
                    assert rows == expected, (question.name, role, name, _first(rows, expected))


def _first(rows: Any, expected: Any) -> Any:
    """Where they differ."""
    if isinstance(rows, list) and isinstance(expected, list):
        pairs = zip(rows, expected, strict=False)
        return next(((a, b) for a, b in pairs if a != b), (len(rows), len(expected)))
    return rows, expected


async def _data(running: Running, question: Question, random: Random) -> Any:
    body = await ask_once(running.port, raw(running, question, random))
    where = running.peer.name, question.name
    try:
        answer = orjson.loads(body)
    except ValueError:
        raise AssertionError((*where, body[:200], body[-200:])) from None
    assert "errors" not in answer, (*where, answer["errors"][:2])
    return answer["data"]


def raw(running: Running, question: Question, random: Random) -> bytes:
    setting = running.setting
    body = running.peer.body(setting, question, question.variables(setting.loaded, random))
    return request(running.port, body, running.peer.headers(setting))


async def rounds(
    peers: Sequence[Running],
    questions: Sequence[Question],
    number: int,
    seconds: float,
    database: int,
    tell: Callable[[str], None],
) -> Results:
    results = Results()
    for place in range(number):
        turned = list(peers) if place % 2 == 0 else list(reversed(peers))
        for question in questions:
            for each in turned:
                if question.name in each.peer.questions:
                    turn = await _turn(each, question, seconds, database, place)
                    key = (each.peer.name, each.setting.role, question.name)
                    results.turns[key].append(turn)
                    rate = f"{turn.asked.rate:8.0f}/s"
                    tell(f"{place + 1}/{number} {question.name:4} {key[1]:7} {key[0]:18} {rate}")
                    for refused in turn.asked.failures[:1]:
                        tell(refused.decode(errors="replace"))
    return results


async def _turn(
    running: Running, question: Question, seconds: float, database: int, place: int
) -> Turn:
    random = Random(f"{place}{question.name}{running.peer.name if question.writes else ''}")
    made = [raw(running, question, random) for _ in range(PREPARED)]
    if not question.writes:
        await ask_for(running.port, made, min(seconds / 4, 1.0), CONNECTIONS)
        made = made * 20
    url = running.setting.urls.admin
    sent = await statements(url)
    before = cpu_seconds(family(running.pid)), cpu_seconds(family(database))
    asked = await ask_for(running.port, made, seconds, CONNECTIONS)
    after = cpu_seconds(family(running.pid)), cpu_seconds(family(database))
    sent = await statements(url) - sent
    return Turn(asked, after[0] - before[0], after[1] - before[1], sent)
