"""What opportunities have of the attributes that their organisation defined."""

import asyncio
from typing import Any

import pytest

from pipeline_gql.store import models
from tests.api.asking import Ask, gid

SHOWN = "opportunity { id version attributes { definitionKey value definition { label type } } }"
DEFINED: dict[str, dict[str, Any]] = {
    "purchase_order": {"type": "TEXT"},
    "seats": {"type": "INTEGER"},
    "budget": {"type": "DECIMAL"},
    "signed": {"type": "BOOLEAN"},
    "kickoff": {"type": "DATE"},
    "delivery": {"type": "CHOICE", "choices": ["Remote", "On site"]},
    "topics": {"type": "MULTI_CHOICE", "choices": ["Lead", "Sell", "Plan"]},
}


@pytest.fixture
async def ids(ask: Ask) -> dict[str, str]:
    """The attributes' ids by key."""
    made: dict[str, str] = {}
    for key, given in DEFINED.items():
        input = {"key": key, "label": key.capitalize(), **given}
        payload = await ask.done("attribute.create", input, "attribute { id }")
        made[key] = payload["attribute"]["id"]
    return made


def given(**values: str | None) -> dict[str, Any]:
    return {"attributes": [{"definitionKey": k, "value": v} for k, v in values.items()]}


def had(payload: dict[str, Any]) -> dict[str, str]:
    return {it["definitionKey"]: it["value"] for it in payload["opportunity"]["attributes"]}


async def _of(ask: Ask, id: str) -> dict[str, str]:
    found = await ask.read(
        "query($id: ID!) { opportunity(id: $id) { attributes { definitionKey value } } }",
        {"id": id},
    )
    return had(found)


async def test_values_are_given_changed_left_alone_and_cleared(
    ask: Ask, ids: dict[str, str]
) -> None:
    first = given(purchase_order=" PO-1 ", seats="+12", budget="0010.50", signed="true")
    made = await ask.done("opportunities.create", {"name": "A deal", **first}, SHOWN)
    assert had(made) == {
        "purchase_order": "PO-1", "seats": "12", "budget": "10.5", "signed": "true",
    }  # fmt: skip
    (budget, *_) = made["opportunity"]["attributes"]
    assert budget["definition"] == {"label": "Budget", "type": "DECIMAL"}
    id = made["opportunity"]["id"]
    second = given(seats=None, budget="11", topics='["Sell", "Lead"]', kickoff="2031-03-03")
    changed = await ask.done("opportunities.update", {"id": id, **second}, SHOWN)
    assert had(changed) == {
        "purchase_order": "PO-1", "budget": "11", "signed": "true",
        "topics": '["Lead", "Sell"]', "kickoff": "2031-03-03",
    }  # fmt: skip
    same = await ask.done("opportunities.update", {"id": id, **given(budget="11.0")}, SHOWN)
    assert same["opportunity"]["version"] == changed["opportunity"]["version"]
    none = await ask.done("opportunities.update", {"id": id, "attributes": None}, SHOWN)
    assert had(none) == {}


async def test_a_change_is_audited_told_in_the_timeline_and_named_in_a_conflict(
    ask: Ask, ids: dict[str, str]
) -> None:
    id = await ask.opportunity(**given(seats="3"))
    await ask.done("opportunities.update", {"id": id, **given(seats="4", signed="false")}, SHOWN)
    audit = (await ask.stored.rows(models.Audit))[-1]
    assert audit.before == {"attributes": {"seats": "3"}}
    assert audit.after == {"attributes": {"seats": "4", "signed": "false"}, "version": 2}
    event = (await ask.stored.rows(models.Outbox))[-1]
    assert event.payload["fields"] == ["attributes"]
    told = await ask.read(
        "query($id: ID!) { opportunity(id: $id) { timeline(last: 1) { nodes {"
        " ... on TimelineChange { changes { field before after } } } } } }",
        {"id": id},
    )
    ((change,),) = [node["changes"] for node in told["opportunity"]["timeline"]["nodes"]]
    assert change == {
        "field": "attributes",
        "before": {"seats": "3"},
        "after": {"seats": "4", "signed": "false"},
    }
    late = {"id": id, "expectedVersion": 1, **given(seats="5")}
    (conflict,) = await ask.refused("opportunities.update", late)
    assert "attributes" in conflict["message"]


async def test_what_came_with_a_move_is_told_in_the_timeline_beside_it(
    ask: Ask, ids: dict[str, str]
) -> None:
    id = await ask.opportunity()
    told: list[list[str]] = []
    for step, more in ((4, given(seats="4")), (5, {})):
        move = {"opportunityId": id, "stepId": gid("OpportunityStep", step), **more}
        await ask.done("opportunities.progress", move, "opportunity { id }")
        found = await ask.read(
            "query($id: ID!) { opportunity(id: $id) { timeline { nodes { __typename } } } }",
            {"id": id},
        )
        nodes = found["opportunity"]["timeline"]["nodes"]
        told.append(sorted(node["__typename"] for node in nodes))
    once = ["TimelineChange", "TimelineMove", "TimelineMove"]
    assert told == [once, [*once, "TimelineMove"]]


