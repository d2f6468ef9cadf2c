"""Every code that a refusal can have comes of something; of a new one nobody knows of what."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline_gql.config import Settings
from pipeline_gql.domain.errors import Code
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models, rows
from tests.api.asking import Ask, gid
from tests.api.exchanges import Client
from tests.api.uploading import attach
from tests.operations.ruled import opened, published, rule
from tests.operations.winning import road

Errors = list[dict[str, Any]]
Case = Callable[[Ask, Client], Awaitable[Errors]]
EVENT = gid("Event", 1)
WAY = [
    {"key": "open", "steps": [{"key": "open", "entry": True, "probability": 20}]},
    {"key": "won", "state": "Won", "steps": [{"key": "won"}]},
]


@pytest.fixture(autouse=True)
def patience() -> None:
    """The usual limits."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(files_url=tmp_path.as_uri(), files_quota_bytes=10)


def changed(**input: Any) -> Case:
    """A new opportunity is changed so."""

    async def case(ask: Ask, client: Client) -> Errors:
        del client
        return await ask.refused("opportunities.update", {"id": await ask.opportunity(), **input})

    return case


def interesting(item: str, **details: Any) -> Case:
    """Such an interest is added to a new opportunity."""

    async def case(ask: Ask, client: Client) -> Errors:
        del client
        input = {
            "opportunityId": await ask.opportunity(),
            "interestDetails": {"id": item} | details,
        }
        return await ask.refused("opportunities.addInterest", input)

    return case


def demanding(**demands: Any) -> Case:
    """A member goes along a transition that demands this."""

    async def case(ask: Ask, client: Client) -> Errors:
        del client
        version = await published(ask.stored, {"ab": demands})
        deal = await opened(ask.stored, version, Role.MEMBER)
        return await _moved(ask, deal, version.step_ids["b"], Role.MEMBER)

    return case


async def _moved(ask: Ask, deal: int, step: int, role: Role = Role.ADMIN) -> Errors:
    input = {"opportunityId": gid("Opportunity", deal), "stepId": gid("OpportunityStep", step)}
    return await ask.refused("opportunities.progress", input, role)


async def to_where_nothing_leads(ask: Ask, client: Client) -> Errors:
    version = await published(ask.stored, {"ab": {}, "bc": {}})
    return await _moved(ask, await opened(ask.stored, version), version.step_ids["c"])


async def to_a_step_of_the_past(ask: Ask, client: Client) -> Errors:
    first = await published(ask.stored, {"ab": {}, "bc": {}})
    second = await published(ask.stored, {"ab": {}}, steps="ab")
    return await _moved(ask, await opened(ask.stored, second), first.step_ids["c"])


async def winning_without_an_account(ask: Ask, client: Client) -> Errors:
    way = await road(ask.stored, {"type": "issue_training_tokens"})
    deal = await way.start()
    tokens = gid("TrainingTokenType", ask.organisation.token_type_key)
    await ask.interest(gid("Opportunity", deal), tokens)
    return await _moved(ask, deal, way.version.step_ids["won"])


async def publishing_as_the_second(ask: Ask, client: Client) -> Errors:
    way = {"key": "renewals", "stages": WAY, "mode": "FREE"}
    shown = "pipelineVersion { id }"
    made = await ask.done("pipeline.create", {**way, "publish": True}, "pipeline { id }")
    key = {"pipelineId": made["pipeline"]["id"]}
    drafts = [await ask.done("pipeline.createDraft", key, shown) for _ in range(2)]
    first, second = [{"pipelineVersionId": each["pipelineVersion"]["id"]} for each in drafts]
    await ask.done("pipeline.publish", first, shown)
    return await ask.refused("pipeline.publish", second)


async def after_somebody_else(ask: Ask, client: Client) -> Errors:
    input = {"id": await ask.opportunity(), "expectedVersion": 1}
    await ask.done("opportunities.update", {**input, "name": "Newer"}, "opportunity { id }")
    return await ask.refused("opportunities.update", {**input, "name": "Newest"})


