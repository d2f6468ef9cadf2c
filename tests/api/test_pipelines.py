"""Pipelines begun, drafted, published and reverted by clients, without SQL."""

import asyncio

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.api.renewals import RENEWALS, SHOWN, STAGES, TRANSITIONS, created, drafted, published


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
    (error,) = await ask.refused("pipeline.publish", stale)
    assert (error["code"], error["path"]) == ("DRAFT_BEHIND", ["input", "expectedBase"])
    assert error["message"] == "expectedBase is 2, but version 3 is in force"
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
