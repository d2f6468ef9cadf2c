"""Notifications: told once, to those who may know; read by whom they are for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, and_, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from pipeline_gql.domain.notices import Notice, title_of
from pipeline_gql.domain.viewer import Role, Sight, Viewer
from pipeline_gql.store import mails, models
from pipeline_gql.store.conditions import LEAD, undeleted, visible
from pipeline_gql.store.database import Unit
from pipeline_gql.store.reads.notifications import is_theirs
from pipeline_gql.store.reads.shapes import Scope

SEE_ALL = [role.value for role in Role if role.sight is Sight.ALL]
BATCH = 500
_ONCE = ("org_id", "user_id", "kind", "cause")

Told = tuple[int, int | None, int | None]
"""A user, and the opportunity or the lead that it is about."""


async def tell(unit: Unit, notices: Sequence[Notice], *, by_mail: bool) -> int:
    """Tells those who are active and see what it is about, and have not been told; how many.

    `by_mail` puts what they want by mail into the queue, too.
    """
    told = 0
    for start in range(0, len(notices), BATCH):
        told += await _tell(unit, notices[start : start + BATCH], by_mail)
    return told


async def _tell(unit: Unit, notices: Sequence[Notice], by_mail: bool) -> int:
    allowed = await _allowed(unit, notices)
    notices = [each for each in notices if _told(each) in allowed]
    if not notices:
        return 0
    actors = await _names(unit, models.User, {each.actor_id for each in notices})
    deals = await _names(unit, models.Opportunity, {each.opportunity_id for each in notices})
    leads = await _names(unit, models.Lead, {each.lead_id for each in notices})
    rows = [
        _row(
            each, actors.get(each.actor_id), deals.get(each.opportunity_id, leads.get(each.lead_id))
        )
        | {"org_id": unit.org_id, "at": unit.now}
        for each in notices
    ]
    told = models.Notification
    new = insert(told).values(rows).on_conflict_do_nothing(index_elements=_ONCE)
    ids = [row.id for row in await unit.session.execute(new.returning(told.id))]
    if by_mail and ids:
        await mails.queue(unit, ids)
    return len(ids)


def _told(notice: Notice) -> Told:
    return notice.user_id, notice.opportunity_id, notice.lead_id


def _row(notice: Notice, actor: str | None, about: str | None) -> dict[str, Any]:
    return {
        "user_id": notice.user_id,
        "kind": notice.kind.value,
        "cause": notice.cause,
        "title": title_of(notice, actor, about),
        "text": notice.text,
        "opportunity_id": notice.opportunity_id,
        "lead_id": notice.lead_id,
        "comment_id": notice.comment_id,
        "task_id": notice.task_id,
    }


async def _allowed(unit: Unit, notices: Sequence[Notice]) -> set[Told]:
    """Those of them whose user is active and sees what it is about, if anything."""
    asked = {_told(each) for each in notices}
    numbers = [literal([told[side] for told in asked], ARRAY(BigInteger)) for side in range(3)]
    wanted: Any = func.unnest(*numbers).table_valued(
        "user_id", "opportunity_id", "lead_id", name="wanted"
    )
    wanted = wanted.render_derived(name="wanted")
    user, deal, lead = models.User, models.Opportunity, models.Lead
    sees_all = user.role.in_(SEE_ALL)
    sees_deal = or_(sees_all, visible(deal, unit.org_id, user.id, Sight.OWN))
    sees_lead = or_(sees_all, visible(lead, unit.org_id, user.id, Sight.OWN, LEAD))
    found = await unit.session.execute(
        select(wanted.c.user_id, wanted.c.opportunity_id, wanted.c.lead_id)
        .select_from(wanted)
        .join(user, and_(user.org_id == unit.org_id, user.id == wanted.c.user_id))
        .outerjoin(deal, and_(deal.org_id == unit.org_id, deal.id == wanted.c.opportunity_id))
        .outerjoin(lead, and_(lead.org_id == unit.org_id, lead.id == wanted.c.lead_id))
        .where(
            user.is_active,
            or_(
                wanted.c.opportunity_id.is_(None),
                and_(deal.id.is_not(None), undeleted(deal), sees_deal),
            ),
            or_(wanted.c.lead_id.is_(None), and_(lead.id.is_not(None), sees_lead)),
        )
    )
    return {(row.user_id, row.opportunity_id, row.lead_id) for row in found}


async def _names(
    unit: Unit,
    table: type[models.User | models.Opportunity | models.Lead],
    keys: Collection[int | None],
) -> Mapping[int | None, str]:
    found = await unit.session.execute(
        select(table.id, table.name).where(
            table.org_id == unit.org_id, table.id.in_([key for key in keys if key is not None])
        )
    )
    return {row.id: row.name for row in found}


async def seen(unit: Unit, viewer: Viewer, ids: Collection[int]) -> set[int]:
    """Those of the ids that name notifications for the viewer."""
    told = models.Notification
    found = await unit.session.scalars(
        select(told.id).where(
            told.org_id == unit.org_id, told.id.in_(ids), is_theirs(told, _scope(viewer))
        )
    )
    return set(found)


async def mark_read(unit: Unit, viewer: Viewer, ids: Collection[int]) -> None:
    """What was read already stays read since then."""
    await _mark(unit, viewer, models.Notification.id.in_(ids))


async def mark_read_before(unit: Unit, viewer: Viewer, moment: datetime) -> None:
    await _mark(unit, viewer, models.Notification.at < moment)


async def _mark(unit: Unit, viewer: Viewer, which: Any) -> None:
    told = models.Notification
    await unit.session.execute(
        update(told)
        .where(
            told.org_id == unit.org_id,
            told.user_id == viewer.user_id,
            told.read_at.is_(None),
            which,
        )
        .values(read_at=unit.now)
        .execution_options(synchronize_session=False)
    )


def _scope(viewer: Viewer) -> Scope:
    return Scope(literal(viewer.org_id), literal(viewer.user_id), viewer.sight)
