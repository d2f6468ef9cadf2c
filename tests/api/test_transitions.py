"""Where an opportunity can go is told wherever it is read, at no statement more."""

from typing import Any
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import event

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.store import pipelines
from tests.api.asking import Ask, gid

WAYS = """transitions {
  transition { id name kind } toStep { id name } allowed blockers { code } inputs { name }
}"""


FREE = {
    "key": "free",
    "name": "Free",
    "mode": "FREE",
    "stages": [
        {"key": "open", "steps": [{"key": "a", "name": "A", "entry": True, "probability": 10},
                                  {"key": "b", "name": "B", "probability": 50}]},
        {"key": "won", "state": "Won", "steps": [{"key": "c", "name": "C"}]},
    ],
    "transitions": [{"from": "a", "to": "a"}, {"from": "a", "to": "b"}, {"to": "b"}],
}  # fmt: skip


def step(key: int) -> str:
    return gid("OpportunityStep", key)


async def ways(ask: Ask, id: str, role: Role = Role.ADMIN) -> list[dict[str, Any]]:
    document = f"query($id: ID!) {{ opportunity(id: $id) {{ {WAYS} }} }}"
    answered = await ask(document, {"id": id}, role)
    assert "errors" not in answered, answered
    return answered["data"]["opportunity"]["transitions"]


async def test_every_edge_from_here_is_told_and_no_other(ask: Ask) -> None:
    id = await ask.opportunity()
    (only,) = await ways(ask, id)
    assert only["toStep"] == {"id": step(4), "name": "Opportunity"}
    assert only["transition"]["kind"] == "DIRECTED"
    assert (only["allowed"], only["blockers"]) == (True, [])
    taken = {"opportunityId": id, "transitionId": only["transition"]["id"]}
    payload = await ask.done("opportunities.progress", taken, f"opportunity {{ id {WAYS} }}")
    told = payload["opportunity"]["transitions"]
    assert [each["toStep"]["name"] for each in told] == ["Won", "Lost"]


async def test_a_free_pipeline_leads_everywhere_and_needs_an_edge_nowhere(ask: Ask) -> None:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        version = await publish_document(unit, ask.organisation.admin, parse(FREE))
    id = await ask.opportunity(pipelineId=gid("Pipeline", version.pipeline_id))
    told = [
        (each["toStep"]["name"], each["transition"] and each["transition"]["kind"])
        for each in await ways(ask, id)
    ]
    assert told == [("A", "LOOP"), ("B", "DIRECTED"), ("B", "GLOBAL"), ("C", None)]


async def test_who_may_change_nothing_is_told_so(ask: Ask) -> None:
    id = await ask.opportunity()
    (only,) = await ways(ask, id, Role.READ_ONLY)
    assert (only["allowed"], only["blockers"]) == (False, [{"code": "NOT_PERMITTED"}])
    input = {"opportunityId": id, "stepId": only["toStep"]["id"]}
    (error,) = await ask.refused("opportunities.progress", input, Role.READ_ONLY)
    assert error["code"] == "NOT_PERMITTED"


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ("{ opportunities { nodes { %s } } }", "opportunities nodes 0"),
        ("{ opportunities { edges { node { %s } } } }", "opportunities edges 0 node"),
        ("{ board { columns { opportunities { nodes { %s } } } } }", "board columns 0 cards"),
        ("{ accounts { nodes { opportunities { nodes { %s } } } } }", "accounts nodes 0 cards"),
        ("query($id: ID!) { node(id: $id) { ... on Opportunity { %s } } }", "node"),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { ... on Opportunity { %s } } }", "nodes 1"),
        ("{ tasks { nodes { opportunity { %s } } } }", "tasks nodes 0 opportunity"),
    ],
)
async def test_it_is_told_wherever_an_opportunity_is_read(
    ask: Ask, document: str, path: str
) -> None:
    id = await ask.opportunity(accountId=gid("Account", 1))
    await ask.hanging("task", id)
    variables = {"id": id, "ids": [gid("Tag", 1), id, gid("Tag", 99)]}
    found = await ask.read(document % f"id __typename aside: {WAYS} {WAYS}", variables)
    for key in path.replace("cards", "opportunities nodes 0").split():
        found = found[int(key)] if key.isdigit() else found[key]
    assert found["aside"] == found["transitions"] == await ways(ask, id)


async def test_what_is_filled_in_within_what_is_filled_in_is_there_too(ask: Ask) -> None:
    id = await ask.opportunity()
    version = "pipelineVersion { document(format: YAML) }"
    found = await ask.read(
        f'{{ opportunity(id: "{id}") {{ transitions {{ transition {{ {version} }} }} }} }}'
    )
    (way,) = found["opportunity"]["transitions"]
    assert way["transition"]["pipelineVersion"]["document"].startswith("key: ")


async def test_a_payload_tells_nothing_of_what_is_seen_no_more(ask: Ask) -> None:
    id = await ask.opportunity()
    payload = await ask.done(
        "opportunities.delete", {"opportunityId": id}, f"opportunity {{ {WAYS} }}"
    )
    assert payload["opportunity"]["transitions"] == []


async def test_a_plan_made_for_one_role_is_right_for_another(ask: Ask) -> None:
    id = await ask.opportunity()
    for _ in range(2):
        for role, allowed in ((Role.ADMIN, True), (Role.READ_ONLY, False), (Role.MANAGER, True)):
            assert [each["allowed"] for each in await ways(ask, id, role)] == [allowed]


async def test_a_page_of_100_takes_no_statement_more_than_without(ask: Ask) -> None:
    for _ in range(100):
        await ask.opportunity()
    await ask.read(PAGE % WAYS)
    assert await statements(ask, PAGE % WAYS) == await statements(ask, PAGE % "name") == 1


async def test_a_process_that_knows_no_pipeline_yet_reads_it_once(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask.opportunity()
    monkeypatch.setattr(pipelines, "_kept", WeakKeyDictionary())
    cold = await statements(ask, PAGE % WAYS)
    assert cold > 1
    assert await statements(ask, PAGE % WAYS) == 1


PAGE = "{ opportunities(first: 100) { nodes { id step { name } %s } } }"


async def statements(ask: Ask, document: str) -> int:
    """How many a read takes, whichever connection they are asked on."""
    asked: list[str] = []

    def note(*about: Any) -> None:
        asked.append(about[2])

    engine, before = ask.database.engine, ask.database.reads.statements
    event.listen(engine, "before_cursor_execute", note)
    try:
        await ask.read(document)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked) + ask.database.reads.statements - before
