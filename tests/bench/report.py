"""The table for the README."""

import os
import platform
from collections.abc import Iterator, Sequence
from statistics import median

from tests.bench.peers import PEERS
from tests.bench.questions import QUESTIONS
from tests.bench.running import Results, Turn

OTHERS = [name for name in PEERS if name != "ours"]
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
)


def table(results: Results, command: str, opportunities: int) -> str:
    return "\n".join(_lines(results, command, opportunities)) + "\n"


def _lines(results: Results, command: str, opportunities: int) -> Iterator[str]:
    cores = len(os.sched_getaffinity(0))
    yield (
        f"`{command}`: {opportunities:,} opportunities in 20 organisations, 16 connections, "
        f"{cores} processors ({platform.machine()}) for servers, database and client together. "
        "Medians over rounds; ratios are medians of the ratios within a round. Statements: with "
        "BEGIN, SET and COMMIT."
    )
    yield ""
    yield f"| {' | '.join(HEAD)} |"
    yield "|" + " --- |" * len(HEAD)
    for (peer, role, question), turns in _sorted(results):
        yield _measured(peer, role, question, turns)
    yield ""
    yield "| pipeline-gql against | " + " | ".join(_asked(results)) + " |"
    yield "| --- |" + " --- |" * len(_asked(results))
    for other in OTHERS:
        for role in ("admin", "member"):
            ratios = [results.ratio("ours", other, role, name) for name in _asked(results)]
            own = any((other, role, name) in results.turns for name in _asked(results))
            if own and any(ratio is not None for ratio in ratios):
                cells = " | ".join("" if ratio is None else f"{ratio:.2f}" for ratio in ratios)
                yield f"| {PEERS[other].title}, as {role} | {cells} |"


def _asked(results: Results) -> Sequence[str]:
    asked = {question for _, _, question in results.turns}
    return [name for name in QUESTIONS if name in asked]


def _sorted(results: Results) -> Iterator[tuple[tuple[str, str, str], list[Turn]]]:
    order = list(QUESTIONS), ["admin", "member"], list(PEERS)
    yield from sorted(
        results.turns.items(),
        key=lambda item: (
            order[0].index(item[0][2]), order[1].index(item[0][1]), order[2].index(item[0][0])
        ),
    )  # fmt: skip


def _measured(peer: str, role: str, question: str, turns: list[Turn]) -> str:
    failures = sum(len(turn.asked.failures) for turn in turns)
    cells = [
        question,
        role,
        PEERS[peer].title + (f" ({failures} refused)" if failures else ""),
        f"{median([turn.asked.rate for turn in turns]):,.0f}",
        f"{median([turn.asked.percentile(50) for turn in turns]):.1f}",
        f"{median([turn.asked.percentile(99) for turn in turns]):.1f}",
        f"{median([turn.per_request(turn.server_cpu) for turn in turns]):.2f} + "
        f"{median([turn.per_request(turn.database_cpu) for turn in turns]):.2f}",
        f"{median([turn.each(turn.asked.bytes) / 1024 for turn in turns]):.1f}",
        f"{median([turn.each(turn.statements) for turn in turns]):.1f}",
    ]
    return "| " + " | ".join(cells) + " |"
