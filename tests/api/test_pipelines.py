"""Pipelines begun, drafted, published and reverted by clients, without SQL."""

import asyncio
import json
from typing import Any

import pytest
import yaml

from pipeline_gql import templates
from pipeline_gql.api.sheets import LONGEST
from pipeline_gql.domain.documents import content_hash, parse
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.organisations import Organisation

SHOWN = """
    pipeline { id key name mode publishedVersion isDefault }
    pipelineVersion {
      id number state name mode note contentHash version basedOn { number }
      stages { nodes { name state } }
      steps { nodes { id name probability isEntry isDefault expectedDays stalledAfterDays } }
      transitions {
        nodes { id key name kind fromStep { name } toStep { name } requiredAttributes }
      }
    }
"""
STAGES: list[dict[str, Any]] = [
    {
        "key": "open",
        "name": "Open",
        "steps": [
            {"key": "new", "name": "New", "entry": True, "probability": 20},
            {"key": "talk", "name": "Talk", "probability": 60, "expectedDays": 5},
        ],
    },
    {"key": "won", "state": "Won", "steps": [{"key": "won", "name": "Won"}]},
]
TRANSITIONS = [
    {"from": "new", "to": "talk"},
    {"from": "talk", "to": "won", "name": "Win", "requiredAttributes": ["amount"]},
]
RENEWALS = {"key": "renewals", "name": "Renewals", "stages": STAGES, "transitions": TRANSITIONS}


async def created(ask: Ask, **more: Any) -> dict[str, Any]:
    return await ask.done("pipeline.create", RENEWALS | more, SHOWN)


async def drafted(ask: Ask, pipeline: str, **more: Any) -> dict[str, Any]:
    payload = await ask.done("pipeline.createDraft", {"pipelineId": pipeline, **more}, SHOWN)
    return payload["pipelineVersion"]


async def published(ask: Ask, id: str, **more: Any) -> dict[str, Any]:
    payload = await ask.done("pipeline.publish", {"pipelineVersionId": id, **more}, SHOWN)
    return payload["pipelineVersion"]


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


async def test_a_draft_is_sold_by_only_once_it_is_published(ask: Ask) -> None:
    payload = await created(ask)
    id, draft = payload["pipeline"]["id"], payload["pipelineVersion"]
    assert (draft["state"], draft["number"], payload["pipeline"]["mode"]) == ("DRAFT", None, None)
    new = draft["steps"]["nodes"][0]["id"]
    for wanted in ({"pipelineId": id}, {"entryStepId": new}):
        why = await ask.why("opportunities.create", {"name": "A deal", **wanted})
        assert [code for code, _ in why] != []
    version = await published(ask, draft["id"])
    assert version == draft | {"state": "PUBLISHED", "number": 1}
    await ask.done("opportunities.create", {"name": "A", "entryStepId": new}, "opportunity { id }")


async def test_a_draft_whose_publication_was_rolled_back_is_read_as_it_is(ask: Ask) -> None:
    payload = await created(ask)
    id, draft = payload["pipeline"]["id"], payload["pipelineVersion"]["id"]
    document = """mutation($pipeline: ID!, $draft: ID!) { pipeline(atomic: true) {
      publish(input: {pipelineVersionId: $draft, dryRun: true}) { errors { code } }
      migrate(input: {pipelineId: $pipeline, dryRun: true}) { errors { code } }
    } }"""
    answered = await ask(document, {"pipeline": id, "draft": draft})
    assert answered["data"]["pipeline"] == {"publish": {"errors": []}, "migrate": {"errors": []}}
    key = {"pipelineVersionId": draft}
    free = await ask.done("pipeline.updateDraft", key | {"mode": "FREE"}, SHOWN)
    noted = await ask.done("pipeline.updateDraft", key | {"note": "Freer"}, SHOWN)
    assert noted["pipelineVersion"]["contentHash"] == free["pipelineVersion"]["contentHash"]
    assert noted["pipelineVersion"]["mode"] == "FREE"


