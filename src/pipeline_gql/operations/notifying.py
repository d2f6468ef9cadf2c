"""Telling users what concerns them: of events, once a day of what has stalled.

Both run in the transaction that moves the job on, so that nothing is told twice or left out.
"""

from collections.abc import Awaitable, Callable, Sequence

from pipeline_gql.domain.notices import Happening, Notice, of_happening
from pipeline_gql.operations.reaching import tell_of_reached
from pipeline_gql.store import models, notifications, outbox, stalling
from pipeline_gql.store.database import Unit

BATCH = 200

Teller = Callable[[Unit, Sequence[Happening]], Awaitable[Sequence[Notice]]]
"""Whom to tell of what follows from events; the same cause twice is told once."""

TELLERS: tuple[Teller, ...] = (tell_of_reached,)


async def tell_of_events(unit: Unit, job: models.Job, *, by_mail: bool) -> bool:
    """Goes on in the feed from where the job stands; whether there may be more."""
    events = await outbox.after(unit, job.cursor, BATCH)
    happenings = [Happening(e.id, e.aggregate, e.aggregate_id, e.payload) for e in events]
    notices = [notice for each in happenings for notice in of_happening(each)]
    for teller in TELLERS:
        notices += await teller(unit, happenings)
    await notifications.tell(unit, notices, by_mail=by_mail)
    if events:
        job.cursor = events[-1].position or job.cursor
    return len(events) == BATCH


async def tell_of_stalled(unit: Unit, *, by_mail: bool) -> bool:
    """Tells of a batch of stalled opportunities, once for each stay; whether there may be more."""
    notices = await stalling.stalled(unit)
    told = await notifications.tell(unit, notices, by_mail=by_mail)
    return bool(told) and len(notices) == stalling.BATCH
