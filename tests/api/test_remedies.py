"""What a refusal offers against itself helps, executed exactly as it is given."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import update

from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.store import models
from tests.api.asking import Ask, gid

EVENT = gid("Event", 1)
MIA = gid("User", 3)
OFFERED = """errors {
  rule { id name }
  remedies { __typename title mutation variables }
}"""
EXTEND = """mutation ExtendReservations($input: OpportunityExtendReservationsInput!) {
  opportunities {
    extendReservations(input: $input) {
      errors { label message code }
      opportunity { id }
    }
  }
}
"""


def step(key: int) -> str:
    return gid("OpportunityStep", key)


async def offered(
    ask: Ask, verb: str, input: Mapping[str, Any], role: Role | Viewer = Role.ADMIN
) -> list[dict[str, Any]]:
    """The remedies of the one refusal of a call."""
    (error,) = (await ask.verb(verb, input, OFFERED, role))["errors"]
    assert error["rule"] is None
    for remedy in error["remedies"]:
        assert remedy.pop("__typename") == "Remedy"
    return error["remedies"]


async def titles(ask: Ask, verb: str, input: Mapping[str, Any]) -> list[str]:
    """Of remedies that are advice, and so have nothing to execute."""
    remedies = await offered(ask, verb, input)
    assert all(each["mutation"] is each["variables"] is None for each in remedies)
    return [each["title"] for each in remedies]


async def execute(ask: Ask, remedy: Mapping[str, Any]) -> None:
    answered = await ask(remedy["mutation"], remedy["variables"])
    assert "errors" not in answered, answered
    ((verb, payload),) = answered["data"]["opportunities"].items()
    assert payload["errors"] == [], verb
    assert payload["opportunity"]


async def standing(ask: Ask, id: str) -> str:
    found = await ask.read(
        "query($id: ID!) { node(id: $id) { ... on Opportunity { step { id } } } }", {"id": id}
    )
    return found["node"]["step"]["id"]


async def test_each_transition_that_leaves_the_step_is_offered(ask: Ask) -> None:
    id = await ask.opportunity()
    back = {"opportunityId": id, "stepId": step(3)}
    await ask.done("opportunities.progress", {**back, "stepId": step(4)}, "opportunity { id }")
    remedies = await offered(ask, "opportunities.progress", back)
    assert [each["title"] for each in remedies] == ["Move to Won", "Move to Lost"]
    assert remedies[0]["variables"] == {"input": {"opportunityId": id, "stepId": step(5)}}
    await execute(ask, remedies[0])
    assert await standing(ask, id) == step(5)


async def test_the_first_remedy_leads_to_the_wanted_step_by_the_shortest_way(ask: Ask) -> None:
    id = await ask.opportunity()
    wanted = {"opportunityId": id, "stepId": step(7)}
    remedies = await offered(ask, "opportunities.progress", wanted)
    assert [each["title"] for each in remedies] == [
        "Go by way of Opportunity, Lost",
    ]
    await execute(ask, remedies[0])
    remedies = await offered(ask, "opportunities.progress", wanted)
    assert remedies[0]["title"] == "Go by way of Lost"
    await execute(ask, remedies[0])
    await ask.done("opportunities.progress", wanted, "opportunity { id }")
    assert await standing(ask, id) == step(7)


async def test_who_stands_on_the_wanted_step_may_stay(ask: Ask) -> None:
    id = await ask.opportunity()
    wanted = {"opportunityId": id, "stepId": step(3)}
    first, *_ = await offered(ask, "opportunities.progress", wanted)
    assert first["title"] == "Stay in Proposed"
    await execute(ask, first)
    assert await standing(ask, id) == step(3)


async def test_a_version_that_has_passed_names_the_one_to_send(ask: Ask) -> None:
    id = await ask.opportunity()
    await ask.done("opportunities.update", {"id": id, "name": "x"}, "opportunity { id }")
    stale = {"id": id, "name": "y", "expectedVersion": 1}
    (title,) = await titles(ask, "opportunities.update", stale)
    assert title == "Read again, then send expectedVersion: 2"
    now = {**stale, "expectedVersion": int(title.split()[-1])}
    await ask.done("opportunities.update", now, "opportunity { id }")


async def test_the_entry_steps_are_named_with_their_ids(ask: Ask) -> None:
    wanted = {"name": "x", "entryStepId": step(4)}
    (title,) = await titles(ask, "opportunities.create", wanted)
    assert title == f"Start in Proposed: entryStepId {step(3)}"
    await ask.done(
        "opportunities.create", {**wanted, "entryStepId": title.split()[-1]}, "opportunity { id }"
    )


TODAY = date.today()
"""The same at the end of a test as at its beginning."""


async def later(ask: Ask, days: int, **fields: Any) -> str:
    """The id of another event, of the same course unless told otherwise."""
    start = (TODAY + timedelta(days=days)).isoformat()
    given = {
        "code": f"LATER-{days}",
        "title": f"In {days} days",
        "courseTemplateId": gid("CourseTemplate", 11),
        "startDate": start,
        "maxPlaces": 12,
        "prices": [{"financialUnitId": "GBP", "amount": "100.00"}],
        **fields,
    }
    payload = await ask.done("event.create", given, "event { id }")
    return payload["event"]["id"]


async def test_other_dates_with_enough_places_are_named_soonest_first(ask: Ask) -> None:
    id = await ask.opportunity()
    for days in (60, 50, 40, 30, 20, 10):
        await later(ask, days)
    soonest = await later(ask, 5, maxPlaces=11)
    await later(ask, 1, maxPlaces=10)
    await later(ask, 2, state="CANCELLED")
    await later(ask, 3, courseTemplateId=None)
    await later(ask, -4)
    wanted = {"id": EVENT, "quantity": 11, "reserve": True}
    told = await titles(
        ask, "opportunities.addInterest", {"opportunityId": id, "interestDetails": wanted}
    )
    assert len(told) == 5
    day = TODAY + timedelta(days=5)
    assert told[0] == f"{day} In 5 days, id {soonest}: 11 places left"
    assert [title.split(", id ")[0].split(" ", 1)[1] for title in told] == [
        f"In {days} days" for days in (5, 10, 20, 30, 40)
    ]
    await ask.interest(id, soonest, quantity=11, reserve=True)


async def expire(ask: Ask) -> None:
    """Lets the date of all opportunities' places pass."""
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await unit.session.execute(
            update(models.Opportunity)
            .where(models.Opportunity.org_id == unit.org_id)
            .values(reservations_valid_until=datetime.now(UTC) - timedelta(seconds=1))
        )


