"""The feed: gap-free, in order, complete, however many write and stamp at once."""

import asyncio

from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from pipeline_gql.store.outbox import after, stamp
from tests.organisations import Organisation
from tests.worker.events import feed, write_event


async def stamped(database: Database, organisation: Organisation) -> int:
    async with database.writing(organisation.org_id, tells=False) as unit:
        return await stamp(unit)


async def test_positions_are_gap_free_and_keep_each_records_order_under_concurrent_writers(
    database: Database, organisation: Organisation
) -> None:
    async def change(aggregate: int) -> None:
        for sequence in range(1, 9):
            await write_event(database, organisation, aggregate, sequence)

    async def stamper() -> None:
        while not done.is_set():
            await stamped(database, organisation)

    done = asyncio.Event()
    stampers = [asyncio.create_task(stamper()) for _ in range(2)]
    await asyncio.gather(*(change(aggregate) for aggregate in range(5)))
    done.set()
    await asyncio.gather(*stampers)
    await stamped(database, organisation)

    rows = await feed(database, organisation)
    assert [position for *_, position in rows] == list(range(1, 41))
    for aggregate in range(5):
        assert [s for a, s, _ in rows if a == str(aggregate)] == list(range(1, 9))


async def test_an_organisation_without_a_head_gets_one(
    database: Database, organisation: Organisation
) -> None:
    await write_event(database, organisation, 1, 1)
    async with database.writing(organisation.org_id) as unit:
        head = models.OutboxHead
        await unit.session.execute(head.__table__.delete().where(head.org_id == unit.org_id))
    assert await stamped(database, organisation) == 1
    assert await feed(database, organisation) == [("1", 1, 1)]


async def test_the_feed_is_read_on_from_a_position(
    database: Database, organisation: Organisation
) -> None:
    for sequence in (1, 2, 3):
        await write_event(database, organisation, 1, sequence)
    await stamped(database, organisation)
    await write_event(database, organisation, 1, 4)
    async with database.writing(organisation.org_id) as unit:
        assert [event.sequence for event in await after(unit, 1, 10)] == [2, 3]
        assert [event.sequence for event in await after(unit, 0, 2)] == [1, 2]
