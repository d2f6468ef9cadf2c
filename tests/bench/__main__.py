"""`python -m tests.bench`: loads the rows, starts the servers, asks them in turns, writes a table.

Q1 to Q4 unless told otherwise; `--full` asks everything, `--large` does it on 2,000,000
opportunities, `--soak` asks ours alone 50,000 times and watches its memory.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests.bench import dataset
from tests.bench.dataset import Loaded
from tests.bench.peers import PEERS
from tests.bench.peers.peer import Running, Setting, running
from tests.bench.questions import QUESTIONS, Question
from tests.bench.report import table
from tests.bench.running import agree, rounds
from tests.bench.soaking import soak

FIRST = ("Q1", "Q2", "Q3", "Q4")
USUAL, LARGE = 200_000, 2_000_000
_say = Console(stderr=True)


def main() -> None:
    asked = _arguments()
    folder = asked.folder / str(asked.opportunities)
    folder.mkdir(parents=True, exist_ok=True)
    with dataset.server(folder) as embedded:
        with Progress(console=_say) as progress:
            task = progress.add_task("opportunities", total=asked.opportunities)
            tell = lambda count: progress.advance(task, count)  # noqa: E731
            loaded = asyncio.run(dataset.loaded(embedded, asked.opportunities, tell))
        status = embedded.status()
        assert status.pid
        with ExitStack() as stack:
            setting = {role: Setting(loaded, embedded.urls(), asked.folder, role)
                       for role in asked.roles}  # fmt: skip
            there = [
                stack.enter_context(running(peer, setting[role]))
                for role in asked.roles
                for name, peer in PEERS.items()
                if role in peer.roles and name in asked.peers
            ]
            told = asyncio.run(_measure(asked, loaded, there, status.pid))
    asked.out.write(told)


async def _measure(
    asked: argparse.Namespace, loaded: Loaded, there: Sequence[Running], database: int
) -> str:
    if asked.soak:
        return await soak(there[0], asked.soak, _say.print)
    questions: list[Question] = [QUESTIONS[name] for name in asked.questions]
    await agree(there, questions)
    _say.print("all answers are equal")
    found = await rounds(there, questions, asked.rounds, asked.seconds, database, _say.print)
    command = "python -m tests.bench " + " ".join(sys.argv[1:])
    return table(found, command.strip(), loaded.opportunities)


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
