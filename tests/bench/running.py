"""Rounds: every peer is asked every question in each, in an order that turns about."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from random import Random
from statistics import median

from tests.bench.client import Asked, ask_for, request
from tests.bench.measuring import cpu_seconds, family, forget_statements, statements, told_all
from tests.bench.peers import Running
from tests.bench.questions import Question

PREPARED = 4_000
"""Requests that are made before the clock runs; a question that needs more begins again."""
WARM, FIRST_WARM = 0.5, 2.0
"""Seconds of a turn, and of a peer's first with a question, that do not count: servers plan,
compile and connect in them. They have requests of their own."""


@dataclass(frozen=True)
class Case:
    peer: str
    role: str
    question: str
    opportunities: int


@dataclass
class Turn:
    """One peer asked one question for a while."""

    asked: Asked
    server_cpu: float
    database_cpu: float
    statements: int

    @property
    def cpu(self) -> float:
        """Of an answer, in milliseconds."""
        return self.per_request(self.server_cpu + self.database_cpu)

    def per_request(self, seconds: float) -> float:
        """In milliseconds."""
        return self.each(seconds) * 1000

    def each(self, whole: float) -> float:
        """Of a whole, what fell to an answer."""
        return whole / max(self.asked.count, 1)


@dataclass
class Results:
    turns: dict[Case, list[Turn]] = field(default_factory=lambda: defaultdict(list[Turn]))
    """One for each round."""

    def ratio(
        self, one: Case, other: Case, of: Callable[[Turn], float] = lambda turn: turn.asked.rate
    ) -> float | None:
        """How many times as much, the median over rounds of the ratio within a round."""
        pairs = zip(self.turns.get(one, ()), self.turns.get(other, ()), strict=False)
        found = [of(a) / of(b) for a, b in pairs if of(b)]
        return median(found) if found else None


@dataclass(frozen=True)
class Course:
    """What is to be asked of whom, so often and for so many seconds each."""

    peers: Sequence[Running]
    questions: Sequence[Question]
    rounds: int
    seconds: float

    def turns(self, place: int) -> Iterator[tuple[Running, Question]]:
        """Of a round."""
        turned = list(self.peers) if place % 2 == 0 else list(reversed(self.peers))
        for question in self.questions:
            for each in turned:
                if each.is_asked(question):
                    yield each, question

    @property
    def minutes(self) -> float:
        """About how long it takes."""
        count = len(list(self.turns(0)))
        return count * (self.rounds * (self.seconds + WARM + 0.3) + FIRST_WARM) / 60


async def rounds(course: Course, tell: Callable[[str], None]) -> Results:
    results = Results()
    for url in {each.setting.urls.admin for each in course.peers}:
        await forget_statements(url)
    for place in range(course.rounds):
        for running, question in course.turns(place):
            setting = running.setting
            case = Case(
                running.peer.name, setting.role, question.name, setting.loaded.opportunities
            )
            turn = await _turn(running, question, course.seconds, place)
            results.turns[case].append(turn)
            tell(_line(f"{place + 1}/{course.rounds}", case, turn.asked))
    return results


def _line(place: str, case: Case, asked: Asked) -> str:
    line = f"{place} {case.question:8} {case.role:7} {case.peer:21} {asked.rate:8.0f}/s"
    if asked.failures:
        why = asked.failures[0].decode(errors="replace")
        line += f"  {len(asked.failures)} FAILED, as this one: {why}"
    return line


async def _turn(running: Running, question: Question, seconds: float, place: int) -> Turn:
    warming = FIRST_WARM if place == 0 else WARM
    made = _requests(running, question, f"{place} warm")
    await ask_for(running.port, made, warming, question.connections)
    made = _requests(running, question, f"{place}")
    setting = running.setting
    sent = await statements(setting.urls.admin)
    before = cpu_seconds(family(running.pid)), cpu_seconds(family(setting.database))
    asked = await ask_for(running.port, made, seconds, question.connections)
    after = cpu_seconds(family(running.pid)), cpu_seconds(family(setting.database))
    sent = await statements(setting.urls.admin) - sent
    if question.writes:
        await told_all(setting.urls.admin)
    return Turn(asked, after[0] - before[0], after[1] - before[1], sent)


def _requests(running: Running, question: Question, seed: str) -> Iterator[bytes]:
    """The same for all who read; nothing is written twice."""
    random = Random(f"{seed} {question.name}")
    if question.follows:
        return (raw(running, question, random) for _ in count())
    made = [raw(running, question, random) for _ in range(PREPARED)]
    return iter(made) if question.writes else cycle(made)


def raw(running: Running, question: Question, random: Random) -> bytes:
    setting = running.setting
    body = running.peer.body(setting, question, question.variables(setting.loaded, random))
    return request(running.port, body, running.peer.headers(setting))
