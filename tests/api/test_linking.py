"""`opportunities { link }`: a task or a meeting comes to hang on another opportunity."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid

NOUNS = ("task", "meeting")
SELECTED = (
    "opportunity { id version tasks { nodes { id version } } meetings { nodes { id version } } }"
)
MEMBER = gid("User", 3)


@pytest.mark.parametrize("noun", NOUNS)
async def test_what_is_linked_leaves_the_opportunity_it_hung_on(ask: Ask, noun: str) -> None:
    here, there = await ask.opportunity(), await ask.opportunity()
    id = await ask.hanging(noun, here)
    input = {"opportunityId": there, f"{noun}Id": id, "expectedVersion": 1}
    told = (await ask.done("opportunities.link", input, SELECTED))["opportunity"]
    empty: dict[str, Any] = {"id": there, "version": 1, "tasks": {"nodes": []}}
    empty["meetings"] = {"nodes": []}
    assert told == empty | {f"{noun}s": {"nodes": [{"id": id, "version": 2}]}}
    left = await ask.read(
        f"query($id: ID!) {{ opportunity(id: $id) {{ version {noun}s {{ totalCount }} }} }}",
        {"id": here},
    )
    assert left["opportunity"] == {"version": 1, f"{noun}s": {"totalCount": 0}}
    last = (await ask.stored.rows(models.Outbox))[-1]
    assert last.type == f"{noun}.linked"
    moved = [gid("Opportunity", last.payload[name]) for name in ("came_from", "opportunity")]
    assert moved == [here, there]


@pytest.mark.parametrize("noun", NOUNS)
async def test_what_hangs_there_already_is_left_as_it_is(ask: Ask, noun: str) -> None:
    here = await ask.opportunity()
    input = {"opportunityId": here, f"{noun}Id": await ask.hanging(noun, here)}
    before = await ask.everything()
    await ask.done("opportunities.link", input, SELECTED)
    assert await ask.everything() == before


async def test_one_thing_is_linked_at_a_time(ask: Ask) -> None:
    here, there = await ask.opportunity(), await ask.opportunity()
    both = {f"{noun}Id": await ask.hanging(noun, here) for noun in NOUNS}
    input = {"opportunityId": there}
    assert await ask.why("opportunities.link", input) == [("VALUE_REQUIRED", "taskId")]
    assert await ask.why("opportunities.link", input | both) == [("VALUE_INVALID", "meetingId")]
    stale = input | {"taskId": both["taskId"], "expectedVersion": 2}
    assert await ask.why("opportunities.link", stale) == [("VALUE_INVALID", "expectedVersion")]


async def test_a_document_is_attached_by_its_address(ask: Ask) -> None:
    here = await ask.opportunity()
    input = {"opportunityId": here, "url": "https://docs.example/plan", "name": "The plan"}
    selected = "opportunity { id version attachments { nodes { name url } } }"
    told = (await ask.done("opportunities.link", input, selected))["opportunity"]
    attached = {"name": "The plan", "url": "https://docs.example/plan"}
    assert told == {"id": here, "version": 1, "attachments": {"nodes": [attached]}}


async def test_a_document_that_leads_nowhere_is_refused_as_an_attachment_would_be(ask: Ask) -> None:
    here = await ask.opportunity()
    task = await ask.hanging("task", here)
    for input, why in (
        ({"url": "ftp://docs.example"}, ("VALUE_INVALID", "url")),
        ({"url": "https://docs.example", "taskId": task}, ("VALUE_INVALID", "url")),
        ({"name": "The plan", "taskId": task}, ("VALUE_INVALID", "name")),
        ({"name": "The plan"}, ("VALUE_REQUIRED", "taskId")),
    ):
        assert await ask.why("opportunities.link", {"opportunityId": here, **input}) == [why]


@pytest.mark.parametrize("noun", NOUNS)
async def test_both_opportunities_must_be_seen(ask: Ask, noun: str) -> None:
    hidden, seen = await ask.opportunity(), await ask.opportunity(ownerId=MEMBER)
    mine, theirs = await ask.hanging(noun, seen), await ask.hanging(noun, hidden)
    away = {"opportunityId": hidden, f"{noun}Id": mine}
    missing = [("NOT_FOUND", "opportunityId")]
    assert await ask.why("opportunities.link", away, Role.MEMBER) == missing
    taken = {"opportunityId": seen, f"{noun}Id": theirs}
    assert await ask.why("opportunities.link", taken, Role.MEMBER) == [("NOT_FOUND", f"{noun}Id")]


@pytest.mark.parametrize(
    ("noun", "people"), [("task", {"assignedToId": MEMBER}), ("meeting", {"userIds": [MEMBER]})]
)
async def test_whom_it_concerns_must_see_where_it_comes_to(
    ask: Ask, noun: str, people: dict[str, Any]
) -> None:
    seen, hidden = await ask.opportunity(ownerId=MEMBER), await ask.opportunity()
    id = await ask.hanging(noun, seen, **people)
    away = {"opportunityId": hidden, f"{noun}Id": id}
    assert await ask.why("opportunities.link", away) == [("ITEM_NOT_AVAILABLE", f"{noun}Id")]


async def test_who_left_does_not_hold_a_task_back(ask: Ask) -> None:
    """An assignee who may not sign in any more sees nothing, and need not."""
    seen, there = await ask.opportunity(ownerId=MEMBER), await ask.opportunity()
    id = await ask.hanging("task", seen, assignedToId=MEMBER)
    user = models.User
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await unit.session.execute(
            update(user).where(user.org_id == unit.org_id, user.id == 3).values(is_active=False)
        )
    input = {"opportunityId": there, "taskId": id}
    await ask.done("opportunities.link", input, "opportunity { id }")


async def test_links_at_once_follow_each_other(ask: Ask) -> None:
    """Nobody is told that the task is not there; to link it where it is changes nothing."""
    here, *there = [await ask.opportunity() for _ in range(3)]
    id = await ask.hanging("task", here)
    inputs = [{"opportunityId": each, "taskId": id} for each in (there[0], there[0], there[1])]
    payloads = await asyncio.gather(*(ask.verb("opportunities.link", each) for each in inputs))
    assert [payload["errors"] for payload in payloads] == [[], [], []]
    (row,) = await ask.stored.rows(models.Task)
    assert row.version in (3, 4)
    linked = [
        event for event in await ask.stored.rows(models.Outbox) if "came_from" in event.payload
    ]
    assert len(linked) == row.version - 1
    assert row.opportunity_id == linked[-1].payload["opportunity"]
