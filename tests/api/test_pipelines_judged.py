"""What is wrong with a pipeline, and what looks wrong, is told where it stands."""

import json
from typing import Any

import pytest
import yaml

from pipeline_gql.api.sheets import LONGEST
from tests.api.asking import Ask
from tests.api.renewals import RENEWALS, SHOWN, TRANSITIONS, created


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"transitions": [{"from": "new", "to": "nowhere"}]}, "transitions.0.to"),
        ({"transitions": [{"from": "new", "to": "talk", "kind": "LOOP"}]}, "transitions.0.kind"),
        ({"stages": [{"key": "Open Wide"}]}, "stages.0.key"),
        (
            {"document": "key: renewals\nstages: [{key: a, state: Maybe}]"},
            "document.stages.0.state",
        ),
        ({"document": "key: elsewhere"}, "document.key"),
        ({"document": "key: renewals\nnote: hm"}, "document.note"),
        ({"document": "- key: renewals"}, "document"),
        ({"document": "key: [renewals"}, "document"),
        ({"document": "key: renewals\nkey: again"}, "document"),
        ({"document": "key: &k renewals\nname: *k"}, "document"),
        ({"document": "key: !!python/object/apply:os.getcwd []"}, "document"),
        ({"document": "key: " + "9" * 5000}, "document"),
        ({"document": "[" * 60 + "]" * 60}, "document"),
        ({"document": "[" * 50_000}, "document"),
        ({"document": "key: renewals\0"}, "document"),
        ({"document": "#" * (LONGEST + 1)}, "document"),
        ({"document": ""}, "document"),
        ({"document": "key: renewals", "mode": "FREE"}, "document"),
    ],
)
async def test_what_does_not_hold_together_is_refused_where_it_stands(
    ask: Ask, wrong: dict[str, Any], where: str
) -> None:
    id = (await created(ask, publish=True))["pipeline"]["id"]
    why = await ask.why("pipeline.createDraft", {"pipelineId": id, **wrong})
    assert ("VALUE_INVALID", where) in why


async def test_a_new_pipeline_s_flaws_stand_in_the_argument_that_has_them(ask: Ask) -> None:
    await created(ask)
    taken = "key: renewals\nstages: []"
    steps = "steps: [{key: a, entry: true, probability: 5}]"
    dead = f"key: other\nstages: [{{key: s, {steps}}}]"
    for given, where in (
        ({"document": taken}, "document.key"),
        ({"document": "key: other\nstages: []", "key": "renewals"}, "key"),
        ({"document": "stages: []", "key": "No Key"}, "key"),
        ({"document": "key: other\nmode: ODD"}, "document.mode"),
        ({"document": dead, "publish": True}, "document.stages.0.steps.0.key"),
        ({"key": "other", "mode": "FREE", "stages": [{"key": "A"}]}, "stages.0.key"),
    ):
        assert await ask.why("pipeline.create", given) == [("VALUE_INVALID", where)]


FLAWS = "problems { code path message } warnings { code path message }"


async def judged(ask: Ask, **of: Any) -> tuple[list[Any], list[Any]]:
    """Codes and paths of what is wrong and of what looks wrong; nothing was stored."""
    before = await ask.everything()
    payload = await ask.done("pipeline.validate", of, FLAWS)
    assert await ask.everything() == before
    told: Any = [
        [(flaw["code"], ".".join(flaw["path"])) for flaw in payload[name]]
        for name in ("problems", "warnings")
    ]
    return told[0], told[1]


