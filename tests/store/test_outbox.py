"""The feed: gap-free, in order, complete, however many write and stamp at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy import func, insert, select, update

from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from pipeline_gql.store.outbox import keep_feed, purge_keys, stamp
from tests.organisations import Organisation
from tests.server import DatabaseUrls


async def write_event(
    database: Database, organisation: Organisation, aggregate: int, sequence: int
) -> None:
    async with database.writing(organisation.org_id) as unit:
        unit.session.add(
            models.Outbox(
                org_id=unit.org_id,
                aggregate="Account",
                aggregate_id=str(aggregate),
                sequence=sequence,
                type="AccountChanged",
                payload={},
                created_at=unit.now,
            )
        )
        await unit.session.flush()
        # Commits in another order than the ids were given in.
        await asyncio.sleep(0.01 * ((aggregate * 7 + sequence) % 4))


async def feed(database: Database, organisation: Organisation) -> list[tuple[str, int, int | None]]:
    async with database.writing(organisation.org_id) as unit:
        rows = await unit.session.execute(
            select(models.Outbox.aggregate_id, models.Outbox.sequence, models.Outbox.position)
            .where(models.Outbox.org_id == unit.org_id)
            .order_by(models.Outbox.position)
        )
        return [tuple(row) for row in rows]


async def test_positions_are_gap_free_and_keep_each_records_order_under_concurrent_writers(
    database: Database, organisation: Organisation
) -> None:
    async def change(aggregate: int) -> None:
        for sequence in range(1, 9):
            await write_event(database, organisation, aggregate, sequence)

    async def stamper() -> None:
        while not done.is_set():
            await stamp(database, organisation.org_id)

    done = asyncio.Event()
    stampers = [asyncio.create_task(stamper()) for _ in range(2)]
    await asyncio.gather(*(change(aggregate) for aggregate in range(5)))
    done.set()
    await asyncio.gather(*stampers)
    await stamp(database, organisation.org_id)

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
    assert await stamp(database, organisation.org_id) == 1
    assert await feed(database, organisation) == [("1", 1, 1)]


async def test_the_feed_is_kept_in_the_background(
    database: Database, organisation: Organisation, second_organisation: Organisation
) -> None:
    keeper = asyncio.create_task(keep_feed(database, pause=0.02))
    await write_event(database, organisation, 1, 1)
    await write_event(database, second_organisation, 1, 1)
    for _ in range(100):
        await asyncio.sleep(0.02)
        stamped = [await feed(database, o) for o in (organisation, second_organisation)]
        if stamped == [[("1", 1, 1)], [("1", 1, 1)]]:
            break
    keeper.cancel()
    assert stamped == [[("1", 1, 1)], [("1", 1, 1)]]


async def test_the_feed_outlives_a_database_that_refuses_it_for_a_while(
    database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    administrator = await asyncpg.connect(urls.admin)
    await administrator.execute("REVOKE SELECT ON organisation_id FROM pipeline_app")
    keeper = asyncio.create_task(keep_feed(database, pause=0.02, sweep=0.02))
    await asyncio.sleep(0.1)
    await administrator.execute("GRANT SELECT ON organisation_id TO pipeline_app")
    await administrator.close()
    await write_event(database, organisation, 1, 1)
    await asyncio.sleep(0.2)
    keeper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeper
    assert await feed(database, organisation) == [("1", 1, 1)]


async def test_keys_older_than_seven_days_are_forgotten(
    database: Database, organisation: Organisation
) -> None:
    key = models.IdempotencyKey
    async with database.writing(organisation.org_id) as unit:
        for name in ("old", "new"):
            await unit.session.execute(
                insert(key).values(
                    org_id=unit.org_id,
                    actor_id=organisation.admin.user_id,
                    key=name,
                    path="account.create",
                    fingerprint=b"x",
                )
            )
        past = datetime.now(UTC) - timedelta(days=7, seconds=1)
        await unit.session.execute(
            update(key).where(key.org_id == unit.org_id, key.key == "old").values(created_at=past)
        )
    assert await purge_keys(database, organisation.org_id) == 1
    async with database.writing(organisation.org_id) as unit:
        assert await unit.session.scalar(select(func.min(key.key))) == "new"