async def deleting_as_a_reader(ask: Ask, client: Client) -> Errors:
    input = {"opportunityId": await ask.opportunity()}
    return await ask.refused("opportunities.delete", input, Role.READ_ONLY)


async def beginning_in_the_middle(ask: Ask, client: Client) -> Errors:
    step = gid("OpportunityStep", 4)
    return await ask.refused("opportunities.create", {"name": "x", "entryStepId": step})


async def converting_twice(ask: Ask, client: Client) -> Errors:
    input = {"id": await ask.lead()}
    await ask.done("lead.convert", input, "lead { id }")
    return await ask.refused("lead.convert", input)


async def another_under_a_key(ask: Ask, client: Client) -> Errors:
    input = {"name": "Once", "idempotencyKey": "k"}
    await ask.done("opportunities.create", input, "opportunity { id }")
    return await ask.refused("opportunities.create", {**input, "name": "Twice"})


async def a_file_too_many(ask: Ask, client: Client) -> Errors:
    return (await attach(client, await ask.opportunity(), b"eleven byte"))["errors"]


async def beside_a_refusal(ask: Ask, client: Client) -> Errors:
    document = """mutation { account(atomic: true) {
      good: create(input: {name: "A"}) { errors { code } }
      bad: create(input: {name: ""}) { errors { code } }
    } }"""
    return (await ask(document))["data"]["account"]["good"]["errors"]


async def while_another_holds_it(ask: Ask, client: Client) -> Errors:
    input = {"id": await ask.opportunity(), "name": "x"}
    async with ask.database.writing(ask.organisation.org_id) as unit:
        (deal,) = await ask.stored.rows(models.Opportunity)
        await rows.locked(unit, models.Opportunity, deal.id)
        told = (await ask.verb("opportunities.update", input))["errors"]
    await ask.done("opportunities.update", input, "opportunity { id }")
    return told


CASES: dict[Code, Case] = {
    Code.TRANSITION_NOT_FOUND: to_where_nothing_leads,
    Code.TRANSITION_NOT_PERMITTED: demanding(rules=[rule({"role": ["ADMIN"]}, "ACTOR")]),
    Code.CONDITION_NOT_MET: demanding(rules=[rule({"attachments": {}})]),
    Code.ATTRIBUTE_REQUIRED: demanding(required_attributes=["expectedCloseDate"]),
    Code.VALUE_INVALID: changed(amount="1.234"),
    Code.VALUE_REQUIRED: changed(name=""),
    Code.VERSION_CONFLICT: after_somebody_else,
    Code.STEP_RETIRED: to_a_step_of_the_past,
    Code.NOT_ENOUGH_PLACES: interesting(EVENT, quantity=11, reserve=True),
    Code.ACTION_FAILED: winning_without_an_account,
    Code.DRAFT_BEHIND: publishing_as_the_second,
    Code.NOT_PERMITTED: deleting_as_a_reader,
    Code.NOT_AN_ENTRY_STEP: beginning_in_the_middle,
    Code.ITEM_NOT_AVAILABLE: interesting(gid("CourseTemplate", 12), unitAmount="1"),
    Code.TOO_MANY_LEARNERS: interesting(
        EVENT, eventDetails={"newLearners": [{"firstName": "A", "lastName": "B"}] * 2}
    ),
    Code.NOT_FOUND: changed(accountId=gid("Account", 77)),
    Code.ALREADY_CONVERTED: converting_twice,
    Code.IDEMPOTENCY_KEY_REUSED: another_under_a_key,
    Code.QUOTA_EXCEEDED: a_file_too_many,
    Code.ROLLED_BACK: beside_a_refusal,
    Code.TRY_AGAIN: while_another_holds_it,
}


@pytest.mark.parametrize("code", Code)
async def test_every_code_comes_of_something(ask: Ask, client: Client, code: Code) -> None:
    (error,) = await CASES[code](ask, client)
    assert error["code"] == code
    assert error.get("retryable", False) is (code is Code.TRY_AGAIN)
