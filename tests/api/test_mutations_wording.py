"""Refusals in words that a person can act on: what was sent, where, and why it cannot be."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.spelling import an, counted
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations.pipelines import publish_document
from tests.api.asking import Ask, gid
from tests.operations.test_pipelines import FIRST
from tests.organisations import TOKEN_TYPE

ADD, UPDATE = "opportunities.addInterest", "opportunities.updateInterest"
EVENT, TEMPLATE = gid("Event", 1), gid("CourseTemplate", 11)
TOKENS = gid("TrainingTokenType", TOKEN_TYPE)


async def messages(ask: Ask, verb: str, input: dict[str, Any], role: Any = Role.ADMIN) -> list[str]:
    return [error["message"] for error in await ask.refused(verb, input, role)]


@pytest.mark.parametrize(
    ("sent", "value", "why"),
    [
        ("XXX", "XXX", "must be a currency code of ISO 4217"),
        ("USD", "USD", "cannot become USD while there are interests"),
        (gid("Currency", "USD"), gid("Currency", "USD"), "cannot become USD while"),
        (None, None, "cannot become GBP while there are interests"),
    ],
)
async def test_a_refused_currency_is_told_once_and_as_it_was_sent(
    ask: Ask, sent: str | None, value: str | None, why: str
) -> None:
    id = await ask.opportunity(financialUnitId="EUR")
    await ask.interest(id, EVENT, unitAmount="5")
    (error,) = await ask.refused("opportunities.update", {"id": id, "financialUnitId": sent})
    assert (error["code"], error["value"]) == ("VALUE_INVALID", value)
    assert error["path"] == ["input", "financialUnitId"]
    assert error["message"].startswith(f"financialUnitId {why}")


async def test_beside_a_refused_currency_an_amount_is_judged_as_in_any(ask: Ask) -> None:
    wrong = {"name": "x", "financialUnitId": "XXX"}
    for amount, why in (
        ("1.2345", []),
        ("1.23456", ["amount has more decimals than any currency (4)"]),
        ("-1", ["amount must be at least 0"]),
    ):
        told = await messages(ask, "opportunities.create", {**wrong, "amount": amount})
        assert told == ["financialUnitId must be a currency code of ISO 4217", *why]


async def _people(ask: Ask, interest: str) -> list[str]:
    read = await ask.read(
        "query Q($id: ID!) { node(id: $id) { ... on EventInterest { learners { __typename } } } }",
        {"id": interest},
    )
    return read["node"]["learners"]


async def test_a_block_that_is_null_is_emptied_and_an_empty_one_left(ask: Ask) -> None:
    id = await ask.opportunity()
    people = {
        "existingLearners": [gid("Contact", 1)],
        "newLearners": [{"firstName": "Nina", "lastName": "New"}],
    }
    interest = await ask.interest(id, EVENT, quantity=2, eventDetails=people)
    selected = "opportunity { version }"
    idle: list[dict[str, Any]] = [
        {},
        {"eventDetails": {}},
        {"courseDetails": None},
        {"quantity": 2},
    ]
    for nothing in idle:
        payload = await ask.done(UPDATE, {"interestId": interest, **nothing}, selected)
        assert payload["opportunity"]["version"] == 2, nothing
        assert len(await _people(ask, interest)) == 2
    payload = await ask.done(UPDATE, {"interestId": interest, "eventDetails": None}, selected)
    assert payload["opportunity"]["version"] == 3
    assert await _people(ask, interest) == []
    wrong: dict[str, Any] = {"interestId": interest, "eventDetails": None, "courseDetails": {}}
    assert await messages(ask, UPDATE, wrong) == [
        "courseDetails must be absent: the item is an event"
    ]


async def test_the_details_of_tokens_that_are_null_end_their_expiry(ask: Ask) -> None:
    ends = {"expiresAt": "2031-01-01T00:00:00Z"}
    interest = await ask.interest(await ask.opportunity(), TOKENS, trainingTokenDetails=ends)
    payload = await ask.done(
        UPDATE,
        {"interestId": interest, "trainingTokenDetails": None},
        "interests { ... on TrainingTokenInterest { expiresAt } }",
    )
    assert payload["interests"] == [{"expiresAt": None}]


async def test_neither_true_nor_false_is_no_answer_to_reserve(ask: Ask) -> None:
    interest = await ask.interest(await ask.opportunity(), EVENT)
    assert await ask.why(UPDATE, {"interestId": interest, "reserve": None}) == [
        ("VALUE_REQUIRED", "reserve")
    ]


async def test_all_that_is_wrong_with_an_interest_is_told_at_once(ask: Ask) -> None:
    id = await ask.opportunity(financialUnitId="JPY")
    wrong = {
        "quantity": 0,
        "taxId": gid("TaxType", 99),
        "eventDetails": {"existingLearners": [gid("Contact", 99)]},
    }
    refusals = {
        ("VALUE_INVALID", "quantity"),
        ("NOT_FOUND", "taxId"),
        ("NOT_FOUND", "eventDetails.existingLearners.0"),
    }
    for amount, code in (
        ({}, "VALUE_REQUIRED"),
        ({"unitAmount": "-4"}, "VALUE_INVALID"),
        ({"unitAmount": "0.5"}, "VALUE_INVALID"),
    ):
        details = {"id": EVENT, **wrong, **amount}
        why = await ask.why(ADD, {"opportunityId": id, "interestDetails": details})
        expected = refusals | {(code, "unitAmount")}
        assert sorted(why) == sorted((code, f"interestDetails.{path}") for code, path in expected)
    interest = await ask.interest(id, EVENT, unitAmount="5")
    why = await ask.why(UPDATE, {"interestId": interest, **wrong, "unitAmount": "-4"})
    assert sorted(why) == sorted({*refusals, ("VALUE_INVALID", "unitAmount")})


async def test_a_step_of_another_pipeline_is_told_to_be_one(ask: Ask) -> None:
    document = deepcopy(FIRST)
    document["stages"][0]["steps"][0]["name"] = "Fresh"
    async with ask.database.writing(ask.organisation.org_id) as unit:
        version = await publish_document(unit, ask.organisation.admin, parse(document))
    fresh = encode(Ref("OpportunityStep", version.step_ids["new"]))
    wrong = {"name": "x", "pipelineId": gid("Pipeline", 1), "entryStepId": fresh}
    assert await messages(ask, "opportunities.create", wrong) == [
        f"Fresh ({fresh}) is not an entry step of pipeline Training:"
        " it belongs to pipeline Renewals"
    ]
    del document["stages"][0]["steps"][0]
    document["stages"][0]["steps"][0]["entry"] = True
    document["transitions"] = [{"from": "talk", "to": "won"}]
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await publish_document(unit, ask.organisation.admin, parse(document))
    assert await messages(ask, "opportunities.create", {"name": "x", "entryStepId": fresh}) == [
        f"Fresh ({fresh}) is not an entry step of pipeline Renewals as it is published now"
    ]


async def test_a_missing_price_says_of_what_and_in_which_currency(ask: Ask) -> None:
    add = {"interestDetails": {"id": TEMPLATE}}
    here = await ask.opportunity(financialUnitId="CHF")
    assert await messages(ask, ADD, {"id": here, **add}) == [
        "unitAmount is required: My New Course has no price in CHF for the region UK"
    ]
    nowhere = await ask.opportunity(financialUnitId="CHF", regionId=None)
    assert await messages(ask, ADD, {"id": nowhere, **add}) == [
        "unitAmount is required: My New Course has no price in CHF"
    ]


async def test_who_may_not_is_named_and_so_is_a_token_that_may_not(ask: Ask) -> None:
    id = await ask.opportunity()
    token = replace(ask.organisation.admin, can_write=False)
    change, create = ("opportunities.update", {"id": id, "name": "x"}), {"name": "x"}
    assert await messages(ask, *change, token) == [
        "This token of Ada Admin may not change this Opportunity"
    ]
    assert await messages(ask, "account.create", create, token) == [
        "This token of Ada Admin may not create an Account"
    ]
    assert await messages(ask, "opportunities.create", create, Role.READ_ONLY) == [
        "Rea Reader may not create an Opportunity"
    ]
    assert await messages(ask, *change, replace(ask.organisation.reader, can_write=False)) == [
        "Rea Reader may not change this Opportunity"
    ]


async def test_tokens_that_have_expired_are_not_sold(ask: Ask) -> None:
    id = await ask.opportunity()
    past = {"trainingTokenDetails": {"expiresAt": "2020-06-01T00:00:00"}}
    add = {"opportunityId": id, "interestDetails": {"id": TOKENS, **past}}
    (error,) = await ask.refused(ADD, add)
    assert (error["code"], error["value"]) == ("VALUE_INVALID", "2020-06-01T00:00:00")
    assert error["message"] == "expiresAt must lie in the future"
    interest = await ask.interest(id, TOKENS)
    assert await ask.why(UPDATE, {"interestId": interest, **past}) == [
        ("VALUE_INVALID", "trainingTokenDetails.expiresAt")
    ]


async def test_a_message_names_the_field_that_the_client_sent(ask: Ask) -> None:
    id = await ask.hanging("meeting", await ask.opportunity())
    await ask.done("meeting.complete", {"id": id}, "meeting { id }")
    for key in ("id", "meetingId"):
        (error,) = await ask.refused("meeting.cancel", {key: id})
        assert error["message"] == f"{key} must name a meeting that is planned"
        assert error["path"] == ["input", key]


@pytest.mark.parametrize("type", ["RegionUpdateInput", "OpportunityCreateInput"])
async def test_the_scope_of_a_key_is_described(ask: Ask, type: str) -> None:
    fields = f'{{ __type(name: "{type}") {{ inputFields {{ name description }} }} }}'
    told = {f["name"]: f["description"] for f in (await ask.read(fields))["__type"]["inputFields"]}
    for word in ("same user", "same mutation", "same input", "response path", "null"):
        assert word in told["idempotencyKey"]


def test_articles_and_plurals_are_right() -> None:
    nouns = ("event", "id", "integer", "OpportunityStep", "Account", "User", "region", "unit")
    assert [an(noun).split()[0] for noun in nouns] == ["an"] * 5 + ["a"] * 3
    assert [counted(n, "place") for n in (0, 1, 2_000)] == ["0 places", "1 place", "2,000 places"]