async def test_what_is_wrong_is_told_before_it_is_published(ask: Ask) -> None:
    stages = [
        {
            "key": "open",
            "steps": [
                {"key": "new", "probability": 50, "entry": True},
                {"key": "next", "probability": 20},
                {"key": "island", "probability": 10},
            ],
        },
        {"key": "lost", "state": "Lost", "steps": [{"key": "lost"}]},
    ]
    edges: list[Any] = [
        {"from": "new", "to": "next", "required_attributes": ["budget", "amount"]},
        {"from": "next", "to": "lost"},
    ]
    document = {"key": "training", "stages": stages, "transitions": edges}
    wrong, doubtful = await judged(ask, document=json.dumps(document))
    assert wrong == [
        ("DEAD_END", "stages.0.steps.2.key"),
        ("UNKNOWN_ATTRIBUTE", "transitions.0.required_attributes.0"),
    ]
    assert doubtful == [
        ("UNREACHABLE_STEP", "stages.0.steps.2.key"),
        ("PROBABILITY_FALLS", "transitions.0.to"),
    ]
    defined = {"key": "budget", "label": "Budget", "type": "INTEGER"}
    await ask.done("attribute.create", defined, "attribute { id }")
    await ask.opportunity(attributes=[{"definitionKey": "budget", "value": "1"}])
    for _ in range(2):
        await ask.opportunity()
    told = await ask.done("pipeline.validate", {"document": json.dumps(document)}, FLAWS)
    assert [each["message"] for each in (*told["problems"], *told["warnings"][:2])] == [
        "Step island leads to no step that is won, lost or archived",
        "Step island can be reached from no entry step",
        "Transition new_next lowers the probability from 50 to 20",
    ]
    wrong, doubtful = await judged(ask, document=yaml.safe_dump(document))
    assert wrong == [("DEAD_END", "stages.0.steps.2.key")]
    assert doubtful[2:] == [("ATTRIBUTE_MOSTLY_MISSING", "transitions.0.required_attributes.0")]


async def test_teams_users_and_pipelines_that_there_are_not_are_told_and_keep_nobody_back(
    ask: Ask,
) -> None:
    await ask.done("team.create", {"name": "Sellers"}, "team { id }")
    address = (await ask.read("{ viewer { user { email } } }"))["viewer"]["user"]["email"]
    edges: list[Any] = [
        {
            "from": "new",
            "to": "lost",
            "rules": [
                {"id": "here", "test": {"in_team": "Sellers"}},
                {"id": "there", "test": {"any": [{"in_team": "Nobody"}, {"is_owner": True}]}},
            ],
            "actions": [
                {"type": "set_owner", "user": address.upper()},
                {"type": "set_owner", "user": "nobody@elsewhere.example"},
                {"type": "open_follow_on", "pipeline": "training"},
                {"type": "open_follow_on", "pipeline": "renewals"},
                {"type": "open_follow_on", "pipeline": "nowhere"},
            ],
        }
    ]
    steps = [{"key": "new", "probability": 50, "entry": True}]
    stages = [
        {"key": "open", "steps": steps},
        {"key": "lost", "state": "Lost", "steps": [{"key": "lost"}]},
    ]
    document = json.dumps({"key": "renewals", "stages": stages, "transitions": edges})
    strange = [
        ("UNKNOWN_TEAM", "transitions.0.rules.1.test"),
        ("UNKNOWN_USER", "transitions.0.actions.1.user"),
        ("UNKNOWN_PIPELINE", "transitions.0.actions.4.pipeline"),
    ]
    assert await judged(ask, document=document) == ([], strange)
    made = await ask.done("pipeline.create", {"document": document, "publish": True}, SHOWN)
    assert await judged(ask, pipelineVersionId=made["pipelineVersion"]["id"]) == ([], strange)


async def test_a_rule_that_no_value_of_an_attribute_could_meet_keeps_back(ask: Ask) -> None:
    for key, type in (("seats", "INTEGER"), ("margin", "DECIMAL"), ("kickoff", "DATE")):
        defined = {"key": key, "label": key, "type": type}
        await ask.done("attribute.create", defined, "attribute { id }")
    choice = {"key": "colour", "label": "colour", "type": "CHOICE", "choices": ["red", "blue"]}
    await ask.done("attribute.create", choice, "attribute { id }")
    rules: list[tuple[str, dict[str, Any]]] = [
        ("wrong", {"key": "seats", "is": "eq", "value": "007"}),
        ("wrong", {"key": "margin", "is": "ne", "value": "1.50"}),
        ("wrong", {"key": "kickoff", "is": "lt", "value": "nonsense"}),
        ("wrong", {"key": "colour", "is": "in", "values": ["red", "green"]}),
        ("right", {"key": "seats", "is": "eq", "value": "7"}),
        ("right", {"key": "seats", "is": "gt", "value": 7}),
        ("right", {"key": "kickoff", "is": "ge", "value": "2031-01-01"}),
        ("right", {"key": "colour", "is": "in", "values": ["red", "blue"]}),
        ("right", {"key": "colour", "is": "contains", "value": "gre"}),
    ]
    tests = [{"id": f"r{n}", "test": {"attribute": rule}} for n, (_, rule) in enumerate(rules)]
    stages = [
        {"key": "open", "steps": [{"key": "new", "probability": 50, "entry": True}]},
        {"key": "won", "state": "Won", "steps": [{"key": "won"}]},
    ]
    edges = [{"from": "new", "to": "won", "rules": tests}]
    document = json.dumps({"key": "renewals", "stages": stages, "transitions": edges})
    wrong = [n for n, (it, _) in enumerate(rules) if it == "wrong"]
    assert await judged(ask, document=document) == (
        [("VALUE_INVALID", f"transitions.0.rules.{n}.test") for n in wrong],
        [],
    )
    why = await ask.why("pipeline.create", {"document": document, "publish": True})
    assert [code for code, _ in why] == ["VALUE_INVALID"] * len(wrong)


