"""What is forgotten with time, a thousand rows in a transaction."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

BATCH = 1_000
KEYS_KEPT = timedelta(days=7)
MAILS_KEPT = timedelta(days=30)
NOTIFICATIONS_KEPT = timedelta(days=180)
TOLD_BY_EVENTS = ("ASSIGNED", "MENTIONED")
"""The others are told again if nobody remembers that they were told: they are kept."""


async def purge(unit: Unit) -> bool:
    """Forgets a batch of each kind; whether there may be more."""
    gone = [await purge_keys(unit), await purge_mails(unit), await purge_notifications(unit)]
    return max(gone) >= BATCH


async def purge_keys(unit: Unit) -> int:
    """Forgets idempotency keys older than seven days; how many there were."""
    key = models.IdempotencyKey
    old = (key.org_id == unit.org_id, key.created_at < unit.now - KEYS_KEPT)
    return await _purged(unit, key, (key.actor_id, key.key, key.path), old)


async def purge_mails(unit: Unit) -> int:
    """Forgets mails that ended thirty days ago, however they did; how many there were."""
    mail = models.Mail
    old = (mail.org_id == unit.org_id, mail.ended_at < unit.now - MAILS_KEPT)
    return await _purged(unit, mail, (mail.notification_id,), old)


async def purge_notifications(unit: Unit) -> int:
    """Forgets what events told half a year ago, unless its mail is remembered yet."""
    told, mail = models.Notification, models.Mail
    mailed = select(mail.notification_id).where(mail.org_id == unit.org_id)
    old = (
        told.org_id == unit.org_id,
        told.at < unit.now - NOTIFICATIONS_KEPT,
        told.kind.in_(TOLD_BY_EVENTS),
        told.id.not_in(mailed),
    )
    return await _purged(unit, told, (told.id,), old)


async def _purged(
    unit: Unit, table: type[models.Tenant], key: tuple[Any, ...], old: tuple[Any, ...]
) -> int:
    some = select(*key).where(*old).limit(BATCH)
    gone = await unit.session.execute(
        delete(table)
        .where(table.org_id == unit.org_id, tuple_(*key).in_(some))
        .returning(key[0])
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