async def test_an_update_replaces_what_is_given_and_nothing_else(ask: Ask) -> None:
    draft = (await created(ask))["pipelineVersion"]
    key = {"pipelineVersionId": draft["id"]}
    shorter = {"transitions": [*TRANSITIONS, {"to": "won", "kind": "GLOBAL"}], "note": "Shorter"}
    payload = await ask.done("pipeline.updateDraft", key | shorter, SHOWN)
    after = payload["pipelineVersion"]
    assert after["contentHash"] != draft["contentHash"]
    changed = ("transitions", "contentHash", "note", "version")
    assert {n: v for n, v in after.items() if n not in changed} == {
        n: v for n, v in draft.items() if n not in changed
    }
    assert [edge["key"] for edge in after["transitions"]["nodes"]] == [
        "new_talk", "talk_won", "any_won",
    ]  # fmt: skip
    assert (after["note"], after["version"]) == ("Shorter", 2)
    free = await ask.done(
        "pipeline.updateDraft", key | {"mode": "FREE", "expectedVersion": 2}, SHOWN
    )
    assert free["pipelineVersion"]["mode"] == "FREE"
    assert free["pipelineVersion"]["transitions"]["nodes"] != []
    same = await ask.done("pipeline.updateDraft", key | {"mode": "FREE"}, SHOWN)
    assert same == free
    why = await ask.why("pipeline.updateDraft", key | {"mode": "GRAPH", "expectedVersion": 2})
    assert why == [("VERSION_CONFLICT", "expectedVersion")]


async def test_a_draft_may_be_unfinished_and_is_not_published_so(ask: Ask) -> None:
    id = (await created(ask, publish=True))["pipeline"]["id"]
    draft = await drafted(ask, id, transitions=[])
    why = await ask.why("pipeline.publish", {"pipelineVersionId": draft["id"]})
    assert why == [
        ("VALUE_INVALID", "stages.0.steps.0.key"),
        ("VALUE_INVALID", "stages.0.steps.1.key"),
    ]
    key = {"pipelineVersionId": draft["id"]}
    await ask.done("pipeline.updateDraft", key | {"mode": "FREE"}, SHOWN)
    assert (await published(ask, draft["id"]))["number"] == 2


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"transitions": [{"from": "new", "to": "nowhere"}]}, "transitions.0.to"),
        ({"transitions": [{"from": "new", "to": "talk", "kind": "LOOP"}]}, "transitions.0.kind"),
        ({"stages": [{"key": "Open Wide"}]}, "stages.0.key"),
        ({"document": "key: renewals\nstages: [{key: a, state: Maybe}]"}, "stages.0.state"),
        ({"document": "key: elsewhere"}, "key"),
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


async def test_an_exponential_document_costs_nothing(ask: Ask) -> None:
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    why = await ask.why("pipeline.create", {"document": bomb})
    assert why == [("VALUE_INVALID", "document")]


async def test_whoever_comes_second_is_behind(ask: Ask) -> None:
    id = (await created(ask, publish=True))["pipeline"]["id"]
    first, second = [await drafted(ask, id, mode=mode) for mode in ("FREE", "GRAPH")]
    assert first["basedOn"] == second["basedOn"] == {"number": 1}
    await published(ask, first["id"], expectedBase=1)
    (error,) = await ask.refused("pipeline.publish", {"pipelineVersionId": second["id"]})
    assert (error["code"], error["label"]) == ("DRAFT_BEHIND", "Draft Is Behind")
    assert error["message"] == "Version 2 was published after this draft began"
    asked = "errors { remedies { mutation variables } }"
    payload = await ask.verb("pipeline.publish", {"pipelineVersionId": second["id"]}, asked)
    (remedy,) = payload["errors"][0]["remedies"]
    answered = await ask(remedy["mutation"], remedy["variables"])
    assert answered["data"]["pipeline"]["updateDraft"]["errors"] == []
    rebased = await published(ask, second["id"])
    assert (rebased["number"], rebased["contentHash"]) == (3, second["contentHash"])
    third = await drafted(ask, id)
    stale = {"pipelineVersionId": third["id"], "expectedBase": 2}
    assert await ask.why("pipeline.publish", stale) == [("DRAFT_BEHIND", "expectedBase")]
    assert (await published(ask, third["id"], expectedBase=3))["number"] == 4


