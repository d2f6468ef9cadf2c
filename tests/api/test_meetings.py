"""`meeting { … }`: when, where, who takes part, and whether it came about."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import LATER, Ask, gid

VERBS = ("update", "complete", "cancel", "reopen", "delete")
GONE = [("NOT_FOUND", "meetingId")]
WRONG = [("VALUE_INVALID", "meetingId")]


async def _meeting(ask: Ask, **input: Any) -> str:
    return await ask.hanging("meeting", await ask.opportunity(), **input)


async def test_a_meeting_is_read_as_it_was_written(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    input = {
        "opportunityId": opportunity,
        "subject": "Kick-off",
        "startsAt": "2031-03-03T09:00:00",
        "endsAt": "2031-03-03T10:30:00",
        "location": "Rome",
        "notes": "Bring cake",
        "userIds": [gid("User", 2), gid("User", 1), gid("User", 2)],
        "contactIds": [gid("Contact", 1)],
    }
    selected = """meeting { subject startsAt endsAt location notes state version
        users { nodes { id } } contacts { nodes { id } } opportunity { id version } }"""
    there = replace(ask.organisation.admin, time_zone="America/New_York")
    told = (await ask.done("meeting.create", input, selected, there))["meeting"]
    assert told == {
        "subject": "Kick-off",
        "startsAt": "2031-03-03T14:00:00.000000Z",
        "endsAt": "2031-03-03T15:30:00.000000Z",
        "location": "Rome",
        "notes": "Bring cake",
        "state": "PLANNED",
        "version": 1,
        "users": {"nodes": [{"id": gid("User", 1)}, {"id": gid("User", 2)}]},
        "contacts": {"nodes": [{"id": gid("Contact", 1)}]},
        "opportunity": {"id": opportunity, "version": 1},
    }


async def test_what_cannot_be_is_refused_all_at_once(ask: Ask) -> None:
    wrong = {
        "opportunityId": await ask.opportunity(),
        "subject": "",
        "startsAt": LATER,
        "endsAt": LATER,
        "userIds": [gid("User", 1), gid("User", 3)],
        "contactIds": [gid("Contact", 4_242)],
    }
    assert await ask.why("meeting.create", wrong) == [
        ("VALUE_REQUIRED", "subject"),
        ("VALUE_INVALID", "endsAt"),
        ("NOT_FOUND", "contactIds.0"),
        ("ITEM_NOT_AVAILABLE", "userIds.1"),
    ]


@pytest.mark.parametrize("input", [{"startsAt": None}, {"subject": None}])
async def test_what_a_meeting_needs_is_not_taken_away(ask: Ask, input: dict[str, Any]) -> None:
    (name,) = input
    given = {"meetingId": await _meeting(ask), **input}
    assert await ask.why("meeting.update", given) == [("VALUE_REQUIRED", name)]


async def test_a_meeting_is_not_moved_past_its_end(ask: Ask) -> None:
    id = await _meeting(ask, endsAt="2031-03-03T10:00:00Z")
    late = {"meetingId": id, "startsAt": "2031-03-03T10:00:00Z"}
    assert await ask.why("meeting.update", late) == [("VALUE_INVALID", "endsAt")]
    both = late | {"endsAt": None}
    told = await ask.done("meeting.update", both, "meeting { startsAt endsAt }")
    assert told["meeting"] == {"startsAt": "2031-03-03T10:00:00.000000Z", "endsAt": None}


async def test_a_planned_meeting_is_held_or_cancelled_and_not_the_other(ask: Ask) -> None:
    given = {"meetingId": await _meeting(ask)}
    ways = (("complete", "HELD", "cancel"), ("cancel", "CANCELLED", "complete"))
    for verb, state, other in ways:
        told = await ask.done(f"meeting.{verb}", given, "meeting { state }")
        assert told["meeting"] == {"state": state}
        assert await ask.why(f"meeting.{other}", given) == WRONG
        told = await ask.done("meeting.reopen", given, "meeting { state }")
        assert told["meeting"] == {"state": "PLANNED"}


async def test_a_deleted_meeting_is_told_once_more_and_then_gone(ask: Ask) -> None:
    id = await _meeting(ask, userIds=[gid("User", 2)])
    gone = await ask.done("meeting.delete", {"id": id}, "meeting { users { nodes { id } } }")
    assert gone["meeting"] == {"users": {"nodes": [{"id": gid("User", 2)}]}}
    assert await ask.read("{ meetings { totalCount } }") == {"meetings": {"totalCount": 0}}
    for verb in VERBS:
        assert await ask.why(f"meeting.{verb}", {"meetingId": id}) == GONE


async def test_a_member_finds_no_meeting_of_an_opportunity_that_is_not_theirs(ask: Ask) -> None:
    id = await _meeting(ask)
    found = await ask("{ meetings { totalCount } }", role=Role.MEMBER)
    assert found["data"]["meetings"] == {"totalCount": 0}
    for verb in VERBS:
        assert await ask.why(f"meeting.{verb}", {"meetingId": id}, Role.MEMBER) == GONE


async def test_an_event_says_who_was_invited(ask: Ask) -> None:
    id = await _meeting(ask, userIds=[gid("User", 1), gid("User", 2)])
    more = {"meetingId": id, "userIds": [gid("User", 2), gid("User", 4)]}
    await ask.done("meeting.update", more, "meeting { id }")
    await ask.done("meeting.cancel", {"meetingId": id}, "meeting { id }")
    events = [row for row in await ask.stored.rows(models.Outbox) if row.aggregate == "Meeting"]
    assert [(row.type, row.payload["assigned"]) for row in events] == [
        ("meeting.created", [1, 2]),
        ("meeting.updated", [4]),
        ("meeting.cancelled", []),
    ]
