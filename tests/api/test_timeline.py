"""`opportunity { timeline }`: everything that happened, in one order, to those who may see it."""

from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import inspect

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.reads.changes import TOLD
from pipeline_gql.store.upgrade import migrations, revise, upgrade
from tests.api.asking import Ask, gid
from tests.server import DatabaseUrls

TIMELINE = """query(
    $id: ID!, $filters: [TimelineEntryFieldGraphFilter!], $first: Int, $after: String
) { opportunity(id: $id) { timeline(filters: $filters, first: $first, after: $after) {
        totalCount pageInfo { endCursor hasNextPage }
        nodes { __typename id at actor { id } opportunity { id }
            ... on TimelineMove { fromStep { id } toStep { id } cause reason }
            ... on TimelineChange { changes { field before after } }
            ... on TimelineComment { comment { body } }
            ... on TimelineFile { attachment { name } }
            ... on TimelineTask { task { title } }
            ... on TimelineMeeting { meeting { subject } }
    } } } }"""
LAST = "0002"
UNTOLD = {
    **dict.fromkeys(("id", "created_at", "created_by_id", "follows_id"), "never changes"),
    **dict.fromkeys(("pipeline_id", "version_id", "step_id", "step_entered_at"), "a move says it"),
    "probability_is_manual": "how the probability came about",
    "deleted_by_id": "who deleted it is the entry's actor",
}
"""What an audit has of an opportunity beside what is told, and why that is not shown."""


def step(number: int) -> str:
    return gid("OpportunityStep", number)


async def timeline(ask: Ask, id: str, **variables: Any) -> Any:
    return (await ask.read(TIMELINE, {"id": id, **variables}))["opportunity"]["timeline"]


async def eventful(ask: Ask) -> str:
    """An opportunity to which something of every kind has happened."""
    id = await ask.opportunity(amount="10.50")
    for verb, input in (
        ("update", {"name": "Better", "amount": "12", "ownerId": gid("User", 2), "tags": []}),
        ("addTag", {"tagId": gid("Tag", 1)}),
        ("addComment", {"body": "Well"}),
        ("progress", {"stepId": step(4), "reason": "They called"}),
        ("addInterest", {"interestDetails": {"id": gid("Event", 1), "quantity": 2}}),
        ("addContact", {"contactId": gid("Contact", 1), "role": "Decision maker"}),
    ):
        input = {"opportunityId": id, **input}
        await ask.done(f"opportunities.{verb}", input, "opportunity { id }")
    link = {"opportunityId": id, "url": "https://example.org/x", "name": "Plan"}
    await ask.done("opportunities.addAttachment", link, "attachment { id }")
    task = {"opportunityId": id, "title": "Call back"}
    await ask.done("task.create", task, "task { id }")
    meeting = {"opportunityId": id, "subject": "Lunch", "startsAt": "2031-01-01T12:00:00Z"}
    await ask.done("meeting.create", meeting, "meeting { id }")
    return id


def told(entry: Any) -> dict[str, Any]:
    return {each["field"]: (each["before"], each["after"]) for each in entry["changes"]}


async def test_what_happened_is_told_in_the_order_in_which_it_did(ask: Ask) -> None:
    id = await eventful(ask)
    nodes = (await timeline(ask, id))["nodes"]
    began, update, tag, comment, move, interest, contact, file, task, meeting = nodes
    assert [node["__typename"].removeprefix("Timeline") for node in nodes] == [
        *("Move", "Change", "Change", "Comment", "Move"),
        *("Change", "Change", "File", "Task", "Meeting"),
    ]
    assert {node["actor"]["id"] for node in nodes} == {gid("User", 1)}
    assert {node["opportunity"]["id"] for node in nodes} == {id}
    times = [datetime.fromisoformat(node["at"]) for node in nodes]
    assert times == sorted(times)
    assert (began["fromStep"], began["toStep"]["id"], began["cause"]) == (None, step(3), "ENTRY")
    assert told(update) == {
        "name": ("A deal", "Better"),
        "amount": ("10.5", "12"), "netTotal": ("10.5", "12"), "grandTotal": ("10.5", "12"),
        "ownerId": (gid("User", 1), gid("User", 2)),
    }  # fmt: skip
    assert told(tag) == {"tags": ([], [gid("Tag", 1)])}
    assert comment["comment"] == {"body": "Well"}
    assert (move["fromStep"]["id"], move["toStep"]["id"]) == (step(3), step(4))
    assert (move["cause"], move["reason"]) == ("TRANSITION", "They called")
    assert told(interest)["netTotal"] == ("12", "1000")
    ((before, (added,)),) = [each for name, each in told(interest).items() if name == "interests"]
    assert (before, added["quantity"], added["unitAmount"]) == ([], 2, "500")
    person = {"contactId": gid("Contact", 1), "role": "Decision maker"}
    assert told(contact)["contactIds"] == ([], [person])
    assert file["attachment"] == {"name": "Plan"}
    assert (task["task"], meeting["meeting"]) == ({"title": "Call back"}, {"subject": "Lunch"})


