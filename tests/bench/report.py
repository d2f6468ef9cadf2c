"""The tables for the README."""

import os
import platform
from collections.abc import Iterator, Sequence
from math import isnan
from statistics import median

from tests.bench.peers import PEERS
from tests.bench.questions import QUESTIONS
from tests.bench.running import FIRST_WARM, WARM, Case, Course, Results, Turn

OTHERS = [name for name in PEERS if name != "ours"]
ROLES = "admin", "member"
HEAD = (
    "question",
    "as",
    "server",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "CPU ms: server, database",
    "KB",
    "statements",
    "failed",
)
AIMS = {
    "limit": dict.fromkeys(("Q1", "Q2", "Q4", "Q5"), 0.80),
    "limit-bare": dict.fromkeys(("Q1", "Q2", "Q4", "Q5"), 0.70),
    "postgraphile": {"Q1": 4.0, "Q2": 4.0, "Q3": 1.0},
    "postgraphile-bare": {"Q1": 3.0, "Q2": 3.0, "Q3": 1.0},
    "postgraphile-function": {"Q3": 2.0},
}
"""How many times as fast as them we want to be."""
FAR, GROWN = 1.15, 1.3
"""How many times as much a far page, and one of ten times the rows, may cost."""


def table(results: Results, course: Course, command: str) -> str:
    return "\n".join(_lines(results, course, command)) + "\n"


def _lines(results: Results, course: Course, command: str) -> Iterator[str]:
    most = max(case.opportunities for case in results.turns)
    yield _how(course, command, most)
    yield ""
    yield "; ".join(f"{each.name}: {each.title}" for each in course.questions) + "."
    yield ""
    yield f"| {' | '.join(HEAD)} |"
    yield "|" + " --- |" * len(HEAD)
    for case, turns in _sorted(results):
        yield _measured(case, turns, most)
    yield ""
    yield from _ratios(results, most)
    yield from _growths(results, most)
    yield from _failures(results)


def _how(course: Course, command: str, most: int) -> str:
    few = [f"{each.name} by {each.connections}" for each in course.questions
           if each.connections != 16]  # fmt: skip
    return (
        f"`{command}`: {most:,} opportunities in 20 organisations, asked by 16 connections at once"
        f"{''.join(f', {each}' for each in few)}; {len(os.sched_getaffinity(0))} processors"
        f" ({platform.machine()}) for servers, database and client together. Medians over"
        f" {course.rounds} rounds of {course.seconds:g} s; ratios are medians of the ratios within"
        f" a round. Every turn, of reads and writes, begins with {WARM:g} s that do not count, a"
        f" peer's first with a question with {FIRST_WARM:g} s, by requests of their own. Failed:"
        " requests that were refused or not answered; they count nowhere else. Statements: with"
        " BEGIN, SET and COMMIT, and what deferred triggers ask."
    )


def _asked(results: Results, most: int) -> Sequence[str]:
    asked = {case.question for case in results.turns if case.opportunities == most}
    return [name for name in QUESTIONS if name in asked]


def _sorted(results: Results) -> list[tuple[Case, list[Turn]]]:
    questions, peers = list(QUESTIONS), list(PEERS)
    return sorted(
        results.turns.items(),
        key=lambda item: (
            questions.index(item[0].question), ROLES.index(item[0].role),
            peers.index(item[0].peer), -item[0].opportunities,
        ),
    )  # fmt: skip


def _measured(case: Case, turns: list[Turn], most: int) -> str:
    fewer = f" (of {case.opportunities:,})" if case.opportunities != most else ""
    answered = [turn for turn in turns if turn.asked.count]
    cells = [
        case.question,
        case.role,
        PEERS[case.peer].title + fewer,
        f"{median([turn.asked.rate for turn in turns]):,.0f}",
        _middle([turn.asked.percentile(50) for turn in answered], 1),
        _middle([turn.asked.percentile(99) for turn in answered], 1),
        _middle([turn.per_request(turn.server_cpu) for turn in answered], 2)
        + " + "
        + _middle([turn.per_request(turn.database_cpu) for turn in answered], 2),
        _middle([turn.each(turn.asked.bytes) / 1024 for turn in answered], 1),
        _middle([turn.each(turn.statements) for turn in answered], 1),
        f"{_failed(turns):,}" if _failed(turns) else "",
    ]
    return "| " + " | ".join(cells) + " |"


def _middle(numbers: Sequence[float], places: int) -> str:
    """A dash where nothing was answered."""
    known = [number for number in numbers if not isnan(number)]
    return f"{median(known):.{places}f}" if known else "–"


def _failed(turns: Sequence[Turn]) -> int:
    return sum(len(turn.asked.failures) for turn in turns)


def _ratios(results: Results, most: int) -> Iterator[str]:
    names = _asked(results, most)
    lines = list[str]()
    for other in OTHERS:
        for role in ROLES:
            cells = [_ratio(results, other, role, name, most) for name in names]
            if any(cells):
                lines.append(f"| {PEERS[other].title}, as {role} | {' | '.join(cells)} |")
    if lines:
        yield f"| pipeline-gql against | {' | '.join(names)} |"
        yield "| --- |" + " --- |" * len(names)
        yield from lines
        yield ""


def _ratio(results: Results, other: str, role: str, name: str, most: int) -> str:
    found = results.ratio(Case("ours", role, name, most), Case(other, role, name, most))
    if found is None:
        return ""
    aim = AIMS.get(other, {}).get(name)
    return f"{found:.2f}" if aim is None else f"{found:.2f} (aim {aim:.2f})"


def _growths(results: Results, most: int) -> Iterator[str]:
    """What should cost the same, though there is more behind it."""
    for case in list(results.turns):
        if case.question == "Q4" and case.opportunities == most:
            first = Case(case.peer, case.role, "Q4-first", most)
            yield from _growth(results, case, first, "a far page against a first one", FAR)
    for case in list(results.turns):
        if case.opportunities != most:
            grown = Case(case.peer, case.role, case.question, most)
            name = f"{case.question} at {most:,} against {case.opportunities:,}"
            yield from _growth(results, grown, case, name, GROWN)


def _growth(results: Results, one: Case, other: Case, name: str, aim: float) -> Iterator[str]:
    slower = results.ratio(other, one)
    dearer = results.ratio(one, other, lambda turn: turn.cpu)
    if slower is not None and dearer is not None:
        yield (
            f"- {PEERS[one.peer].title}, as {one.role}: {name} takes {slower:.2f} times as long"
            f" and {dearer:.2f} times the CPU (aim: at most {aim:.2f})."
        )


def _failures(results: Results) -> Iterator[str]:
    for case, turns in _sorted(results):
        if failed := _failed(turns):
            whole = failed + sum(turn.asked.count for turn in turns)
            why = next(turn.asked.failures[0] for turn in turns if turn.asked.failures)
            yield (
                f"- **{failed:,} of {whole:,} requests failed**: {case.question} as {case.role},"
                f" {PEERS[case.peer].title}, such as `{_words(why)}`."
            )


def _words(failure: bytes) -> str:
    """So much of an answer that a line has room for."""
    return " ".join(failure[:120].decode(errors="replace").replace("`", "'").split())
