"""Workers as processes of their own, killed at any point."""

import asyncio
import random
import signal

from pipeline_gql.store.database import Database
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.worker.events import feed, write_event
from tests.worker.processes import processes
from tests.worker.telling import told


async def test_whichever_worker_is_killed_the_others_number_and_tell_every_event_once(
    database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    concerned = {"assigned": [2, 3], "actor": 1}

    async def write() -> None:
        for sequence in range(1, 61):
            await asyncio.gather(
                *(
                    write_event(database, organisation, each, sequence, concerned)
                    for each in range(5)
                )
            )

    chance = random.Random(5)
    with processes(urls, many=3) as workers:
        writing = asyncio.create_task(write())
        for worker in workers[:2]:
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            code, _ = await asyncio.to_thread(worker.end, signal.SIGKILL)
            assert code == -signal.SIGKILL
        await writing
        for _ in range(2_000):
            # In this order: who was told was told of what has its number.
            known = await told(database, organisation)
            rows = await feed(database, organisation)
            if len(known) >= 600:
                break
            await asyncio.sleep(0.02)
    assert [position for *_, position in rows] == list(range(1, 301))
    for aggregate in range(5):
        assert [s for a, s, _ in rows if a == str(aggregate)] == list(range(1, 61))
    causes = {cause for *_, cause in known}
    assert len(causes) == 300
    assert known == sorted((user, "ASSIGNED", cause) for user in (2, 3) for cause in causes)


async def test_a_worker_that_is_asked_to_end_ends_in_order(
    database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    with processes(urls) as (worker,):
        await write_event(database, organisation, 1, 1)
        code, logged = await asyncio.to_thread(worker.end, signal.SIGTERM)
    assert (code, logged) == (0, "")
