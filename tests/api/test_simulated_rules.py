"""What a simulation says that records would lose is what they have lost once it is published."""

import json
from collections import defaultdict
from random import Random
from typing import Any

import pytest

from pipeline_gql.domain import losses
from pipeline_gql.store import simulating
from tests.api.asking import Ask, gid
from tests.api.rulings import STEPS, Rulings

Json = dict[str, Any]
Move = tuple[str, str]
FORESEEN = {
    "purchase_order": ["PO-1", "x"],
    "budget": [5, 10],
    "format": ["Online", "In house"],
    "sure": [True],
}
DEFINED = [
    {"key": "purchase_order", "label": "Purchase order", "type": "TEXT"},
    {"key": "budget", "label": "Budget", "type": "INTEGER"},
    {"key": "format", "label": "Format", "type": "CHOICE", "choices": ["Online", "In house"]},
    {"key": "sure", "label": "Sure", "type": "BOOLEAN"},
]
BLOCKED = """simulation { moved kept stayed judgement { records judged complete } blockedMoves {
  fromStep { id } toStep { id } transition { key } newTransition { key }
  code rule { id } attribute count sample values { currency value }
} }"""
WAYS = """query($id: ID!) { opportunity(id: $id) { step { id } transitions {
  transition { key } toStep { id } allowed blockers { code rule { id } field }
} } }"""


class Changing(Rulings):
    """Makes a pipeline and then another of it: rules ask for nothing that an administrator could
    not answer in advance."""

    def first(self, key: str) -> Json:
        self.steps = list(STEPS)
        made = self.document(key)
        # Most ask for nothing, or records had little to lose.
        for each in made["transitions"]:
            if self.random.random() < 0.6:
                each.update(rules=[], required_attributes=[])
        self._keep(made)
        return made

    def _keep(self, made: Json) -> None:
        self.known = {(each.get("from"), each["to"]): each for each in made["transitions"]}

    def second(self, key: str) -> Json:
        gone = self.random.choice([None, *STEPS])
        self.steps = [step for step in STEPS if step != gone]
        made = self.document(key)
        found = {(each.get("from"), each["to"]): each for each in made["transitions"]}
        for ends, old in self.known.items():
            stays = set(ends) <= {None, "won", *self.steps} and self._asks_for_known(old)
            if stays and self.random.random() < 0.6:
                found[ends] = old
        stages = [self._without(gone, each) for each in made["stages"]]
        edges = [each for ends, each in found.items() if set(ends) <= {None, "won", *self.steps}]
        made |= {"stages": stages, "transitions": edges}
        self._keep(made)
        return made

    def _asks_for_known(self, edge: Json) -> bool:
        gone = set(STEPS) - set(self.steps)
        return not any(f'"was_in_step": "{step}"' in json.dumps(edge) for step in gone)

    def _without(self, gone: str | None, stage: Json) -> Json:
        steps = [
            step | ({"probability": self.random.choice([10, 20, 55])} if "entry" in step else {})
            for step in stage["steps"]
            if step["key"] != gone
        ]
        return stage | {"steps": steps}

    def _transition(self, source: str | None, target: str) -> Json:
        made = super()._transition(source, target)
        names = ["accountId", "nextStep", "expectedCloseDate", "amount", *FORESEEN]
        chosen = self.random.sample(names, self.random.choice([0, 0, 1, 2]))
        return made | {"required_attributes": chosen}

    def _rule(self, number: int) -> Json:
        rule = super()._rule(number)
        wrapped: Json = self.random.choice(
            [
                rule["test"],
                rule["test"],
                {"all": [rule["test"], {"role": ["ADMIN"]}]},
                {"any": [rule["test"], {"role": ["ADMIN"]}]},
                {"all": [rule["test"], {"not": {"given": "reason"}}]},
            ]
        )
        return rule | {"id": f"{rule['id']}_{self.random.randrange(3)}", "test": wrapped}

    def _attribute(self) -> Json:
        key = self.random.choice([*FORESEEN])
        return {"attribute": {"key": key, **self._comparison(["present", "eq"], FORESEEN[key])}}

    def _other(self) -> Json:
        r = self.random
        return r.choice(
            [
                {"interests": {"at_least": r.randrange(3), "total_at_least": "100"}},
                {"attachments": {"at_least": 1}},
                {"reservations_valid": True},
                {"was_in_step": r.choice(self.steps)},
                {"no_open_task": True},
                {"days_in_step": r.choice([{"at_least": 1}, {"at_most": 3}])},
            ]
        )


