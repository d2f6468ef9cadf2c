"""Who is told what, once, and who is not; what is read and by whom."""

from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import update

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from tests.api.asking import Ask, gid
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.worker.events import write_event
from tests.worker.telling import scan, seen_by, tell, titles, told


def users(*numbers: int) -> list[str]:
    return [gid("User", number) for number in numbers]


async def test_whoever_is_assigned_is_told_once_and_nobody_else(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    id = await ask.opportunity(name="First aid", assignedToIds=users(3))
    change = {"opportunityId": id, "assignedToIds": users(3, 5), "ownerId": users(2)[0]}
    await ask.done("opportunities.assign", change, "opportunity { id }")
    await ask.done("opportunities.update", {"id": id, "name": "Renamed"}, "opportunity { id }")
    for _ in range(2):
        await tell(database, organisation)
    found = await seen_by(ask, Role.MEMBER)
    assert [(each["kind"], each["title"]) for each in found] == [
        ("ASSIGNED", "Ada Admin assigned you to Renamed")
    ]
    assert found[0]["opportunity"] == {"id": id}
    assert [user for user, *_ in await told(database, organisation)] == [2, 3, 5]


async def test_what_is_about_a_lead_names_it_leads_to_it_and_is_for_who_sees_it(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    """Told, then seen no more: the member is taken off the lead again."""
    lead = await ask.lead(name="Lea Leader", assignedToIds=users(3))
    await ask.comment(lead_id=lead, body="Will you call?", mentionedIds=users(2, 3))
    await tell(database, organisation)
    for viewer, said in (
        (Role.MEMBER, ["assigned you to", "mentioned you on"]),
        (Role.MANAGER, ["mentioned you on"]),
    ):
        found = await seen_by(ask, viewer)
        assert [each["title"] for each in found] == [f"Ada Admin {it} Lea Leader" for it in said]
        assert [each["lead"] for each in found] == [{"id": lead}] * len(said)
    none: dict[str, object] = {"leadId": lead, "assignedToIds": []}
    await ask.done("lead.update", none, "lead { id }")
    assert await seen_by(ask, Role.MEMBER) == []
    named = 'notifications(filters: {field: leadId, operation: eq, value: "%s"}) { totalCount }'
    answered = await ask(f"{{ viewer {{ {named % lead} }} }}", role=Role.MANAGER)
    assert answered["data"]["viewer"]["notifications"]["totalCount"] == 1


async def test_who_does_not_see_a_lead_any_more_is_not_told_of_it(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    lead = await ask.lead(assignedToIds=users(3))
    none: dict[str, object] = {"leadId": lead, "assignedToIds": []}
    await ask.done("lead.update", none, "lead { id }")
    await tell(database, organisation)
    assert await told(database, organisation) == []


async def test_a_new_owner_by_update_is_told_and_a_repetition_tells_nobody(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    id = await ask.opportunity()
    for _ in range(2):
        await ask.done(
            "opportunities.update", {"id": id, "ownerId": users(2)[0]}, "opportunity { id }"
        )
    await tell(database, organisation)
    assert [user for user, *_ in await told(database, organisation)] == [2]


async def test_nobody_is_told_what_they_did_themselves(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    await ask.opportunity(assignedToIds=users(1), ownerId=users(1)[0])
    await tell(database, organisation)
    assert await told(database, organisation) == []


async def test_a_feed_that_is_read_again_from_its_start_tells_nothing_twice(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    await ask.opportunity(assignedToIds=users(3, 4))
    await tell(database, organisation)
    once = await told(database, organisation)
    job = models.Job
    async with database.writing(organisation.org_id, tells=False) as unit:
        await unit.session.execute(update(job).where(job.org_id == unit.org_id).values(cursor=0))
    await tell(database, organisation)
    assert len(once) == 2
    assert await told(database, organisation) == once


async def test_a_mention_reaches_only_active_users_who_see_the_opportunity(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    """Ned is a member in nobody's team; Max has left."""
    await ask.opportunity(name="Secret", teamIds=[gid("Team", 1)])
    (row,) = await ask.stored.rows(models.Opportunity)
    async with database.writing(organisation.org_id, tells=False) as unit:
        await unit.session.execute(
            update(models.User)
            .where(models.User.org_id == unit.org_id, models.User.id == 2)
            .values(is_active=False)
        )
    payload = {"opportunity": row.id, "mentioned": [2, 3, 4, 5, 999, None, "x"], "actor": 1}
    await write_event(database, organisation, 9, 1, payload)
    await tell(database, organisation)
    assert [user for user, *_ in await told(database, organisation)] == [3, 4]
    assert await titles(ask, Role.MEMBER) == ["Ada Admin mentioned you on Secret"]


async def test_what_is_seen_no_more_is_not_told_any_more(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    """Neither in the list, nor counted, nor by its id, nor to be marked."""
    id = await ask.opportunity(assignedToIds=users(5))
    await tell(database, organisation)
    (found,) = await seen_by(ask, organisation.other_member)
    change = {"opportunityId": id, "assignedToIds": []}
    await ask.done("opportunities.assign", change, "opportunity { id }")
    assert await seen_by(ask, organisation.other_member) == []
    node = await ask(f'{{ node(id: "{found["id"]}") {{ id }} }}', role=organisation.other_member)
    assert node["data"]["node"] is None
    payload = await ask.verb(
        "viewer.markRead",
        {"notificationIds": [found["id"]]},
        "viewer { role }",
        organisation.other_member,
    )
    assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]


async def test_a_notification_is_its_users_alone(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    """An administrator sees everything, but not what others were told."""
    await ask.opportunity(assignedToIds=users(3))
    await tell(database, organisation)
    (found,) = await seen_by(ask, Role.MEMBER)
    assert await seen_by(ask, Role.ADMIN) == []
    read = await ask.read(f'{{ node(id: "{found["id"]}") {{ id }} }}')
    assert read["node"] is None
    payload = await ask.verb(
        "viewer.markRead", {"notificationIds": [found["id"]]}, "viewer { role }"
    )
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("NOT_FOUND", ["input", "notificationIds", "0"])
    ]
    await ask.done("viewer.markRead", {"before": "2060-01-01T00:00:00Z"}, "viewer { role }")
    assert (await seen_by(ask, Role.MEMBER))[0]["readAt"] is None


async def test_marking_as_read_again_changes_nothing(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    for name in ("One", "Two"):
        await ask.opportunity(name=name, assignedToIds=users(3))
    await tell(database, organisation)
    first, second = await seen_by(ask, Role.MEMBER)
    input = {"notificationIds": [first["id"]]}
    selected = "viewer { unreadCount } notifications { id readAt }"
    once = await ask.done("viewer.markRead", input, selected, Role.MEMBER)
    again = await ask.done("viewer.markRead", input, selected, Role.MEMBER)
    assert once == again
    assert once["viewer"] == {"unreadCount": 1}
    assert once["notifications"][0]["readAt"] is not None
    await ask.done("viewer.markRead", {"before": second["at"]}, "viewer { role }", Role.MEMBER)
    assert (await seen_by(ask, Role.MEMBER))[1]["readAt"] is None
    later = {"before": "2060-01-01T00:00:00Z"}
    await ask.done("viewer.markRead", later, "viewer { role }", Role.MEMBER)
    unread = '[{field: isUnread, operation: eq, value: "true"}]'
    counted = f"{{ viewer {{ notifications(filters: {unread}) {{ totalCount }} }} }}"
    answered = await ask(counted, role=Role.MEMBER)
    assert answered["data"]["viewer"]["notifications"] == {"totalCount": 0}
    assert (await seen_by(ask, Role.MEMBER))[0]["readAt"] == once["notifications"][0]["readAt"]


@pytest.mark.parametrize(
    ("input", "code"),
    [
        ({}, "VALUE_REQUIRED"),
        ({"notificationIds": [], "before": "2030-01-01T00:00:00Z"}, "VALUE_INVALID"),
        ({"notificationIds": [gid("User", 1)]}, "NOT_FOUND"),
        ({"notificationIds": [gid("Notification", 7)] * 501}, "VALUE_INVALID"),
    ],
)
async def test_what_to_mark_must_be_said_in_one_way(
    ask: Ask, input: dict[str, object], code: str
) -> None:
    payload = await ask.verb("viewer.markRead", input, "viewer { role }")
    assert [error["code"] for error in payload["errors"]] == [code]
    assert payload["viewer"] is None


async def since(database: Database, organisation: Organisation, days: int) -> None:
    """Every opportunity has been on its step for so many days."""
    opportunity = models.Opportunity
    async with database.writing(organisation.org_id, tells=False) as unit:
        then = unit.now - timedelta(days=days)
        await unit.session.execute(
            update(opportunity)
            .where(opportunity.org_id == unit.org_id)
            .values(step_entered_at=then)
        )


async def test_what_has_stalled_is_told_once_for_each_stay(
    ask: Ask, database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    administrator = await asyncpg.connect(urls.admin)
    await administrator.execute("ALTER TABLE step_version DISABLE TRIGGER ALL")
    await administrator.execute("UPDATE step_version SET stalled_after_days = 5")
    await administrator.close()
    id = await ask.opportunity(name="Slow", assignedToIds=users(3), ownerId=users(2)[0])
    gone = await ask.opportunity(name="Gone", assignedToIds=users(3))
    await ask.done("opportunities.delete", {"opportunityId": gone}, "opportunity { id }")
    await scan(database, organisation)
    assert await told(database, organisation) == []
    await since(database, organisation, 20)
    for _ in range(2):
        await scan(database, organisation)
    assert [user for user, *_ in await told(database, organisation)] == [2, 3]
    progress = {"opportunityId": id, "stepId": gid("OpportunityStep", 4)}
    await ask.done("opportunities.progress", progress, "opportunity { id }")
    await since(database, organisation, 6)
    for _ in range(2):
        await scan(database, organisation)
    assert [user for user, *_ in await told(database, organisation)] == [2, 2, 3, 3]
    first, second = await seen_by(ask, Role.MANAGER)
    assert (first["kind"], first["title"]) == ("STALLED", "Slow has stalled")
    assert first["text"] == "It is on Proposed for longer than the step allows."
    assert second["text"] == "It is on Opportunity for longer than the step allows."


async def test_the_viewer_says_who_asks_and_what_comes_by_mail(
    ask: Ask, organisation: Organisation
) -> None:
    asked = (
        "{ viewer { user { name } role organisation { organizationId name timeZone currency }"
        " mailChoice { assigned mentioned stalled goalReached } } }"
    )
    await ask.done(
        "viewer.chooseMail",
        {"stalled": False, "assigned": True, "mentioned": None},
        "viewer { mailChoice { stalled } }",
        Role.READ_ONLY,
    )
    answered = await ask(asked, role=Role.READ_ONLY)
    assert answered["data"]["viewer"] == {
        "user": {"name": "Rea Reader"},
        "role": "READ_ONLY",
        "organisation": {
            "organizationId": str(organisation.org_id),
            "name": "Northwind Training",
            "timeZone": "UTC",
            "currency": "USD",
        },
        "mailChoice": {
            "assigned": True,
            "mentioned": True,
            "stalled": False,
            "goalReached": True,
        },
    }
    again = {"stalled": True}
    payload = await ask.done(
        "viewer.chooseMail", again, "viewer { mailChoice { stalled } }", Role.READ_ONLY
    )
    assert payload["viewer"] == {"mailChoice": {"stalled": True}}
