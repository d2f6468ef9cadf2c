"""`task { … }`: what is to be done, by whom, until when, and who may say so."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid

VERBS = ("update", "complete", "reopen", "delete")
GONE = [("NOT_FOUND", "taskId")]


async def _task(ask: Ask, **input: Any) -> tuple[str, str]:
    """The ids of a new opportunity and of a task on it."""
    opportunity = await ask.opportunity()
    return opportunity, await ask.hanging("task", opportunity, **input)


async def _read(ask: Ask, id: str, fields: str) -> Any:
    found = await ask.read(
        f"query($id: ID!) {{ node(id: $id) {{ ... on Task {{ {fields} }} }} }}", {"id": id}
    )
    return found["node"]


async def test_a_task_is_read_as_it_was_written(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    input = {
        "opportunityId": opportunity,
        "title": " Call Bob ",
        "description": "About the price",
        "dueAt": "2031-03-03T09:00:00+02:00",
        "priority": "HIGH",
        "assignedToId": gid("User", 2),
    }
    selected = """task { title description dueDate dueAt isOverdue isDone doneAt doneBy { id }
        priority version assignedTo { id } createdBy { id } opportunity { id version } }"""
    told = (await ask.done("task.create", input, selected))["task"]
    assert told == {
        "title": "Call Bob",
        "description": "About the price",
        "dueDate": None,
        "dueAt": "2031-03-03T07:00:00.000000Z",
        "isOverdue": False,
        "isDone": False,
        "doneAt": None,
        "doneBy": None,
        "priority": "HIGH",
        "version": 1,
        "assignedTo": {"id": gid("User", 2)},
        "createdBy": {"id": gid("User", 1)},
        "opportunity": {"id": opportunity, "version": 1},
    }


async def test_a_day_is_over_where_the_organisation_is(ask: Ask) -> None:
    """Auckland is thirteen hours ahead in March, and on summer time until April."""
    there = replace(ask.organisation.admin, time_zone="Pacific/Auckland")
    opportunity = await ask.opportunity()
    for input, on, at in (
        ({"dueDate": "2031-03-01"}, "2031-03-01", "2031-03-01T11:00:00.000000Z"),
        ({"dueDate": "2031-07-01"}, "2031-07-01", "2031-07-01T12:00:00.000000Z"),
        ({"dueDate": "2999-12-31"}, "2999-12-31", "2999-12-31T11:00:00.000000Z"),
        ({"dueDate": "1900-01-01"}, "1900-01-01", "1900-01-01T12:30:00.000000Z"),
        ({"dueAt": "2031-03-01T09:00:00"}, None, "2031-02-28T20:00:00.000000Z"),
    ):
        given = {"opportunityId": opportunity, "title": "Call", **input}
        told = (await ask.done("task.create", given, "task { dueDate dueAt }", there))["task"]
        assert told == {"dueDate": on, "dueAt": at}


async def test_a_term_is_changed_from_a_day_to_a_moment_and_taken_away(ask: Ask) -> None:
    _, id = await _task(ask, dueDate="2031-03-01")
    for input, on, at in (
        ({"dueAt": "2031-03-01T09:00:00Z"}, None, "2031-03-01T09:00:00.000000Z"),
        ({"title": "Ring"}, None, "2031-03-01T09:00:00.000000Z"),
        ({"dueDate": "2031-03-02", "dueAt": None}, "2031-03-02", "2031-03-03T00:00:00.000000Z"),
        ({"dueDate": None}, None, None),
    ):
        given = {"taskId": id, **input}
        told = (await ask.done("task.update", given, "task { dueDate dueAt }"))["task"]
        assert told == {"dueDate": on, "dueAt": at}


async def test_what_cannot_be_is_refused_all_at_once(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    wrong = {
        "opportunityId": opportunity,
        "title": " ",
        "description": "x" * 10_001,
        "dueDate": "2031-03-01",
        "dueAt": "2031-03-01T09:00:00Z",
        "assignedToId": gid("User", 4_242),
    }
    assert await ask.why("task.create", wrong) == [
        ("VALUE_REQUIRED", "title"),
        ("VALUE_INVALID", "description"),
        ("VALUE_INVALID", "dueAt"),
        ("NOT_FOUND", "assignedToId"),
    ]
    late = {"opportunityId": opportunity, "title": "x", "dueAt": "2999-12-31T00:00:00Z"}
    assert await ask.why("task.create", late) == [("VALUE_INVALID", "dueAt")]


async def test_a_task_is_overdue_from_its_moment_until_it_is_done(ask: Ask) -> None:
    _, id = await _task(ask, dueAt="2020-01-01T00:00:00Z")
    assert await _read(ask, id, "isOverdue isDone") == {"isOverdue": True, "isDone": False}
    selected = "task { isOverdue isDone doneBy { id } version }"
    done = (await ask.done("task.complete", {"id": id}, selected, Role.MANAGER))["task"]
    who = {"id": gid("User", 2)}
    assert done == {"isOverdue": False, "isDone": True, "doneBy": who, "version": 2}
    again = (await ask.done("task.reopen", {"id": id}, selected))["task"]
    assert again == {"isOverdue": True, "isDone": False, "doneBy": None, "version": 3}


async def test_what_is_done_stays_done_by_whom_and_when_it_was(ask: Ask) -> None:
    _, id = await _task(ask)
    selected = "task { doneAt doneBy { id } version }"
    first = await ask.done("task.complete", {"taskId": id}, selected, Role.MANAGER)
    assert await ask.done("task.complete", {"taskId": id}, selected) == first


async def test_a_retried_completion_is_answered_as_the_first_was(ask: Ask) -> None:
    _, id = await _task(ask)
    input = {"taskId": id, "idempotencyKey": "once"}
    await ask.done("task.complete", input, "task { isDone }")
    again = await ask.verb("task.complete", input, "task { isDone }")
    assert (again["errors"], again["replayed"], again["task"]) == ([], True, {"isDone": True})


async def test_a_deleted_task_is_told_once_more_and_then_gone(ask: Ask) -> None:
    opportunity, id = await _task(ask)
    gone = await ask.done("task.delete", {"taskId": id}, "task { id title }")
    assert gone["task"] == {"id": id, "title": "Call"}
    assert await _read(ask, id, "id") is None
    for verb in VERBS:
        assert await ask.why(f"task.{verb}", {"taskId": id}) == GONE
    found = await ask.read(
        "query($id: ID!) { tasks { totalCount } opportunity(id: $id) "
        "{ nextTask { id } tasks { totalCount } } }",
        {"id": opportunity},
    )
    assert found == {
        "tasks": {"totalCount": 0},
        "opportunity": {"nextTask": None, "tasks": {"totalCount": 0}},
    }


async def test_a_change_that_was_based_on_an_older_version_is_refused(ask: Ask) -> None:
    _, id = await _task(ask)
    await ask.done("task.update", {"taskId": id, "title": "Ring"}, "task { id }")
    for verb in VERBS:
        stale = {"taskId": id, "expectedVersion": 1}
        assert await ask.why(f"task.{verb}", stale) == [("VERSION_CONFLICT", "expectedVersion")]


async def test_a_conflict_names_the_fields_as_clients_know_them(ask: Ask) -> None:
    _, id = await _task(ask, dueDate="2031-03-01")
    await ask.done("task.complete", {"taskId": id}, "task { id }")
    moved = {"taskId": id, "dueDate": "2031-03-02"}
    await ask.done("task.update", moved, "task { id }")
    there = {"opportunityId": await ask.opportunity(), "taskId": id}
    await ask.done("opportunities.link", there, "opportunity { id }")
    (error,) = await ask.refused("task.delete", {"taskId": id, "expectedVersion": 1})
    assert "doneAt, doneBy, dueAt, dueDate, opportunity;" in error["message"]


async def test_what_changes_nothing_is_no_change(ask: Ask) -> None:
    _, id = await _task(ask, dueDate="2031-03-01", assignedToId=gid("User", 2))
    same = {"title": "Call", "dueDate": "2031-03-01", "assignedToId": gid("User", 2)}
    told = await ask.done("task.update", {"taskId": id, **same}, "task { version }")
    assert told["task"]["version"] == 1


async def test_of_two_completions_at_once_one_is_a_change(ask: Ask) -> None:
    _, id = await _task(ask)
    answers = await asyncio.gather(*(_codes(ask, "complete", id) for _ in range(2)))
    assert answers == [[], []]
    assert (await _read(ask, id, "version"))["version"] == 2


@pytest.mark.parametrize("turn", range(3))
async def test_a_task_deleted_while_it_is_completed_is_deleted_in_the_end(
    ask: Ask, turn: int
) -> None:
    _, id = await _task(ask)
    verbs = ["delete", "complete"] if turn % 2 else ["complete", "delete"]
    answers = await asyncio.gather(*(_codes(ask, verb, id) for verb in verbs))
    told = dict(zip(verbs, answers, strict=True))
    assert told["delete"] == []
    assert told["complete"] in ([], ["NOT_FOUND"])
    (row,) = await ask.stored.rows(models.Task)
    assert row.deleted_at is not None
    assert (row.done_at is not None) is (told["complete"] == [])


async def _codes(ask: Ask, verb: str, id: str) -> list[str]:
    return await ask.insisting(f"task.{verb}", {"taskId": id})


async def test_a_member_sees_and_changes_the_tasks_of_opportunities_that_are_theirs(
    ask: Ask,
) -> None:
    hidden, id = await _task(ask)
    seen = await ask.opportunity(assignedToIds=[gid("User", 3)])
    own = await ask.hanging("task", seen, assignedToId=gid("User", 3))
    listed = await ask("{ tasks { nodes { id } } }", role=Role.MEMBER)
    assert listed["data"]["tasks"]["nodes"] == [{"id": own}]
    for verb in VERBS:
        assert await ask.why(f"task.{verb}", {"taskId": id}, Role.MEMBER) == GONE
    new = {"opportunityId": hidden, "title": "x"}
    assert await ask.why("task.create", new, Role.MEMBER) == [("NOT_FOUND", "opportunityId")]
    await ask.done("task.complete", {"taskId": own}, "task { id }", Role.MEMBER)


async def test_a_task_of_a_deleted_opportunity_is_hidden_until_it_is_restored(ask: Ask) -> None:
    opportunity, id = await _task(ask)
    await ask.done("opportunities.delete", {"id": opportunity}, "opportunity { id }")
    assert await _read(ask, id, "id") is None
    for verb in VERBS:
        assert await ask.why(f"task.{verb}", {"taskId": id}) == GONE
    new = {"opportunityId": opportunity, "title": "x"}
    assert await ask.why("task.create", new) == [("NOT_FOUND", "opportunityId")]
    await ask.done("opportunities.restore", {"id": opportunity}, "opportunity { id }")
    assert await _read(ask, id, "id") == {"id": id}


async def test_only_an_active_user_who_sees_the_opportunity_is_assigned(ask: Ask) -> None:
    opportunity, id = await _task(ask)
    member = gid("User", 3)
    refused = [("ITEM_NOT_AVAILABLE", "assignedToId")]
    assert await ask.why("task.update", {"taskId": id, "assignedToId": member}) == refused
    shared = {"opportunityId": opportunity, "teamIds": [gid("Team", 1)]}
    await ask.done("opportunities.update", shared, "opportunity { id }")
    await ask.done("task.update", {"taskId": id, "assignedToId": member}, "task { id }")
    await _deactivate(ask, 2)
    gone = {"taskId": id, "assignedToId": gid("User", 2)}
    assert await ask.why("task.update", gone) == [("ITEM_NOT_AVAILABLE", "assignedToId")]


async def test_who_has_a_task_already_is_not_asked_to_be_replaced(ask: Ask) -> None:
    _, id = await _task(ask, assignedToId=gid("User", 2))
    await _deactivate(ask, 2)
    input = {"taskId": id, "title": "Ring", "assignedToId": gid("User", 2)}
    assert (await ask.done("task.update", input, "task { title }"))["task"] == {"title": "Ring"}


async def _deactivate(ask: Ask, user_id: int) -> None:
    user = models.User
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await unit.session.execute(
            update(user)
            .where(user.org_id == unit.org_id, user.id == user_id)
            .values(is_active=False)
        )


async def test_an_event_says_to_whom_a_task_was_given(ask: Ask) -> None:
    opportunity, id = await _task(ask, assignedToId=gid("User", 2))
    for input in ({"title": "Ring"}, {"assignedToId": gid("User", 4)}, {"assignedToId": None}):
        await ask.done("task.update", {"taskId": id, **input}, "task { id }")
    await ask.done("task.complete", {"taskId": id}, "task { id }")
    events = [row for row in await ask.stored.rows(models.Outbox) if row.aggregate == "Task"]
    told = [(row.type, row.sequence, row.payload["assigned"]) for row in events]
    assert told == [
        ("task.created", 1, [2]),
        ("task.updated", 2, []),
        ("task.updated", 3, [4]),
        ("task.updated", 4, []),
        ("task.completed", 5, []),
    ]
    assert {gid("Opportunity", row.payload["opportunity"]) for row in events} == {opportunity}
