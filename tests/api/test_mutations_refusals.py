"""Refusals worded and placed for clients."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from pipeline_gql.domain.errors import Code
from pipeline_gql.domain.viewer import Role
from tests.api.asking import Ask, gid

EVENT = gid("Event", 1)
TABLE: list[tuple[Code, str, Mapping[str, Any], str, str, str | None, str]] = [
    (
        Code.TRANSITION_NOT_FOUND,
        "opportunities.progress",
        {"stepId": gid("OpportunityStep", 7)},
        "Transition Not Found",
        f"Transition from step {gid('OpportunityStep', 3)} to step {gid('OpportunityStep', 7)}"
        " not found",
        None,
        "stepId",
    ),
    (
        Code.VALUE_INVALID,
        "opportunities.update",
        {"amount": "1.234"},
        "Value Invalid",
        "amount has more decimals than GBP (2)",
        "1.234",
        "amount",
    ),
    (
        Code.VALUE_REQUIRED,
        "opportunities.update",
        {"name": ""},
        "Value Required",
        "name is required",
        None,
        "name",
    ),
    (
        Code.NOT_FOUND,
        "opportunities.update",
        {"accountId": gid("Account", 77)},
        "Not Found",
        f"Account {gid('Account', 77)} not found",
        gid("Account", 77),
        "accountId",
    ),
    (
        Code.VERSION_CONFLICT,
        "opportunities.update",
        {"name": "x", "expectedVersion": 1},
        "Version Conflict",
        "Changed since version 1 by Ada Admin: leadSource; it is at version 2 now",
        "1",
        "expectedVersion",
    ),
    (
        Code.NOT_ENOUGH_PLACES,
        "opportunities.addInterest",
        {"interestDetails": {"id": EVENT, "quantity": 11, "reserve": True}},
        "Not Enough Places",
        "My New Course in London has 10 places left, 11 asked",
        EVENT,
        "interestDetails.quantity",
    ),
    (
        Code.ITEM_NOT_AVAILABLE,
        "opportunities.addInterest",
        {"interestDetails": {"id": gid("CourseTemplate", 12), "unitAmount": "1"}},
        "Item Not Available",
        "Unready is draft",
        gid("CourseTemplate", 12),
        "interestDetails.id",
    ),
    (
        Code.TOO_MANY_LEARNERS,
        "opportunities.addInterest",
        {
            "interestDetails": {
                "id": EVENT,
                "eventDetails": {"newLearners": [{"firstName": "A", "lastName": "B"}] * 2},
            }
        },
        "Too Many Learners",
        "2 learners for a quantity of 1",
        "2",
        "interestDetails.eventDetails",
    ),
]


@pytest.mark.parametrize("case", TABLE, ids=[case[0].value for case in TABLE])
async def test_a_refusal_says_what_where_and_why(ask: Ask, case: Any) -> None:
    code, verb, input, label, message, value, path = case
    id = await ask.opportunity()
    await ask.done("opportunities.update", {"id": id, "leadSource": "fair"}, "opportunity { id }")
    (error,) = await ask.refused(verb, {"opportunityId": id, **input})
    assert error == {
        "code": code,
        "label": label,
        "message": message,
        "value": value,
        "path": ["input", *path.split(".")],
        "retryable": False,
    }


async def test_an_opportunity_starts_on_an_entry_step_only(ask: Ask) -> None:
    step = gid("OpportunityStep", 4)
    (error,) = await ask.refused("opportunities.create", {"name": "x", "entryStepId": step})
    assert error["label"] == "Not An Entry Step"
    assert error["message"] == "Opportunity is not an entry step"
    assert (error["code"], error["value"]) == ("NOT_AN_ENTRY_STEP", step)
    assert error["path"] == ["input", "entryStepId"]


async def test_read_only_is_told_that_it_may_not(ask: Ask) -> None:
    id = await ask.opportunity()
    interest = await ask.interest(id, EVENT, reserve=True)
    for verb, input in (
        ("create", {"name": "x"}),
        ("update", {"id": id, "name": "x"}),
        ("progress", {"opportunityId": id, "stepId": gid("OpportunityStep", 4)}),
        ("delete", {"opportunityId": id}),
        ("restore", {"opportunityId": id}),
        ("addInterest", {"opportunityId": id, "interestDetails": {"id": EVENT}}),
        ("updateInterest", {"interestId": interest, "quantity": 2}),
        ("removeInterest", {"interestId": interest}),
        ("reservePlacesForInterests", {"interestIds": [interest]}),
        ("extendReservations", {"opportunityId": id, "reservationsValidUntil": None}),
        ("releaseReservations", {"opportunityId": id}),
    ):
        (error,) = await ask.refused(f"opportunities.{verb}", input, Role.READ_ONLY)
        assert (error["code"], error["label"]) == ("NOT_PERMITTED", "Not Permitted")
        assert error["message"].startswith("Rea Reader may not ")
        which = "an" if verb == "create" else "this"
        assert error["message"].endswith(f" {which} Opportunity")


async def test_a_member_may_see_but_not_delete_what_a_colleague_created(ask: Ask) -> None:
    id = await ask.opportunity(ownerId=gid("User", 3))
    (error,) = await ask.refused("opportunities.delete", {"opportunityId": id}, Role.MEMBER)
    assert error["code"] == "NOT_PERMITTED"
    assert error["message"] == "Mia Member may not delete this Opportunity"


async def test_what_a_member_does_not_see_is_not_there(ask: Ask) -> None:
    id = await ask.opportunity()
    interest = await ask.interest(id, EVENT, reserve=True)
    for verb, input, path in (
        ("update", {"id": id, "name": "x"}, "id"),
        ("progress", {"id": id, "stepId": gid("OpportunityStep", 4)}, "id"),
        ("delete", {"opportunityId": id}, "opportunityId"),
        ("addInterest", {"opportunityId": id, "interestDetails": {"id": EVENT}}, "opportunityId"),
        ("updateInterest", {"interestId": interest, "quantity": 2}, "interestId"),
        ("removeInterest", {"interestId": interest}, "interestId"),
        ("reservePlacesForInterests", {"interestIds": [interest]}, "interestIds.0"),
        ("releaseReservations", {"opportunityId": id}, "opportunityId"),
    ):
        assert await ask.why(f"opportunities.{verb}", input, Role.MEMBER) == [("NOT_FOUND", path)]


async def test_all_that_is_wrong_is_told_at_once(ask: Ask) -> None:
    refusals = await ask.why(
        "opportunities.create",
        {
            "name": "",
            "amount": "-1",
            "probability": 101,
            "financialUnitId": "XXZ",
            "description": "d" * 10_001,
        },
    )
    assert sorted(refusals) == [
        ("VALUE_INVALID", "amount"),
        ("VALUE_INVALID", "description"),
        ("VALUE_INVALID", "financialUnitId"),
        ("VALUE_INVALID", "probability"),
        ("VALUE_REQUIRED", "name"),
    ]
    ids = {
        "name": "x",
        "accountId": gid("Contact", 1),
        "regionId": "?",
        "teamIds": [gid("Team", 1), gid("Tag", 1)],
        "contactIds": [{"contactId": gid("Account", 1)}],
    }
    assert sorted(await ask.why("opportunities.create", ids)) == [
        ("NOT_FOUND", "accountId"),
        ("NOT_FOUND", "contactIds.0.contactId"),
        ("NOT_FOUND", "regionId"),
        ("NOT_FOUND", "teamIds.1"),
    ]


async def test_of_two_changes_expecting_one_version_one_is_made(ask: Ask) -> None:
    id = await ask.opportunity()
    payloads = await asyncio.gather(
        *(
            ask.verb("opportunities.update", {"id": id, "name": f"name {i}", "expectedVersion": 1})
            for i in range(2)
        )
    )
    codes = sorted(error["code"] for payload in payloads for error in payload["errors"])
    assert codes == ["VERSION_CONFLICT"]


async def test_every_verb_that_changes_a_record_minds_the_expected_version(ask: Ask) -> None:
    id = await ask.opportunity()
    interest = await ask.interest(id, EVENT)
    stale = {"opportunityId": id, "expectedVersion": 1}
    for verb, input in (
        ("update", {"name": "x"}),
        ("progress", {"stepId": gid("OpportunityStep", 4)}),
        ("addInterest", {"interestDetails": {"id": EVENT}}),
        ("updateInterest", {"interestId": interest, "quantity": 3}),
        ("removeInterest", {"interestId": interest}),
        ("reservePlacesForInterests", {"interestIds": [interest]}),
        ("extendReservations", {"reservationsValidUntil": None}),
        ("releaseReservations", {}),
        ("delete", {}),
    ):
        why = await ask.why(f"opportunities.{verb}", {**stale, **input})
        assert why == [("VERSION_CONFLICT", "expectedVersion")], verb
    await ask.done("opportunities.delete", {"id": id, "expectedVersion": 2}, "opportunity { id }")
    assert await ask.why("opportunities.restore", stale) == [
        ("VERSION_CONFLICT", "expectedVersion")
    ]
    for noun, type, change in (
        ("account", "Account", {"name": "Newer"}),
        ("event", "Event", {"title": "Newer"}),
    ):
        newer = {"id": gid(type, 1), **change}
        await ask.done(f"{noun}.update", newer, f"{noun} {{ id }}")
        wrong = {**newer, "expectedVersion": 1}
        assert await ask.why(f"{noun}.update", wrong) == [("VERSION_CONFLICT", "expectedVersion")]
