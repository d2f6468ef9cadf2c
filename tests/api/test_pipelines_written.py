"""Pipelines as documents, templates and typed input: one meaning, however it is written."""

import json
from typing import Any

import pytest
import yaml

from pipeline_gql import templates
from pipeline_gql.domain.documents import content_hash, parse
from tests.api.asking import Ask
from tests.api.renewals import RENEWALS, SHOWN, STAGES, TRANSITIONS, created
from tests.organisations import Organisation


@pytest.mark.parametrize("name", templates.NAMES)
async def test_a_template_becomes_the_very_pipeline_that_it_is(ask: Ask, name: str) -> None:
    source: Any = templates.source(name)
    input = {"template": name.upper(), "key": f"{name}-2", "name": "Ours", "publish": True}
    payload = await ask.done("pipeline.create", input, SHOWN)
    assert payload["pipeline"] | {"id": 0} == {
        "id": 0,
        "key": f"{name}-2",
        "name": "Ours",
        "mode": source.get("mode", "GRAPH"),
        "publishedVersion": 1,
        "isDefault": False,
    }
    version = payload["pipelineVersion"]
    assert (version["state"], version["number"]) == ("PUBLISHED", 1)
    assert version["contentHash"] == content_hash(parse(source).graph)
    deal = await ask.done(
        "opportunities.create",
        {"name": "A deal", "pipelineId": payload["pipeline"]["id"]},
        "opportunity { step { id } }",
    )
    entry = next(step for step in version["steps"]["nodes"] if step["isDefault"])
    assert deal["opportunity"]["step"]["id"] == entry["id"]


async def test_typed_parts_and_their_document_mean_the_same(ask: Ask) -> None:
    typed = await created(ask)
    document = {"key": "other", "stages": _snake(STAGES), "transitions": _snake(TRANSITIONS)}
    for key, text in (("y", yaml.safe_dump(document)), ("j", json.dumps(document, indent="\t"))):
        read = await ask.done("pipeline.create", {"document": text, "key": key}, SHOWN)
        assert read["pipelineVersion"]["contentHash"] == typed["pipelineVersion"]["contentHash"]


def _snake(value: Any) -> Any:
    if isinstance(value, list):
        return [_snake(each) for each in value]
    if isinstance(value, dict):
        spelled = {"expectedDays": "expected_days", "requiredAttributes": "required_attributes"}
        return {spelled.get(name, name): _snake(each) for name, each in value.items()}
    return value


async def test_an_exponential_document_costs_nothing(ask: Ask) -> None:
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    why = await ask.why("pipeline.create", {"document": bomb})
    assert why == [("VALUE_INVALID", "document")]


@pytest.mark.parametrize("format", ["YAML", "JSON"])
@pytest.mark.parametrize("name", templates.NAMES)
async def test_what_is_exported_here_is_the_same_elsewhere(
    ask: Ask, second_organisation: Organisation, name: str, format: str
) -> None:
    given = {"template": name.upper(), "key": f"{name}-2", "publish": True}
    selected = f"pipelineVersion {{ contentHash document(format: {format}) }}"
    here = (await ask.done("pipeline.create", given, selected))["pipelineVersion"]
    assert isinstance(yaml.safe_load(here["document"]), dict)
    other = Ask(ask.database, second_organisation)
    there = await other.done("pipeline.create", {"document": here["document"]}, selected)
    assert there["pipelineVersion"] == here


async def test_a_version_shows_its_document_and_its_picture_under_variables(ask: Ask) -> None:
    document = (
        "query Q($format: PipelineDocumentFormat, $form: PipelineDiagramFormat) {"
        " pipelineVersions { nodes { document(format: $format) diagram(format: $form) } } }"
    )
    starts = {("YAML", "SVG"): ("key:", "<svg"), ("JSON", "DOT"): ("{", "digraph")}
    starts |= {(None, "MERMAID"): ("key:", "")}
    for (format, form), (first, second) in starts.items():
        (node,) = (await ask.read(document, {"format": format, "form": form}))["pipelineVersions"][
            "nodes"
        ]
        assert node["document"].startswith(first)
        assert node["diagram"].startswith(second)
        assert node["diagram"]


