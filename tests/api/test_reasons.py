"""What is told of a move is what the move answers; what is offered against it helps.

On pipelines with rules made up, and records of all sorts, asked by every role.
"""

from typing import Any

import pytest

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations.pipelines import publish_document
from tests.api.asking import Ask, gid
from tests.api.rulings import DEFINED, STEPS, Rulings

REMEDIES = "remedies { title mutation variables }"
SAID = f"code label message path rule {{ id name }} {REMEDIES}"
WAYS = f"""query($id: ID!) {{ opportunity(id: $id) {{ transitions {{
  transition {{ id key }} toStep {{ id }} allowed
  blockers {{ {SAID} field actual expected }}
  inputs {{ name required currentValue }}
}} }} }}"""
ROLES = [Role.ADMIN, Role.MEMBER, Role.READ_ONLY]
Json = dict[str, Any]


class Made:
    """Records on pipelines made up, in the first organisation."""

    def __init__(self, ask: Ask, seed: int) -> None:
        self.ask, self.rulings = ask, Rulings(seed)
        self.random = self.rulings.random

    async def define(self) -> None:
        for definition in DEFINED:
            await self.ask.done("attribute.create", definition, "replayed")

    async def pipeline(self, key: str) -> tuple[str, Json]:
        """Its id, and its steps' ids by key."""
        document = parse(self.rulings.document(key))
        async with self.ask.database.writing(self.ask.organisation.org_id) as unit:
            version = await publish_document(unit, self.ask.organisation.admin, document)
        steps = {key: gid("OpportunityStep", id) for key, id in version.step_ids.items()}
        return gid("Pipeline", version.pipeline_id), steps

    async def record(self, pipeline: str, steps: Json) -> str:
        """Of the member's, so that three roles see it."""
        some: Json = {
            "leadSource": "Web", "nextStep": "Call", "amount": "100.00", "probability": 50,
            "expectedCloseDate": "2027-01-31", "accountId": gid("Account", 1),
            "contactIds": [{"contactId": gid("Contact", 1)}],
            "ownerId": gid("User", self.random.choice([1, 3])),
            "attributes": self._attributes(),
        }  # fmt: skip
        given = {name: value for name, value in some.items() if self.random.random() < 0.5}
        step = steps[self.random.choice(STEPS)]
        payload = await self.ask.done(
            "opportunities.create",
            {"name": "A deal", "pipelineId": pipeline, "entryStepId": step, **given},
            "opportunity { id }",
            Role.MEMBER,
        )
        id = payload["opportunity"]["id"]
        await self._hang(id)
        return id

    def _attributes(self) -> list[Json]:
        values = {"purchase_order": "PO-1", "budget": "7", "format": "Online", "sure": "true"}
        values |= {"margin": "-0.12345", "topics": '["Law", "Other"]'}
        some = [key for key in values if self.random.random() < 0.5]
        return [{"definitionKey": key, "value": values[key]} for key in some]

    async def _hang(self, id: str) -> None:
        if self.random.random() < 0.3:
            await self.ask.hanging("task", id)
        if self.random.random() < 0.3:
            await self.ask.attachment(id)
        if self.random.random() < 0.3:
            await self.ask.interest(id, gid("Event", 1), reserve=True)


async def ways(ask: Ask, id: str, role: Role) -> list[Json]:
    answered = await ask(WAYS, {"id": id}, role)
    assert "errors" not in answered, answered
    return answered["data"]["opportunity"]["transitions"]


def input_of(id: str, way: Json) -> Json:
    """What goes this way and no other."""
    transition = way["transition"]
    where = {"transitionId": transition["id"]} if transition else {"stepId": way["toStep"]["id"]}
    return {"opportunityId": id, **where}


def said(reason: Json) -> Json:
    return {name: reason[name] for name in ("code", "label", "message", "path", "rule", "remedies")}


async def agree(ask: Ask, id: str, way: Json, role: Role) -> None:
    """The move itself, undone, says the same."""
    document = f"""mutation($input: OpportunityProgressInput!) {{ opportunities {{
      progress(input: $input) {{ errors {{ {SAID} }} opportunity {{ step {{ id }} }} }} }} }}"""
    answered = await ask(document, {"input": {**input_of(id, way), "dryRun": True}}, role)
    payload = answered["data"]["opportunities"]["progress"]
    assert [said(blocker) for blocker in way["blockers"]] == payload["errors"], way
    assert way["allowed"] is (payload["errors"] == []), way
    if way["allowed"]:
        assert payload["opportunity"]["step"]["id"] == way["toStep"]["id"]


def known(blocker: Json) -> Json:
    return {name: blocker[name] for name in ("code", "rule", "field", "expected")}


async def mend(ask: Ask, id: str, way: Json, role: Role) -> int:
    """Executes each remedy of a way as it is given, and sees its blocker gone; how many there
    were."""
    helped = 0
    for blocker in way["blockers"]:
        for remedy in blocker["remedies"]:
            if remedy["mutation"] is None:
                assert remedy["variables"] is None
                continue
            answered = await ask(remedy["mutation"], remedy["variables"], role)
            assert "errors" not in answered, (remedy, answered)
            ((_, payload),) = answered["data"]["opportunities"].items()
            assert payload["errors"] == [], remedy
            found = {each["transition"] and each["transition"]["id"]: each
                     for each in await ways(ask, id, role)}  # fmt: skip
            after = found[way["transition"]["id"]]
            assert known(blocker) not in [known(each) for each in after["blockers"]], remedy
            helped += 1
    return helped


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_told_is_what_progress_answers_and_remedies_help(ask: Ask, seed: int) -> None:
    made, told, helped = Made(ask, seed), 0, 0
    await made.define()
    for n in range(5):
        pipeline, steps = await made.pipeline(f"made_{n}")
        for _ in range(2):
            id = await made.record(pipeline, steps)
            for role in ROLES:
                for way in await ways(ask, id, role):
                    await agree(ask, id, way, role)
                    told += not way["allowed"]
            for way in await ways(ask, id, Role.MEMBER):
                helped += await mend(ask, id, way, Role.MEMBER)
    assert told > 10
    assert helped > 0