async def test_it_is_paged_and_filtered_by_kind_and_by_time(ask: Ask) -> None:
    id = await eventful(ask)
    nodes = (await timeline(ask, id))["nodes"]
    walked: list[Any] = []
    after: str | None = None
    for _ in nodes:
        page = await timeline(ask, id, first=2, after=after)
        walked += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert walked == nodes
    for kind in ("MOVE", "CHANGE", "COMMENT", "FILE", "TASK", "MEETING"):
        by_kind = [{"field": "kind", "operation": "eq", "value": kind}]
        name = f"Timeline{kind.capitalize()}"
        found = (await timeline(ask, id, filters=by_kind))["nodes"]
        assert found == [node for node in nodes if node["__typename"] == name]
        assert found
    since = [{"field": "at", "operation": "ge", "value": nodes[4]["at"]}]
    assert (await timeline(ask, id, filters=since))["nodes"] == nodes[4:]


async def test_what_was_deleted_is_not_told_of(ask: Ask) -> None:
    id = await ask.opportunity()
    comment = await ask.comment(id)
    await ask.comment(id, "Reply", parentId=comment)
    await ask.done("opportunities.deleteComment", {"commentId": comment}, "comment { id }")
    task = await ask.done("task.create", {"opportunityId": id, "title": "x"}, "task { id }")
    await ask.done("task.delete", {"taskId": task["task"]["id"]}, "task { id }")
    link = {"opportunityId": id, "url": "https://example.org/x"}
    added = await ask.done("opportunities.addAttachment", link, "attachment { id }")
    gone = {"attachmentId": added["attachment"]["id"]}
    await ask.done("opportunities.deleteAttachment", gone, "opportunity { id }")
    nodes = (await timeline(ask, id))["nodes"]
    assert [node["__typename"] for node in nodes] == ["TimelineMove", "TimelineComment"]
    assert nodes[1]["comment"] == {"body": "Reply"}


async def test_whoever_loses_sight_of_an_opportunity_sees_no_entry_of_it(ask: Ask) -> None:
    id = await ask.opportunity(assignedToIds=[gid("User", 3)])
    (entry,) = (await timeline(ask, id))["nodes"]
    by_id = "query($id: ID!) { node(id: $id) { id } }"
    for assigned, seen in (([gid("User", 3)], {"id": entry["id"]}), ([], None)):
        input = {"id": id, "assignedToIds": assigned}
        await ask.done("opportunities.assign", input, "opportunity { id }")
        answered = await ask(by_id, {"id": entry["id"]}, Role.MEMBER)
        assert answered["data"]["node"] == seen
    await ask.done("opportunities.delete", {"id": id}, "opportunity { id }")
    assert await ask.read(by_id, {"id": entry["id"]}) == {"node": None}
    await ask.done("opportunities.restore", {"id": id}, "opportunity { id }")
    deleted, restored = (await timeline(ask, id))["nodes"][-2:]
    assert told(deleted)["deletedAt"] == (None, deleted["at"])
    assert told(restored)["deletedAt"] == (deleted["at"], None)


async def test_every_field_that_an_audit_keeps_is_told_or_left_out_for_a_reason(ask: Ask) -> None:
    columns = inspect(models.Opportunity).columns
    kept = {name for name, column in columns.items() if column.computed is None}
    await eventful(ask)
    for audit in await ask.stored.rows(models.Audit):
        if audit.aggregate == "Opportunity":
            kept |= set(audit.after or {})
    kept -= {"org_id", "version", "updated_at", "board_place", "board_moves"}
    assert kept - set(TOLD) - set(UNTOLD) == set()
    assert set(TOLD) & set(UNTOLD) == set()


async def test_an_upgrade_tells_of_what_was_before(ask: Ask, urls: DatabaseUrls) -> None:
    await eventful(ask)
    connection = await asyncpg.connect(urls.admin)
    query = "SELECT * FROM timeline_entry WHERE kind IN ('MOVE', 'CHANGE') ORDER BY id"
    before = await connection.fetch(query)
    assert len(before) == 6
    later = [file for file in migrations().glob("versions/0*.py") if file.name[:4] > LAST]
    login = urls.of("pipeline_migrate")
    await revise(login, f"-{len(later)}")
    assert await connection.fetchval("SELECT to_regclass('timeline_entry')") is None
    await upgrade(login)
    assert await connection.fetch(query) == before
    forced = "SELECT relforcerowsecurity FROM pg_class WHERE relname = ANY ($1)"
    tables = ["audit", "step_stay", "timeline_entry"]
    assert [row[0] for row in await connection.fetch(forced, tables)] == [True] * 3
    await connection.close()
