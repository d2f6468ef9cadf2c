"""The feed's order, given after commit.

Events are written without a position. Numbering them in the writing transaction would let a
reader pass a number whose transaction has not committed yet; so one stamper at a time, under a
lock per tenant, numbers what it can see.
"""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

BATCH = 1_000


async def stamp(unit: Unit) -> int:
    """Numbers up to a thousand unnumbered events; how many there were."""
    event, head = models.Outbox, models.OutboxHead
    last = await _locked_position(unit)
    waiting = (
        select(event.id, event.sequence)
        .where(event.org_id == unit.org_id, event.position.is_(None))
        .order_by(event.sequence, event.id)
        .limit(BATCH)
        .subquery()
    )
    place = func.row_number().over(order_by=(waiting.c.sequence, waiting.c.id))
    numbered = select(waiting.c.id, (place + last).label("position")).subquery()
    stamped = await unit.session.execute(
        update(event)
        .where(event.org_id == unit.org_id, event.id == numbered.c.id)
        .values(position=numbered.c.position)
        .returning(event.id)
        .execution_options(synchronize_session=False)
    )
    count = len(stamped.all())
    if count:
        await unit.session.execute(
            update(head).where(head.org_id == unit.org_id).values(position=last + count)
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


async def after(unit: Unit, position: int, most: int) -> Sequence[models.Outbox]:
    """The events that follow a position of the feed, in its order."""
    event = models.Outbox
    found = await unit.session.scalars(
        select(event)
        .where(event.org_id == unit.org_id, event.position > position)
        .order_by(event.position)
        .limit(most)
    )
    return found.all()
