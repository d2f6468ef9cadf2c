"""Tasks and meetings: seen exactly if their opportunity is, locked before they change."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import delete, not_, select

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.problems import not_found
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store import models
from pipeline_gql.store.conditions import mentionable, undeleted, visible
from pipeline_gql.store.database import Unit

Hung = TypeVar("Hung", models.Task, models.Meeting)


async def locked(unit: Unit, viewer: Viewer, table: type[Hung], key: int, path: Path) -> Hung:
    """A task or meeting that the viewer sees, held until the transaction ends. Raises NotFound."""
    statement = (
        select(table)
        .where(table.org_id == unit.org_id, table.id == key, table.deleted_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    row = await unit.session.scalar(statement) if is_key(key) else None
    # Asked apart: whoever waited for a row that was linked elsewhere meanwhile would, in one
    # statement, have it compared with the opportunity that it hung on before.
    if row is None or not await _is_seen(unit, viewer, row.opportunity_id):
        raise not_found(Ref(table.__name__, key), path)
    return row


async def _is_seen(unit: Unit, viewer: Viewer, opportunity_id: int) -> bool:
    opportunity = models.Opportunity
    found = await unit.session.scalar(
        select(opportunity.id).where(
            opportunity.org_id == unit.org_id,
            opportunity.id == opportunity_id,
            undeleted(opportunity),
            visible(opportunity, unit.org_id, viewer.user_id, viewer.sight),
        )
    )
    return found is not None


async def blind(unit: Unit, opportunity_id: int, user_ids: Collection[int]) -> set[int]:
    """Those of the users, as far as they are active, who do not see the opportunity."""
    user, opportunity = models.User, models.Opportunity
    keys = [key for key in user_ids if is_key(key)]
    if not keys:
        return set()
    found = await unit.session.scalars(
        select(user.id).where(
            user.org_id == unit.org_id,
            user.id.in_(keys),
            user.is_active,
            opportunity.org_id == unit.org_id,
            opportunity.id == opportunity_id,
            not_(mentionable(opportunity, unit.org_id, user)),
        )
    )
    return set(found)


async def add(unit: Unit, row: models.Task | models.Meeting) -> None:
    """Stores a new row and so gives it its id."""
    unit.session.add(row)
    await unit.session.flush()


async def has_open_task(unit: Unit, opportunity_id: int, title: str) -> bool:
    """Whether a task of that title hangs on the opportunity and is to be done still."""
    task = models.Task
    found = await unit.session.scalar(
        select(task.id)
        .where(
            task.org_id == unit.org_id,
            task.opportunity_id == opportunity_id,
            task.title == title,
            task.done_at.is_(None),
            task.deleted_at.is_(None),
        )
        .limit(1)
    )
    return found is not None


_ATTENDING: Mapping[str, Any] = {
    "user_ids": models.MeetingUser.user_id,
    "contact_ids": models.MeetingContact.contact_id,
}


async def attending(unit: Unit, meeting_id: int, name: str) -> list[int]:
    """Who takes part in a meeting, by id; `name` is `user_ids` or `contact_ids`."""
    column = _ATTENDING[name]
    link = column.class_
    rows = await unit.session.scalars(
        select(column)
        .where(link.org_id == unit.org_id, link.meeting_id == meeting_id)
        .order_by(column)
    )
    return list(rows)


async def set_attending(unit: Unit, meeting_id: int, name: str, keys: Iterable[int]) -> None:
    """Exactly these take part."""
    column = _ATTENDING[name]
    link = column.class_
    wanted, had = set(keys), set(await attending(unit, meeting_id, name))
    if gone := had - wanted:
        await unit.session.execute(
            delete(link).where(
                link.org_id == unit.org_id, link.meeting_id == meeting_id, column.in_(gone)
            )
        )
    unit.session.add_all(
        link(org_id=unit.org_id, meeting_id=meeting_id, **{column.key: key})
        for key in sorted(wanted - had)
    )
    await unit.session.flush()
