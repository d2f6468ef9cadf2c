"""Workers as processes of their own, killed at any point."""

import asyncio
import random
import signal

from pipeline_gql.store.database import Database
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.worker.events import feed, write_event
from tests.worker.processes import processes


async def test_whichever_worker_is_killed_the_others_number_every_event_once(
    database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    async def write() -> None:
        for sequence in range(1, 61):
            await asyncio.gather(
                *(write_event(database, organisation, each, sequence) for each in range(5))
            )

    chance = random.Random(5)
    with processes(urls, many=3) as workers:
        writing = asyncio.create_task(write())
        for worker in workers[:2]:
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            code, _ = await asyncio.to_thread(worker.end, signal.SIGKILL)
            assert code == -signal.SIGKILL
        await writing
        for _ in range(500):
            rows = await feed(database, organisation)
            if all(position is not None for *_, position in rows):
                break
            await asyncio.sleep(0.02)
    assert [position for *_, position in rows] == list(range(1, 301))
    for aggregate in range(5):
        assert [s for a, s, _ in rows if a == str(aggregate)] == list(range(1, 61))


async def test_a_worker_that_is_asked_to_end_ends_in_order(
    database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    with processes(urls) as (worker,):
        await write_event(database, organisation, 1, 1)
        code, logged = await asyncio.to_thread(worker.end, signal.SIGTERM)
    assert (code, logged) == (0, "")