async def test_what_was_meant_before_can_be_meant_again(ask: Ask) -> None:
    payload = await created(ask, publish=True)
    id, first = payload["pipeline"]["id"], payload["pipelineVersion"]
    draft = await drafted(ask, id, mode="FREE", name="Free renewals")
    second = await published(ask, draft["id"])
    assert second["name"] == "Free renewals"
    key = {"pipelineVersionId": first["id"], "note": "Chaos"}
    reverted = await ask.done("pipeline.revert", key, SHOWN)
    version = reverted["pipelineVersion"]
    assert (version["number"], version["contentHash"]) == (3, first["contentHash"])
    assert (version["basedOn"], version["note"]) == ({"number": 2}, "Chaos")
    assert (version["name"], reverted["pipeline"]["name"]) == ("Renewals", "Renewals")
    states = await ask.read(
        "query Q($id: ID!) { node(id: $id) { ... on Pipeline { published { number }"
        " drafts { totalCount } versions { nodes { state number } } } } }",
        {"id": id},
    )
    assert states["node"]["versions"]["nodes"] == [
        {"state": "RETIRED", "number": 1},
        {"state": "RETIRED", "number": 2},
        {"state": "PUBLISHED", "number": 3},
    ]
    for wrong in (version["id"], (await drafted(ask, id))["id"]):
        why = await ask.why("pipeline.revert", {"pipelineVersionId": wrong})
        assert why == [("VALUE_INVALID", "pipelineVersionId")]


async def test_nobody_is_left_on_a_step_that_goes(ask: Ask) -> None:
    payload = await created(ask, publish=True)
    id, first = payload["pipeline"]["id"], payload["pipelineVersion"]
    deal = await ask.opportunity(pipelineId=id)
    stages = [{**STAGES[0], "steps": [{**STAGES[0]["steps"][1], "entry": True}]}, STAGES[1]]
    draft = await drafted(ask, id, stages=stages, transitions=TRANSITIONS[1:])
    (error,) = await ask.refused("pipeline.publish", {"pipelineVersionId": draft["id"]})
    assert (error["code"], error["path"]) == ("VALUE_REQUIRED", ["input", "mapping"])
    assert error["message"] == "mapping is required: 1 opportunity stands on New, which is removed"
    talk = first["steps"]["nodes"][1]["id"]
    away = {"opportunityId": deal, "stepId": talk}
    await ask.done("opportunities.progress", away, "opportunity { id }")
    assert (await published(ask, draft["id"]))["number"] == 2


async def test_a_discarded_draft_is_gone(ask: Ask) -> None:
    id = (await created(ask, publish=True))["pipeline"]["id"]
    draft = await drafted(ask, id, mode="FREE")
    key = {"pipelineVersionId": draft["id"]}
    payload = await ask.done("pipeline.discardDraft", key, SHOWN)
    assert payload["pipelineVersion"] is None
    for verb in ("publish", "updateDraft", "discardDraft"):
        assert await ask.why(f"pipeline.{verb}", key) == [("NOT_FOUND", "pipelineVersionId")]
    published_one = {"pipelineVersionId": gid("PipelineVersion", 1)}
    for verb in ("publish", "updateDraft", "discardDraft"):
        why = await ask.why(f"pipeline.{verb}", published_one)
        assert why == [("VALUE_INVALID", "pipelineVersionId")]


