"""Workers in this process, and waiting for what they bring about."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from pipeline_gql.metrics import Work
from pipeline_gql.store.database import Database
from pipeline_gql.worker import Worker
from pipeline_gql.worker.jobs import Job, jobs

JOBS = jobs(by_mail=False)


@asynccontextmanager
async def working(
    database: Database, jobs: Sequence[Job] = JOBS, many: int = 1, sweep: float = 0.02
) -> AsyncGenerator[None]:
    workers = [Worker(database, Work(), pause=0.02, sweep=sweep, jobs=jobs) for _ in range(many)]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    yield
    for worker in workers:
        worker.stop()
    await asyncio.gather(*tasks)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(1000):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come about")
