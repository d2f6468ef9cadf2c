"""One server asked for long, by documents that vary: its memory must not grow with them."""

from collections.abc import Callable, Iterator
from random import Random

from tests.bench.client import ask_for, request
from tests.bench.measuring import memory_mib
from tests.bench.peers import Running
from tests.bench.questions import READS, REGIONS

PARTS = 20
NAMES = ("id", "name", "probability", "currency", "createdAt", "version", "amount", "description")


async def soak(running: Running, number: int, tell: Callable[[str], None]) -> str:
    """A line for each part: requests so far, and the server's resident memory."""
    lines = ["| requests | MiB |", "| --- | --- |"]
    random = Random(1)
    for part in range(1, PARTS + 1):
        made = list(_varied(running, random, number // PARTS))
        asked = await ask_for(running.port, made, 3_600, 16)
        assert not asked.failures, asked.failures[:2]
        lines.append(f"| {number // PARTS * part:,} | {memory_mib(running.pid):.0f} |")
        tell(lines[-1])
    return "\n".join(lines) + "\n"


def _varied(running: Running, random: Random, number: int) -> Iterator[bytes]:
    """Half of them the usual questions, half documents that were never asked before."""
    setting = running.setting
    for place in range(number):
        if place % 2:
            question = random.choice(READS)
            variables = question.variables(setting.loaded, random)
            body = running.peer.body(setting, question, variables)
        else:
            body = {"query": _document(random)}
        yield request(running.port, body, running.peer.headers(setting))


def _document(random: Random) -> str:
    fields = " ".join(random.sample(NAMES, random.randrange(1, len(NAMES))))
    alias, region = f"a{random.randrange(10**9)}", random.randrange(REGIONS)
    conditions = f'[{{field: regionName, operation: eq, value: "Region {region}"}}]'
    first = random.randrange(1, 100)
    page = f"opportunities(first: {first}, filters: {conditions}) {{ nodes {{ {fields} }} }}"
    return f"{{ {alias}: {page} }}"
