"""The feed's order, given after commit, and what is forgotten with time.

Events are written without a position. Numbering them in the writing transaction would let a
reader pass a number whose transaction has not committed yet; so one stamper at a time, under a
lock per tenant, numbers what it can see.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store import models
from pipeline_gql.store.constraints import Serialization
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.directory import organisation_ids

BATCH = 1_000
KEYS_KEPT = timedelta(days=7)

_log = logging.getLogger(__name__)

Job = Callable[[Database, UUID], Awaitable[int]]


async def stamp(database: Database, org_id: UUID) -> int:
    """Numbers up to a thousand unnumbered events of one organisation; how many there were."""
    event, head = models.Outbox, models.OutboxHead
    async with database.writing(org_id, deadline=10, tells=False) as unit:
        last = await _locked_position(unit)
        waiting = (
            select(event.id, event.sequence)
            .where(event.org_id == org_id, event.position.is_(None))
            .order_by(event.sequence, event.id)
            .limit(BATCH)
            .subquery()
        )
        place = func.row_number().over(order_by=(waiting.c.sequence, waiting.c.id))
        numbered = select(waiting.c.id, (place + last).label("position")).subquery()
        stamped = await unit.session.execute(
            update(event)
            .where(event.org_id == org_id, event.id == numbered.c.id)
            .values(position=numbered.c.position)
            .returning(event.id)
            .execution_options(synchronize_session=False)
        )
        count = len(stamped.all())
        if count:
            await unit.session.execute(
                update(head).where(head.org_id == org_id).values(position=last + count)
            )
    return count


async def _locked_position(unit: Unit) -> int:
    """The feed's last position; whoever has it stamps alone until the transaction ends."""
    head = models.OutboxHead
    question = select(head.position).where(head.org_id == unit.org_id).with_for_update()
    last = await unit.session.scalar(question)
    if last is not None:
        return last
    await unit.session.execute(
        insert(head).values(org_id=unit.org_id).on_conflict_do_nothing(index_elements=["org_id"])
    )
    return await unit.session.scalar(question) or 0


async def purge_keys(database: Database, org_id: UUID) -> int:
    """Forgets idempotency keys older than seven days; how many there were."""
    key = models.IdempotencyKey
    async with database.writing(org_id, deadline=10, tells=False) as unit:
        gone = await unit.session.execute(
            delete(key)
            .where(key.org_id == org_id, key.created_at < unit.now - KEYS_KEPT)
            .returning(key.key)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())


async def keep_feed(database: Database, *, pause: float = 0.5, sweep: float = 60.0) -> None:
    """Runs until cancelled: stamps where this process wrote, now and then everywhere.

    `pause` and `sweep` are seconds; several processes may run it at once.
    """
    due = 0.0
    while True:
        organisations = database.take_written()
        if time.monotonic() >= due:
            organisations |= set(await _listed(database))
            due = time.monotonic() + sweep
            await _each(purge_keys, database, organisations)
        await _each(stamp, database, organisations)
        await asyncio.sleep(pause)


async def _each(job: Job, database: Database, organisations: set[UUID]) -> None:
    for org_id in sorted(organisations):
        try:
            while await job(database, org_id) == BATCH:
                pass
        except (TryAgain, Serialization):
            database.note_written(org_id)
        except Exception:
            # One organisation's trouble must not stop the feeds of the others.
            _log.exception("the feed of %s was not stamped", org_id)


async def _listed(database: Database) -> list[UUID]:
    try:
        return await organisation_ids(database)
    except TryAgain:
        return []
    except Exception:
        # The feed outlives whatever is wrong with the database for a while.
        _log.exception("the organisations could not be listed")
        return []