class World:
    """A pipeline made up in the first organisation, with records on it."""

    def __init__(self, ask: Ask, seed: int) -> None:
        self.ask, self.changing = ask, Changing(Random(seed))
        self.random = self.changing.random
        self.key = f"changing-{seed}"
        self.steps: dict[str, str] = {}
        self.deals: list[str] = []

    async def begin(self) -> None:
        for definition in DEFINED:
            await self.ask.done("attribute.create", definition, "replayed")
        made = await self.ask.done(
            "pipeline.create",
            {"document": json.dumps(self.changing.first(self.key)), "publish": True},
            "pipeline { id } pipelineVersion { steps { nodes { id name } } }",
        )
        self.pipeline = made["pipeline"]["id"]
        self.steps = {
            each["name"]: each["id"] for each in made["pipelineVersion"]["steps"]["nodes"]
        }
        for _ in range(8):
            await self._deal()

    async def _deal(self) -> None:
        some: Json = {
            "leadSource": "Web", "nextStep": "Call", "amount": "100.00", "probability": 50,
            "expectedCloseDate": "2027-01-31", "accountId": gid("Account", 1),
            "ownerId": gid("User", self.random.choice([1, 3])),
            "attributes": self._attributes(),
        }  # fmt: skip
        given = {name: value for name, value in some.items() if self.random.random() < 0.6}
        step = self.steps[self.random.choice(STEPS)]
        deal = await self.ask.opportunity(pipelineId=self.pipeline, entryStepId=step, **given)
        self.deals.append(deal)
        if self.random.random() < 0.3:
            await self.ask.hanging("task", deal)
        if self.random.random() < 0.3:
            await self.ask.interest(deal, gid("Event", 1), reserve=True)
        for _ in range(self.random.randrange(3)):
            where = {"stepId": self.steps[self.random.choice(STEPS)]}
            await self.ask.verb("opportunities.progress", {"opportunityId": deal, **where})
        if self.random.random() < 0.3:
            changes = {"expectedCloseDate": "2027-03-31", "amount": "250"}
            await self.ask.verb("opportunities.update", {"id": deal, **changes})

    def _attributes(self) -> list[Json]:
        values = {"purchase_order": "PO-1", "budget": "5", "format": "Online", "sure": "true"}
        some = [key for key in values if self.random.random() < 0.5]
        return [{"definitionKey": key, "value": values[key]} for key in some]

    async def drafted(self) -> tuple[str, Json]:
        """A draft, and how the records are to follow it."""
        document = self.changing.second(self.key)
        there = {step["key"] for stage in document["stages"] for step in stage["steps"]}
        draft = await self.ask.done(
            "pipeline.createDraft",
            {"pipelineId": self.pipeline, "document": json.dumps(document)},
            "pipelineVersion { id }",
        )
        if self.random.random() < 0.2:
            return draft["pipelineVersion"]["id"], {"policy": "GRANDFATHER"}
        mapping = [
            {"fromStepId": id, "toStepId": self.steps[self.random.choice(sorted(there - {"won"}))]}
            for key, id in self.steps.items()
            if key not in there
        ]
        return draft["pipelineVersion"]["id"], {"mapping": mapping}

    async def ways(self) -> dict[str, dict[str, Json]]:
        """By record: where it stands, and the move that `progress` takes to each step."""
        found: dict[str, dict[str, Json]] = {}
        for deal in self.deals:
            shown = (await self.ask(WAYS, {"id": deal}))["data"]["opportunity"]
            found[deal] = {"here": shown["step"]}
            for each in shown["transitions"]:
                found[deal].setdefault(each["toStep"]["id"], each)
        return found


def said(blocker: Json) -> str:
    return blocker["rule"]["id"] if blocker["rule"] else blocker["field"].split(".")[-1]


def recounted(
    before: dict[str, dict[str, Json]], after: dict[str, dict[str, Json]], mapping: dict[str, str]
) -> dict[Move, dict[str, set[str]]]:
    """By move, which records have lost it, and what of the first phase blocks them."""
    lost: dict[Move, dict[str, set[str]]] = defaultdict(dict)
    for deal, ways in before.items():
        here, then = ways["here"]["id"], after[deal]
        landed = then["here"]["id"]
        for target, way in ways.items():
            if target == "here" or not way["allowed"]:
                continue
            there = mapping.get(target, target)
            if there == landed and not target == here == landed:
                continue
            if there not in then:
                lost[here, target][deal] = set()
            elif not then[there]["allowed"]:
                lost[here, target][deal] = {said(each) for each in then[there]["blockers"]}
    return lost


@pytest.mark.parametrize("seed", [0, 1, 2, 4])
async def test_what_is_said_to_be_lost_is_what_is_lost_once_it_is_published(
    ask: Ask, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (losses, simulating):
        monkeypatch.setattr(module, "SAMPLE", 100)
    world, codes = World(ask, seed), set[str]()
    await world.begin()
    for _ in range(3):
        codes |= await agrees(world)
    assert len(codes) > 1


async def agrees(world: World) -> set[str]:
    """Simulates a draft, publishes it, and compares; by which codes moves were lost."""
    ask = world.ask
    draft, following = await world.drafted()
    input = {"pipelineVersionId": draft, **following}
    told = (await ask.done("pipeline.simulate", input, BLOCKED))["simulation"]
    before = await world.ways()
    done = await ask.done("pipeline.publish", input, "migration { moved kept stayed }")
    assert {name: told[name] for name in ("moved", "kept", "stayed")} == done["migration"]
    after = await world.ways()
    pairs = {each["fromStepId"]: each["toStepId"] for each in following.get("mapping", ())}
    lost = recounted(before, after, pairs)

    foretold: dict[Move, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for each in told["blockedMoves"]:
        assert each["count"] == len(each["sample"])
        for deal in each["sample"]:
            why = each["rule"]["id"] if each["rule"] else each["attribute"]
            foretold[each["fromStep"]["id"], each["toStep"]["id"]][deal] |= {why} if why else set()
    assert {move: set(them) for move, them in foretold.items()} == {
        move: set(them) for move, them in lost.items()
    }
    for move, them in lost.items():
        for deal, blockers in them.items():
            assert blockers <= foretold[move][deal]
    assert told["judgement"]["complete"]
    return {each["code"] for each in told["blockedMoves"]}
