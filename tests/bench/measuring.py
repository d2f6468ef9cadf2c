"""What a server and PostgreSQL cost while they are asked: from /proc and pg_stat_statements."""

import asyncio
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import asyncpg

_TICK = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def cpu_seconds(pids: Iterable[int]) -> float:
    """Of processes and what they waited for; those that are gone count in their parent."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICK


def memory_mib(pid: int) -> float:
    """Resident, of a process and all below it."""
    pages = 0
    for each in family(pid):
        try:
            pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def statements(url: str) -> int:
    """All that clients have sent so far, BEGIN, SET and COMMIT among them, but for this."""
    admin = await asyncpg.connect(url)
    try:
        return int(await admin.fetchval(_SENT))
    finally:
        await admin.close()


async def forget_statements(url: str) -> None:
    """Else those of earlier runs might make way for new ones, and be missed in the sum."""
    admin = await asyncpg.connect(url)
    try:
        await admin.execute("SELECT pg_stat_statements_reset()")
    finally:
        await admin.close()


async def told_all(url: str, seconds: float = 2.0) -> None:
    """Waits until our worker is done with what was written, else the next peer would pay for it;
    not for long, since nobody does where ours is not asked."""
    admin = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(seconds):
            while await admin.fetchval(_UNTOLD):  # noqa: ASYNC110 PostgreSQL tells nobody
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass
    finally:
        await admin.close()


_UNTOLD = "SELECT EXISTS (SELECT FROM outbox WHERE position IS NULL)"
_SENT = """SELECT coalesce(sum(calls), 0) FROM pg_stat_statements
WHERE query NOT LIKE '%pg_stat_statements%'"""