async def test_all_that_is_wrong_with_values_is_told_with_its_place(
    ask: Ask, ids: dict[str, str]
) -> None:
    await ask.done("attribute.archive", {"id": ids["signed"]}, "attribute { id }")
    wrong = given(seats="3.5", none="x", delivery="By post", signed="true")
    wrong["attributes"] += [{"definitionKey": "seats", "value": "1"}]
    wrong["attributes"] += [{"definitionKey": "\x00\ud800", "value": "1"}]
    id = await ask.opportunity()
    for verb, input in (("create", {"name": ""}), ("update", {"id": id, "name": ""})):
        assert await ask.why(f"opportunities.{verb}", {**input, **wrong}) == [
            ("VALUE_REQUIRED", "name"),
            ("VALUE_INVALID", "attributes.0.value"),
            ("NOT_FOUND", "attributes.1.definitionKey"),
            ("VALUE_INVALID", "attributes.2.value"),
            ("ITEM_NOT_AVAILABLE", "attributes.3.definitionKey"),
            ("VALUE_INVALID", "attributes.4.definitionKey"),
            ("NOT_FOUND", "attributes.5.definitionKey"),
        ]
    (error,) = await ask.refused("opportunities.update", {"id": id, **given(delivery="By post")})
    assert error["message"] == "value of Delivery must be one of Remote, On site"
    assert error["value"] == "By post"


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_moment_that_utc_cannot_say_is_refused_as_any_other(ask: Ask, edge: str) -> None:
    defined = {"key": "signed_at", "label": "Signed at", "type": "DATETIME"}
    await ask.done("attribute.create", defined, "attribute { id }")
    late = {"name": "A deal", **given(signed_at=edge)}
    (error,) = await ask.refused("opportunities.create", late)
    assert (error["code"], error["value"]) == ("VALUE_INVALID", edge)


async def test_what_is_required_at_creation_is_asked_of_every_new_one_and_of_no_other(
    ask: Ask, ids: dict[str, str]
) -> None:
    old, lead = await ask.opportunity(), await ask.lead()
    change = {"id": ids["delivery"], "requiredAtCreation": True}
    await ask.done("attribute.update", change, "attribute { id }")
    (error,) = await ask.refused("opportunities.create", {"name": "x"})
    assert (error["code"], error["path"]) == ("VALUE_REQUIRED", ["input", "attributes"])
    assert error["message"] == "attributes is required: there is none for Delivery"
    assert await ask.why("opportunities.create", {"name": "x", **given(delivery=None)}) == [
        ("VALUE_REQUIRED", "attributes.0.value")
    ]
    assert await ask.why("lead.convert", {"leadId": lead}) == [("VALUE_REQUIRED", "attributes")]
    with_it = {"leadId": lead, **given(delivery="Remote")}
    became = await ask.done("lead.convert", with_it, "lead { opportunity { id } }")
    assert await _of(ask, became["lead"]["opportunity"]["id"]) == {"delivery": "Remote"}
    await ask.done("opportunities.update", {"id": old, "name": "Renamed"}, SHOWN)
    await ask.done("attribute.archive", {"id": ids["delivery"]}, "attribute { id }")
    await ask.opportunity()


async def test_values_outlive_their_choice_and_their_attribute_until_they_are_cleared(
    ask: Ask, ids: dict[str, str]
) -> None:
    id = await ask.opportunity(**given(delivery="Remote", seats="3"))
    narrowed = {"id": ids["delivery"], "choices": ["On site"]}
    await ask.done("attribute.update", narrowed, "attribute { id }")
    await ask.done("attribute.archive", {"id": ids["seats"]}, "attribute { id }")
    again = {"id": id, "name": "Again", **given(delivery="Remote", seats="3")}
    assert had(await ask.done("opportunities.update", again, SHOWN)) == {
        "delivery": "Remote",
        "seats": "3",
    }
    assert await ask.why("opportunities.update", {"id": id, **given(seats="4")}) == [
        ("ITEM_NOT_AVAILABLE", "attributes.0.definitionKey")
    ]
    cleared = {"id": id, **given(delivery=None, seats=None)}
    assert had(await ask.done("opportunities.update", cleared, SHOWN)) == {}
    why = await ask.why("opportunities.update", {"id": id, **given(delivery="Remote")})
    assert why == [("VALUE_INVALID", "attributes.0.value")]


async def test_no_value_is_given_once_its_attribute_is_archived_however_many_try(
    ask: Ask, ids: dict[str, str]
) -> None:
    """Whoever was first keeps the value; the others are told that the attribute is archived."""
    deals = [await ask.opportunity() for _ in range(12)]

    async def archived() -> list[str]:
        return await ask.insisting("attribute.archive", {"id": ids["seats"]})

    async def valued(id: str) -> list[str]:
        return await ask.insisting("opportunities.update", {"id": id, **given(seats="1")})

    answers = await asyncio.gather(*map(valued, deals[:6]), archived(), *map(valued, deals[6:]))
    assert answers.pop(6) == []
    for id, codes in zip(deals, answers, strict=True):
        assert codes in ([], ["ITEM_NOT_AVAILABLE"])
        assert await _of(ask, id) == ({} if codes else {"seats": "1"})
    audits = await ask.stored.rows(models.Audit)
    last = [audit.verb for audit in audits if audit.verb in ("archive", "update")]
    assert "update" not in last[last.index("archive") :]


async def test_two_writers_of_different_attributes_of_one_deal_lose_nothing(
    ask: Ask, ids: dict[str, str]
) -> None:
    id = await ask.opportunity()
    values = {"seats": "1", "budget": "2", "signed": "true", "purchase_order": "PO"}
    answers = await asyncio.gather(
        *(
            ask.insisting("opportunities.update", {"id": id, **given(**{key: value})})
            for key, value in values.items()
        )
    )
    assert answers == [[]] * 4
    assert await _of(ask, id) == values
    stored = await ask.stored.rows(models.Audit)
    seen = [audit.after["attributes"] for audit in stored if audit.verb == "update"]
    assert [len(each) for each in seen] == [1, 2, 3, 4]
