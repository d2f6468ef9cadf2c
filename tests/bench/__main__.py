"""`python -m tests.bench`: loads the rows, starts the servers, asks them in turns, writes tables.

Q1 to Q4 unless told otherwise; `--full` asks everything as both roles, `--large` does it on
2,000,000 opportunities, with ours on 200,000 beside them, and `--soak` asks ours alone 50,000
times and watches its memory.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests.bench import dataset
from tests.bench.agreeing import agree
from tests.bench.peers import PEERS
from tests.bench.peers.peer import Running, Setting, running
from tests.bench.questions import QUESTIONS
from tests.bench.report import table
from tests.bench.running import Course, rounds
from tests.bench.soaking import soak

FIRST = ("Q1", "Q2", "Q4", "Q4-first", "Q3")
GROWING = ("Q1", "Q2", "Q4")
"""What is asked of fewer rows, too, to see what ten times as many cost."""
USUAL, LARGE = 200_000, 2_000_000
_say = Console(stderr=True)


def main() -> None:
    asked = _arguments()
    with ExitStack() as stack:
        setting = _loaded(stack, asked, asked.opportunities)
        there = list(_started(stack, asked.peers, setting, asked.roles))
        if asked.large and not asked.soak:
            few = _loaded(stack, asked, max(asked.opportunities // 10, 1))
            there += [
                replace(each, only=GROWING)
                for each in _started(stack, ["ours"], few, asked.roles[:1])
            ]
        told, is_good = asyncio.run(_measure(asked, there))
    asked.out.write(told)
    if not is_good:
        raise SystemExit(1)


def _loaded(stack: ExitStack, asked: argparse.Namespace, opportunities: int) -> Setting:
    """A PostgreSQL of its own with so many."""
    folder = asked.folder / str(opportunities)
    folder.mkdir(parents=True, exist_ok=True)
    embedded = stack.enter_context(dataset.server(folder))
    with Progress(console=_say) as progress:
        task = progress.add_task(f"{opportunities:,} opportunities", total=opportunities)
        tell = partial(progress.advance, task)
        loaded = asyncio.run(dataset.loaded(embedded, opportunities, tell))
        progress.update(task, completed=opportunities)
    pid = embedded.status().pid
    assert pid
    return Setting(loaded, embedded.urls(), asked.folder, "admin", pid)


def _started(
    stack: ExitStack, peers: Sequence[str], setting: Setting, roles: Sequence[str]
) -> Iterator[Running]:
    """Their servers, one for each role unless one serves all."""
    for name, peer in PEERS.items():
        known: Running | None = None
        for role in roles:
            if name in peers and role in peer.roles:
                here = replace(setting, role=role)
                if known and peer.serves_all:
                    yield replace(known, setting=here)
                else:
                    known = stack.enter_context(running(peer, here))
                    yield known


async def _measure(asked: argparse.Namespace, there: Sequence[Running]) -> tuple[str, bool]:
    """What is to be told, and whether all is well."""
    if asked.soak:
        return await soak(there[0], asked.soak, _say.print)
    course = Course(
        there, [QUESTIONS[each] for each in asked.questions], asked.rounds, asked.seconds
    )
    await agree(there, course.questions)
    _say.print(f"all answers are equal; the rounds take about {course.minutes:.0f} minutes")
    found = await rounds(course, _say.print)
    command = "python -m tests.bench " + " ".join(sys.argv[1:])
    return table(found, course, command.strip()), True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every question, as both roles")
    parser.add_argument("--large", action="store_true", help="on 2,000,000 opportunities")
    parser.add_argument("--soak", nargs="?", type=int, const=50_000, help="ask ours so often")
    parser.add_argument("--opportunities", type=int, help="how many, instead of 200,000")
    parser.add_argument("--questions", nargs="+", choices=list(QUESTIONS), default=FIRST)
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--roles", nargs="+", choices=["admin", "member"], default=["admin"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each turn")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/pipeline-gql-bench"))
    parser.add_argument("--out", type=argparse.FileType("w"), default=sys.stdout)
    asked = parser.parse_args()
    asked.opportunities = asked.opportunities or (LARGE if asked.large else USUAL)
    if asked.full:
        asked.questions, asked.roles = list(QUESTIONS), ["admin", "member"]
    if asked.soak:
        asked.peers, asked.roles = ["ours"], ["admin"]
    return asked


if __name__ == "__main__":
    main()