async def test_a_member_reads_what_was_published_and_no_draft(ask: Ask) -> None:
    id = (await created(ask, publish=True))["pipeline"]["id"]
    draft = await drafted(ask, id, mode="FREE")
    document = (
        "query Q($id: ID!, $draft: ID!, $edge: ID!) { node(id: $id) { ... on Pipeline {"
        " versions { totalCount } drafts { totalCount } } } draft: node(id: $draft) { id }"
        " edge: node(id: $edge) { id } pipelineVersions { totalCount } }"
    )
    ids = {"id": id, "draft": draft["id"], "edge": draft["transitions"]["nodes"][0]["id"]}
    seen = {
        role: (await ask(document, ids, role))["data"] for role in (Role.MEMBER, Role.READ_ONLY)
    }
    assert seen[Role.MEMBER] == {
        "node": {"versions": {"totalCount": 1}, "drafts": {"totalCount": 0}},
        "draft": None,
        "edge": None,
        "pipelineVersions": {"totalCount": 2},
    }
    assert seen[Role.READ_ONLY] == {
        "node": {"versions": {"totalCount": 2}, "drafts": {"totalCount": 1}},
        "draft": {"id": ids["draft"]},
        "edge": {"id": ids["edge"]},
        "pipelineVersions": {"totalCount": 3},
    }


async def test_a_key_names_one_pipeline(ask: Ask) -> None:
    assert await ask.why("pipeline.create", RENEWALS | {"key": "training"}) == [
        ("VALUE_INVALID", "key")
    ]
    assert await ask.why("pipeline.create", {"stages": STAGES}) == [("VALUE_REQUIRED", "key")]


async def test_what_a_publication_replaced_is_audited(ask: Ask) -> None:
    id = (await created(ask, publish=True))["pipeline"]["id"]
    await published(ask, (await drafted(ask, id, mode="FREE"))["id"])
    audits = await ask.stored.rows(models.Audit)
    (audit,) = [each for each in audits if (each.aggregate, each.verb) == ("Pipeline", "publish")]
    assert audit.before is not None
    assert audit.after is not None
    assert audit.before["published_version_id"] != audit.after["published_version_id"]


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


async def test_of_two_who_publish_at_once_one_is_told(ask: Ask) -> None:
    id = (await created(ask, publish=True))["pipeline"]["id"]
    drafts = [(await drafted(ask, id, mode=mode))["id"] for mode in ("FREE", "GRAPH", "FREE")]
    codes = await asyncio.gather(
        *(ask.insisting("pipeline.publish", {"pipelineVersionId": draft}) for draft in drafts)
    )
    assert sorted(codes) == [[], ["DRAFT_BEHIND"], ["DRAFT_BEHIND"]]
    states = [row.state for row in await ask.stored.rows(models.PipelineVersion)]
    assert sorted(states) == ["DRAFT", "DRAFT", "PUBLISHED", "PUBLISHED", "RETIRED"]


async def test_nobody_starts_on_a_step_that_goes_meanwhile(ask: Ask) -> None:
    """Either the opportunity was there first, and is asked about, or it is refused the step."""
    payload = await created(ask, publish=True)
    id, new = payload["pipeline"]["id"], payload["pipelineVersion"]["steps"]["nodes"][0]["id"]
    stages = [{**STAGES[0], "steps": [{**STAGES[0]["steps"][1], "entry": True}]}, STAGES[1]]
    draft = await drafted(ask, id, stages=stages, transitions=TRANSITIONS[1:])
    starting = {"name": "A deal", "entryStepId": new}
    outcomes = await asyncio.gather(
        ask.insisting("pipeline.publish", {"pipelineVersionId": draft["id"]}),
        *(ask.insisting("opportunities.create", starting) for _ in range(4)),
    )
    published, created_ones = outcomes[0], [codes for codes in outcomes[1:] if not codes]
    assert (published == []) is (created_ones == []), outcomes
    refused = [codes for codes in outcomes[1:] if codes]
    assert all(codes == ["NOT_AN_ENTRY_STEP"] for codes in refused)


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