async def test_a_value_and_a_number_at_once_are_refused(ask: Ask) -> None:
    test = {"attribute": {"key": "budget", "is": "GE", "value": "9", "number": "10"}}
    edges = [{"from": "new", "to": "won", "rules": [{"id": "big", "test": test}]}]
    at = "transitions.0.rules.0.test.attribute.number"
    assert await ask.why("pipeline.create", {**RENEWALS, "transitions": edges}) == [
        ("VALUE_INVALID", at)
    ]


async def test_typed_rules_and_actions_are_those_of_a_document(ask: Ask) -> None:
    rules: list[Any] = [
        {
            "id": "big",
            "name": "Big ones",
            "phase": "VALIDATOR",
            "message": "Ask Ada.",
            "test": {
                "any": [
                    {"field": {"name": "grandTotal", "is": "LT", "value": "1000"}},
                    {"not": {"role": ["MEMBER", "READ_ONLY"]}},
                    {"attribute": {"key": "budget", "is": "GE", "number": "5.5"}},
                    {"all": [{"isOwner": True}, {"interests": {"atLeast": 1, "kind": "EVENT"}}]},
                    {"limit": {"of": "DISCOUNT", "role": "MEMBER", "most": "15"}},
                ]
            },
        },
        {"id": "said", "test": {"given": "REASON"}},
        {"id": "waited", "test": {"daysInStep": {"atLeast": 1, "atMost": 9}}},
    ]
    actions = [
        {"type": "CREATE_TASK", "title": "Call", "dueInDays": 3, "assignTo": "CREATOR"},
        {"type": "SET_OWNER", "to": "MOVER"},
    ]
    written = """
        rules:
          - id: big
            name: Big ones
            phase: VALIDATOR
            message: Ask Ada.
            test:
              any:
                - field: {name: grandTotal, is: lt, value: "1000"}
                - not: {role: [MEMBER, READ_ONLY]}
                - attribute: {key: budget, is: ge, value: 5.5}
                - all: [{is_owner: true}, {interests: {at_least: 1, kind: EVENT}}]
                - limit: {of: discount, role: MEMBER, most: 15}
          - {id: said, test: {given: reason}}
          - {id: waited, test: {days_in_step: {at_least: 1, at_most: 9}}}
        actions:
          - {type: create_task, title: Call, due_in_days: 3, assign_to: CREATOR}
          - {type: set_owner, to: MOVER}
    """
    edge = {"from": "talk", "to": "won", "rules": rules, "actions": actions}
    typed = await created(ask, transitions=[TRANSITIONS[0], edge])
    loaded = {"from": "talk", "to": "won", **yaml.safe_load(written)}
    document = {"key": "other", "stages": _snake(STAGES), "transitions": [TRANSITIONS[0], loaded]}
    read = await ask.done("pipeline.create", {"document": json.dumps(document)}, SHOWN)
    hashes = [each["pipelineVersion"]["contentHash"] for each in (typed, read)]
    assert hashes[0] == hashes[1]
    both = {"isOwner": True, "inTeam": "Field"}
    wrong = [{**edge, "rules": [{"id": "x", "test": both}]}]
    why = await ask.why("pipeline.create", RENEWALS | {"key": "x", "transitions": wrong})
    assert why == [("VALUE_INVALID", "transitions.0.rules.0.test")]
    misfit = [{**edge, "actions": [{"type": "SET_OWNER", "title": "Call"}]}]
    why = await ask.why("pipeline.create", RENEWALS | {"key": "x", "transitions": misfit})
    assert ("VALUE_INVALID", "transitions.0.actions.0.title") in why
