"""The queue of mails: one for a notification, claimed by whoever sends it next.

Whoever claims a mail moves it on to a later time first and commits: no transaction is open while
it is sent, and one whose sender was killed is tried again by another when that time has come.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, literal, select
from sqlalchemy.dialects.postgresql import insert

from pipeline_gql.domain.notices import Kind
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.reads.notifications import is_theirs
from pipeline_gql.store.reads.shapes import Scope

LEASE = timedelta(minutes=5)
"""Longer than any sending takes."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent, and the how many-th try it is."""

    notification_id: int
    to: str
    title: str
    text: str | None
    opportunity_id: int | None
    organisation: str
    at: datetime
    tries: int
    lead_id: int | None = None


async def queue(unit: Unit, notification_ids: Collection[int]) -> None:
    """Those whose users did not refuse mail of their kind."""
    told, refusal, mail = models.Notification, models.MailRefusal, models.Mail
    refused = exists().where(
        refusal.org_id == unit.org_id, refusal.user_id == told.user_id, refusal.kind == told.kind
    )
    wanted = select(told.org_id, told.id, literal(unit.now), literal(unit.now)).where(
        told.org_id == unit.org_id, told.id.in_(notification_ids), ~refused
    )
    await unit.session.execute(
        insert(mail).from_select(["org_id", "notification_id", "due_at", "created_at"], wanted)
    )


async def claim(unit: Unit) -> Letter | None:
    """The mail that waits longest, now this caller's for five minutes; None if none is due.

    Mails to who may not (any more) know what they say, or has read it, are dropped instead.
    """
    while (mail := await _next(unit)) is not None:
        mail.tries += 1
        mail.due_at = unit.now + LEASE
        letter = await _letter(unit, mail)
        if letter is not None:
            return letter
        mail.state, mail.ended_at = "DROPPED", unit.now
        await unit.session.flush()
    return None


async def sent(unit: Unit, notification_id: int) -> None:
    await _end(unit, notification_id, "SENT", None)


async def given_up(unit: Unit, notification_id: int, trouble: str) -> None:
    await _end(unit, notification_id, "GIVEN_UP", trouble)


async def put_off(unit: Unit, notification_id: int, until: datetime, trouble: str) -> None:
    """To be tried again then."""
    mail = await unit.session.get(models.Mail, (unit.org_id, notification_id))
    if mail is not None and mail.state == "WAITING":
        mail.due_at, mail.trouble = until, trouble


async def choose(unit: Unit, viewer: Viewer, wanted: dict[Kind, bool]) -> None:
    """Which kinds the viewer wants by mail; the others stay as they are."""
    refusal = models.MailRefusal
    for kind, is_wanted in wanted.items():
        row = {"org_id": unit.org_id, "user_id": viewer.user_id, "kind": kind.value}
        if is_wanted:
            await unit.session.execute(delete(refusal).filter_by(**row))
        else:
            new = insert(refusal).values(**row)
            await unit.session.execute(
                new.on_conflict_do_nothing(index_elements=["org_id", "user_id", "kind"])
            )


async def _end(unit: Unit, notification_id: int, state: str, trouble: str | None) -> None:
    mail = await unit.session.get(models.Mail, (unit.org_id, notification_id))
    if mail is not None:
        mail.state, mail.trouble, mail.ended_at = state, trouble, unit.now


async def _next(unit: Unit) -> models.Mail | None:
    mail = models.Mail
    return await unit.session.scalar(
        select(mail)
        .where(mail.org_id == unit.org_id, mail.state == "WAITING", mail.due_at <= unit.now)
        .order_by(mail.due_at, mail.notification_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def _letter(unit: Unit, mail: models.Mail) -> Letter | None:
    told, user, organisation = models.Notification, models.User, models.Organisation
    found = await unit.session.execute(
        select(told, user, organisation.name)
        .join(user, and_(user.org_id == unit.org_id, user.id == told.user_id))
        .join(organisation, organisation.org_id == unit.org_id)
        .where(told.org_id == unit.org_id, told.id == mail.notification_id, user.is_active)
    )
    row = found.one_or_none()
    if row is None:
        return None
    notification, addressee, name = row
    sight = Role(addressee.role).sight
    scope = Scope(literal(unit.org_id), literal(addressee.id), sight)
    theirs = select(told.id).where(
        told.org_id == unit.org_id, told.id == notification.id, is_theirs(told, scope)
    )
    if await unit.session.scalar(theirs) is None or notification.read_at is not None:
        return None
    return Letter(
        notification.id,
        addressee.email,
        notification.title,
        notification.text,
        notification.opportunity_id,
        name,
        notification.at,
        mail.tries,
        notification.lead_id,
    )