async def test_another_date_needs_room_for_all_and_expired_places_are_free(ask: Ask) -> None:
    holder, id = await ask.opportunity(), await ask.opportunity()
    other, small = await later(ask, 10), await later(ask, 5, maxPlaces=10)
    await ask.interest(holder, other, quantity=12, reserve=True)
    await expire(ask)
    await ask.done(
        "opportunities.extendReservations",
        {"opportunityId": id, "reservationsValidUntil": None},
        "opportunity { id }",
    )
    interest = await ask.interest(id, EVENT, quantity=9, reserve=True)
    told = await titles(
        ask, "opportunities.updateInterest", {"interestId": interest, "quantity": 11}
    )
    assert [title.rsplit("id ", 1)[1] for title in told] == [f"{other}: 12 places left"]
    assert small not in told[0]


async def test_an_event_of_no_course_has_no_other_dates(ask: Ask) -> None:
    id = await ask.opportunity()
    await later(ask, 5, courseTemplateId=None)
    alone = await later(ask, 6, courseTemplateId=None, maxPlaces=1)
    wanted = {"id": alone, "quantity": 2, "reserve": True}
    input = {"opportunityId": id, "interestDetails": wanted}
    assert await titles(ask, "opportunities.addInterest", input) == []


async def test_places_under_a_date_that_has_passed_can_be_had_without_end(ask: Ask) -> None:
    id = await ask.opportunity()
    one, other = await ask.interest(id, EVENT), await ask.interest(id, EVENT)
    details = {"id": EVENT, "reserve": True}
    for verb, input in (
        ("addInterest", {"opportunityId": id, "interestDetails": details}),
        ("updateInterest", {"interestId": one, "reserve": True}),
        ("reservePlacesForInterests", {"interestIds": [other]}),
    ):
        await expire(ask)
        (remedy,) = await offered(ask, f"opportunities.{verb}", input)
        assert remedy["title"] == "Let places be held without end, then reserve again"
        assert remedy["mutation"] == EXTEND
        assert remedy["variables"] == {
            "input": {"opportunityId": id, "reservationsValidUntil": None}
        }
        await execute(ask, remedy)
        await ask.done(f"opportunities.{verb}", input, "opportunity { id }")


async def test_who_may_is_told_to_who_may_not(ask: Ask) -> None:
    id, mia = await ask.opportunity(), ask.organisation.member
    comment = await ask.comment(id)
    await ask.done("opportunities.assign", {"opportunityId": id, "ownerId": MIA}, "replayed")
    for viewer, verb, input, title in (
        (Role.READ_ONLY, "opportunities.update", {"id": id}, "an administrator, a manager or a me"),
        (mia, "tag.create", {"name": "x"}, "an administrator or a manager"),
        (mia, "opportunities.delete", {"opportunityId": id}, "whoever created it or an admini"),
        (mia, "opportunities.deleteComment", {"commentId": comment}, "whoever wrote it or an adm"),
    ):
        (remedy,) = await offered(ask, verb, input, viewer)
        assert remedy["title"].startswith(f"Ask {title}"), verb
    reading = replace(mia, can_write=False)
    (remedy,) = await offered(ask, "opportunities.update", {"id": id, "name": "x"}, reading)
    assert remedy == {"title": "Use a token that may write", "mutation": None, "variables": None}


async def test_a_key_that_was_used_is_answered_by_another(ask: Ask) -> None:
    input = {"name": "one", "idempotencyKey": "k"}
    await ask.done("opportunities.create", input, "replayed")
    other = {**input, "name": "two"}
    assert await titles(ask, "opportunities.create", other) == [
        "Send it under a new idempotencyKey"
    ]
    await ask.done("opportunities.create", {**other, "idempotencyKey": "l"}, "replayed")


async def test_what_nothing_is_known_against_offers_nothing(ask: Ask) -> None:
    id = await ask.opportunity()
    assert await offered(ask, "opportunities.update", {"id": id, "name": ""}) == []


async def test_only_what_is_selected_of_a_remedy_is_answered(ask: Ask) -> None:
    id = await ask.opportunity()
    payload = await ask.verb(
        "opportunities.progress",
        {"opportunityId": id, "stepId": step(5)},
        "errors { offers: remedies { what: title } ... on MutationError { rule { __typename } } }",
        Role.MANAGER,
    )
    (error,) = payload["errors"]
    assert error["offers"] == [
        {"what": "Go by way of Opportunity"},
    ]
    assert error["rule"] is None
