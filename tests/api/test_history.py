"""`opportunity { history revisions attempts }`: where it stood, what it was, what was refused."""

from itertools import pairwise
from typing import Any

from pipeline_gql.domain.viewer import Role
from tests.api.asking import Ask, gid
from tests.operations.ruled import opened, published, rule

HISTORY = """
    history { nodes { id step { id name } version { number } enteredAt leftAt days cause
        transition { name } actor { id } reason value currency probability expectedCloseDate } }
    revisions { nodes { id since until step { id } stepEnteredAt name value { grandTotal }
        probability expectedCloseDate actualCloseDate owner { id } isDeleted } }"""
READ = f"query($id: ID!) {{ opportunity(id: $id) {{ {HISTORY} }} }}"


def step(number: int) -> str:
    return gid("OpportunityStep", number)


async def test_moves_and_changes_are_told_as_stays_and_revisions(ask: Ask) -> None:
    id = await ask.opportunity(amount="10.50")
    for input in ({"amount": "12"}, {"ownerId": gid("User", 2)}, {"description": "not kept"}):
        await ask.done("opportunities.update", {"id": id, **input}, "opportunity { id }")
    move = {"opportunityId": id, "stepId": step(4), "reason": "They called"}
    written = await ask.done("opportunities.progress", move, f"opportunity {{ {HISTORY} }}")
    found = (await ask.read(READ, {"id": id}))["opportunity"]
    # The payload is read in the transaction that moved it.
    assert written["opportunity"] == found
    began, now = found["history"]["nodes"]
    assert (began["step"]["id"], began["cause"], began["value"]) == (step(3), "ENTRY", "10.50")
    assert (now["step"]["id"], now["cause"], now["value"]) == (step(4), "TRANSITION", "12.00")
    assert (now["reason"], now["actor"], now["leftAt"]) == (
        "They called", {"id": gid("User", 1)}, None,
    )  # fmt: skip
    assert began["leftAt"] == now["enteredAt"]
    revisions = found["revisions"]["nodes"]
    values = [each["value"]["grandTotal"] for each in revisions]
    assert values == ["10.50", "12.00", "12.00", "12.00"]
    assert [each["owner"]["id"] for each in revisions] == [gid("User", n) for n in (1, 1, 2, 2)]
    assert [each["step"]["id"] for each in revisions] == [step(n) for n in (3, 3, 3, 4)]
    assert revisions[0]["since"] == began["enteredAt"]
    assert revisions[-1]["since"] == now["enteredAt"]
    for here, there in pairwise(revisions):
        assert here["since"] < here["until"] == there["since"]
    assert revisions[-1]["until"] is None


async def test_deleting_and_restoring_are_revisions(ask: Ask) -> None:
    id = await ask.opportunity()
    for verb in ("delete", "restore"):
        await ask.done(f"opportunities.{verb}", {"opportunityId": id}, "opportunity { id }")
    found: Any = (await ask.read(READ, {"id": id}))["opportunity"]
    assert [each["isDeleted"] for each in found["revisions"]["nodes"]] == [False, True, False]


async def test_stays_and_revisions_are_seen_exactly_if_the_opportunity_is(ask: Ask) -> None:
    id = await ask.opportunity()
    found: Any = (await ask.read(READ, {"id": id}))["opportunity"]
    ids = [found[name]["nodes"][0]["id"] for name in ("history", "revisions")]
    nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    answered = await ask.read(nodes, {"ids": ids})
    assert [node["id"] for node in answered["nodes"]] == ids
    elsewhere = await ask(nodes, {"ids": ids}, Role.MEMBER)
    assert elsewhere["data"]["nodes"] == [None, None]


TRIED = """query($id: ID!, $filters: [TransitionAttemptFieldGraphFilter!], $after: String) {
    opportunity(id: $id) { attempts(filters: $filters, first: 2, after: $after) {
        pageInfo { endCursor hasNextPage }
        nodes { id actor { id } fromStep { id } toStep { id name } failures { code rule { id } } }
    } } }"""


async def _tried(ask: Ask, id: str, **asked: Any) -> Any:
    return (await ask.read(TRIED, {"id": id, **asked}))["opportunity"]["attempts"]


async def test_refused_moves_are_told_in_the_order_of_time(ask: Ask) -> None:
    id = await ask.opportunity()
    wanted = [step(5), step(6), step(5)]
    for each in wanted:
        move = {"opportunityId": id, "stepId": each}
        assert await ask.refused("opportunities.progress", move)
    first = await _tried(ask, id)
    assert first["pageInfo"]["hasNextPage"]
    last = await _tried(ask, id, after=first["pageInfo"]["endCursor"])
    nodes = [*first["nodes"], *last["nodes"]]
    assert [node["toStep"]["id"] for node in nodes] == wanted
    for node in nodes:
        assert (node["actor"], node["fromStep"]) == ({"id": gid("User", 1)}, {"id": step(3)})
        assert node["failures"] == [{"code": "TRANSITION_NOT_FOUND", "rule": None}]
    only = [{"field": "toStepId", "operation": "eq", "value": step(6)}]
    assert (await _tried(ask, id, filters=only))["nodes"] == [nodes[1]]


async def test_refused_moves_are_seen_exactly_if_the_opportunity_is(ask: Ask) -> None:
    id = await ask.opportunity()
    await ask.refused("opportunities.progress", {"opportunityId": id, "stepId": step(5)})
    key = {"id": (await _tried(ask, id))["nodes"][0]["id"]}
    node = "query($id: ID!) { node(id: $id) { __typename id } }"
    assert (await ask.read(node, key))["node"] == {"__typename": "TransitionAttempt", **key}
    assert (await ask(node, key, Role.MEMBER))["data"]["node"] is None
    await ask.done("opportunities.delete", {"opportunityId": id}, "opportunity { id }")
    assert (await ask.read(node, key))["node"] is None


async def test_what_an_override_passed_over_is_told_with_its_stay(ask: Ask) -> None:
    demands = {"required_attributes": ["accountId"], "rules": [rule({"attachments": {}})]}
    version = await published(ask.stored, {"ab": demands})
    id = gid("Opportunity", await opened(ask.stored, version))
    move = {"opportunityId": id, "stepId": step(version.step_ids["b"])}
    forced = {**move, "override": True, "reason": "The chief said so"}
    shown = "history { nodes { cause overridden { code field message rule { id } } } }"
    moved = await ask.done("opportunities.progress", forced, f"opportunity {{ {shown} }}")
    began, passed = moved["opportunity"]["history"]["nodes"]
    assert began == {"cause": "ENTRY", "overridden": []}
    assert passed["cause"] == "OVERRIDE"
    assert [
        (each["code"], each["field"], each["rule"] and each["rule"]["id"], each["message"])
        for each in passed["overridden"]
    ] == [
        ("CONDITION_NOT_MET", "attachments", "r", None),
        ("ATTRIBUTE_REQUIRED", "accountId", None, None),
    ]
