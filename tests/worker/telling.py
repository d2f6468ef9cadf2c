"""Events told as the worker tells them, and what their users then see."""

from typing import Any

from sqlalchemy import select

from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.operations.notifying import tell_of_events, tell_of_stalled
from pipeline_gql.store import jobs, models, outbox
from pipeline_gql.store.database import Database
from pipeline_gql.store.jobs import NOTIFY
from tests.api.asking import Ask
from tests.organisations import Organisation

FIELDS = "id kind at readAt title text opportunity { id } lead { id } mailState"
LISTED = f"notifications(orderBy: [{{field: id}}]) {{ nodes {{ {FIELDS} }} }}"
TOLD = f"{{ viewer {{ unreadCount {LISTED} }} }}"


async def tell(database: Database, organisation: Organisation, *, by_mail: bool = False) -> None:
    """What the jobs do between them, once."""
    async with database.writing(organisation.org_id, tells=False) as unit:
        await outbox.stamp(unit)
    async with database.writing(organisation.org_id, tells=False) as unit:
        job = await jobs.claimed(unit, NOTIFY)
        assert job is not None
        assert not await tell_of_events(unit, job, by_mail=by_mail)


async def scan(database: Database, organisation: Organisation) -> None:
    async with database.writing(organisation.org_id, tells=False) as unit:
        assert not await tell_of_stalled(unit, by_mail=False)


async def seen_by(ask: Ask, viewer: Viewer | Role) -> list[dict[str, Any]]:
    """The notifications that somebody reads, whose unread ones are counted right."""
    answered = await ask(TOLD, role=viewer)
    assert "errors" not in answered, answered
    read = answered["data"]["viewer"]
    nodes = read["notifications"]["nodes"]
    assert read["unreadCount"] == len([each for each in nodes if each["readAt"] is None])
    return nodes


async def titles(ask: Ask, viewer: Viewer | Role) -> list[str]:
    return [each["title"] for each in await seen_by(ask, viewer)]


async def told(database: Database, organisation: Organisation) -> list[tuple[int, str, str]]:
    """User, kind and cause of everything that was told."""
    row = models.Notification
    async with database.writing(organisation.org_id, tells=False) as unit:
        found = await unit.session.execute(
            select(row.user_id, row.kind, row.cause).where(row.org_id == unit.org_id)
        )
        return sorted((each.user_id, each.kind, each.cause) for each in found)