async def test_a_number_that_is_ordered_as_a_text_is_told(ask: Ask) -> None:
    for key, type in (("seats", "INTEGER"), ("margin", "DECIMAL"), ("kickoff", "DATE")):
        defined = {"key": key, "label": key, "type": type}
        await ask.done("attribute.create", defined, "attribute { id }")
    rules = [
        {"key": "seats", "is": "gt", "value": "10"},
        {"key": "seats", "is": "gt", "value": 10},
        {"key": "seats", "is": "eq", "value": "10"},
        {"key": "kickoff", "is": "lt", "value": "2031-01-01"},
        {"key": "margin", "is": "le", "value": "0.5"},
    ]
    tests = [{"id": f"r{n}", "test": {"attribute": rule}} for n, rule in enumerate(rules)]
    edges = [{"from": "new", "to": "won", "rules": tests}]
    stages = [
        {"key": "open", "steps": [{"key": "new", "probability": 50, "entry": True}]},
        {"key": "won", "state": "Won", "steps": [{"key": "won"}]},
    ]
    document = json.dumps({"key": "renewals", "stages": stages, "transitions": edges})
    assert await judged(ask, document=document) == (
        [],
        [("NUMBER_COMPARED_AS_TEXT", f"transitions.0.rules.{n}.test") for n in (0, 4)],
    )


async def test_a_document_that_cannot_be_read_is_judged_as_well(ask: Ask) -> None:
    document = "key: x\nstages: [{key: a, steps: [{key: b}]}]\ntransitions: [{to: c}]"
    assert await judged(ask, document=document) == (
        [("VALUE_REQUIRED", "stages.0.steps.0.probability")],
        [],
    )
    assert await judged(ask, document=document.replace("b}", "b, probability: 5}")) == (
        [("UNKNOWN_STEP", "transitions.0.to")],
        [],
    )


async def test_a_draft_is_judged_where_it_is(ask: Ask) -> None:
    draft = (await created(ask))["pipelineVersion"]
    key = {"pipelineVersionId": draft["id"]}
    assert await judged(ask, **key) == ([], [])
    await ask.done("pipeline.updateDraft", key | {"stages": [], "transitions": []}, SHOWN)
    assert await judged(ask, **key) == ([("NO_ENTRY_STEP", "steps")], [])
    assert await ask.why("pipeline.publish", key) == [("VALUE_INVALID", "steps")]
    assert await ask.why("pipeline.validate", {}) == [("VALUE_REQUIRED", "id")]


async def test_a_step_and_a_transition_that_there_are_not_are_told_by_name(ask: Ask) -> None:
    rules = [
        {"id": "back", "test": {"wasInStep": "island"}},
        {"id": "eyes", "test": {"didNotMake": "agree"}},
    ]
    unknown = {
        "nowhere": ["to names nowhere, which is no step"],
        "won": [
            "test names island, which is no step",
            "test names agree, which is no transition",
        ],
    }
    for end, messages in unknown.items():
        edges: list[Any] = [*TRANSITIONS, {"from": "new", "to": end, "rules": rules}]
        input = {**RENEWALS, "transitions": edges, "publish": True}
        refused = await ask.refused("pipeline.create", input)
        assert [each["message"] for each in refused] == messages
