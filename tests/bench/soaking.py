"""One server asked for long, by documents that vary: its memory must not grow with them."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from statistics import mean

from tests.bench.client import ask_for, request
from tests.bench.measuring import memory_mib
from tests.bench.organisation import REGIONS, WORDS
from tests.bench.peers import Running
from tests.bench.questions import QUESTIONS
from tests.bench.running import raw

PARTS = 20
CONNECTIONS = 8
"""As many as the server has slots, so that it has no reason to refuse."""
PATIENCE = 600.0
GROWTH = 1.05
"""How many times as much memory may be held in the last quarter as in the second."""
READS = {"Q1": 300, "Q2": 300, "Q4": 150, "Q4-first": 150, "Q5": 3, "Q6": 20, "Q7": 15}
WRITES = {"Q3": 20, "W2": 20, "W3": 10, "W3s": 12}
OFTEN = READS | WRITES
"""Of a thousand that are asked again and again; what is dear is asked seldom."""
NAMES = ("id", "name", "probability", "currency", "createdAt", "version", "amount", "description")
ORDERS = ("id", "name", "createdAt", "updatedAt", "grandTotal", "probability")


async def soak(running: Running, number: int, tell: Callable[[str], None]) -> tuple[str, bool]:
    """A line for each part, requests so far and the server's resident memory, and whether it
    stayed the same and all was answered."""
    lines = ["| requests | MiB |", "| --- | --- |"]
    random, memory, failures, seconds = Random(), list[float](), list[bytes](), 0.0
    for part in range(1, PARTS + 1):
        varied = _varied(running, random, number // PARTS)
        asked = await ask_for(running.port, varied, PATIENCE, CONNECTIONS)
        memory.append(memory_mib(running.pid))
        failures += asked.failures
        seconds += asked.seconds
        lines.append(f"| {number // PARTS * part:,} | {memory[-1]:.0f} |")
        tell(f"{lines[-1]} {asked.rate:.0f}/s, {len(asked.failures)} failed {asked.failures[:1]}")
    told = _told(memory)
    if failures:
        told += f" **{len(failures):,} failed**, such as `{failures[0].decode(errors='replace')}`."
    lines += ["", f"{seconds / 60:.1f} minutes. {told}"]
    return "\n".join(lines) + "\n", is_flat(memory) and not failures


def is_flat(memory: Sequence[float]) -> bool:
    return _growth(memory) <= GROWTH


def _growth(memory: Sequence[float]) -> float:
    """From the second quarter, when all that is kept is full, to the last."""
    quarter = len(memory) // 4
    return mean(memory[-quarter:]) / mean(memory[quarter : 2 * quarter])


def _told(memory: Sequence[float]) -> str:
    grown = f"{_growth(memory):.3f} times the second quarter's memory in the last quarter"
    return f"Flat: {grown}." if is_flat(memory) else f"**Not flat: {grown}.**"


def _varied(running: Running, random: Random, number: int) -> Iterator[bytes]:
    """A third of them documents that were never asked before, the others the usual ones."""
    names, weights = list(OFTEN), list(OFTEN.values())
    for place in range(number):
        if place % 3:
            yield raw(running, QUESTIONS[random.choices(names, weights)[0]], random)
        else:
            headers = running.peer.headers(running.setting)
            yield request(running.port, {"query": _document(random)}, headers)


def _document(random: Random) -> str:
    fields = " ".join(random.sample(NAMES, random.randrange(1, len(NAMES))))
    alias, first = f"a{random.randrange(10**9)}", random.randrange(1, 100)
    region = random.randrange(REGIONS)
    arguments = [
        f'filters: [{{field: regionName, operation: eq, value: "Region {region}"}}]',
        f"order: {{field: {random.choice(ORDERS)}, direction: desc}}",
        f'search: "{random.choice(WORDS)} {random.choice(WORDS)}"',
    ]
    (asked,) = random.choices(arguments, (10, 10, 1))
    page = f"opportunities(first: {first}, {asked}) {{ nodes {{ {fields} }} }}"
    return f"{{ {alias}: {page} }}"
