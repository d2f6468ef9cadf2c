"""Opportunities follow a pipeline that changes: simulated first, then done, then undone."""

from typing import Any

from tests.api.asking import Ask
from tests.api.renewals import STAGES, TRANSITIONS, created, drafted

SIMULATION = """
    simulation {
      moved kept stayed
      removedSteps { step { id name } target { name } count deleted values { currency value } }
      failing { opportunity isDeleted step { name } reason }
      blockedMoves {
        fromStep { name } toStep { name } transition { key name } newTransition { key } code
        rule { id name } attribute count values { currency value } sample
      }
      moreBlockedMoves judgement { records judged complete }
      forecast {
        currency now { openCount openValue weighted } then { openCount openValue weighted }
      }
      replay { moves dropped blocked { fromStep { name } toStep { name } count } }
      refusals { code message path }
    }
"""
MIGRATION = "migration { id policy state moved kept stayed undone pipelineVersion { number } }"
WITHOUT_NEW = [
    {**STAGES[0], "steps": [{**STAGES[0]["steps"][1], "entry": True, "probability": 50}]},
    STAGES[1],
]


async def changed(ask: Ask) -> tuple[str, str, dict[str, Any], dict[str, str]]:
    """A deal on a step that a draft lacks, the draft's id, its mapping, and all steps by name."""
    payload = await created(ask, publish=True)
    steps = {each["name"]: each["id"] for each in payload["pipelineVersion"]["steps"]["nodes"]}
    pipeline = payload["pipeline"]["id"]
    deal = await ask.opportunity(pipelineId=pipeline, amount="1000")
    draft = await drafted(ask, pipeline, stages=WITHOUT_NEW, transitions=TRANSITIONS[1:])
    mapping = {"mapping": [{"fromStepId": steps["New"], "toStepId": steps["Talk"]}]}
    return deal, draft["id"], mapping, steps


async def test_a_draft_is_simulated_without_and_with_a_mapping(ask: Ask) -> None:
    deal, draft, mapping, steps = await changed(ask)
    key = {"pipelineVersionId": draft}
    before = await ask.everything()
    told = (await ask.done("pipeline.simulate", key, SIMULATION))["simulation"]
    assert (told["moved"], told["kept"], told["stayed"]) == (0, 0, 1)
    (removed,) = told["removedSteps"]
    assert removed["step"] == {"id": steps["New"], "name": "New"}
    assert (removed["target"], removed["count"]) == (None, 1)
    left = {"opportunity": deal, "isDeleted": False, "step": {"name": "New"}}
    assert told["failing"] == [left | {"reason": "UNMAPPED"}]
    (refusal,) = told["refusals"]
    assert (refusal["code"], refusal["path"]) == ("VALUE_REQUIRED", ["input", "mapping"])

    told = (await ask.done("pipeline.simulate", key | mapping, SIMULATION))["simulation"]
    assert (told["moved"], told["refusals"]) == (1, [])
    (forecast,) = told["forecast"]
    assert forecast["now"] == {"openCount": 1, "openValue": "1000.00", "weighted": "200.00"}
    assert forecast["then"] == {"openCount": 1, "openValue": "1000.00", "weighted": "500.00"}
    assert (told["blockedMoves"], told["failing"]) == ([], [])
    told = await ask.done("pipeline.simulate", key | mapping | {"policy": "BLOCK"}, SIMULATION)
    assert told["simulation"]["failing"] == [left | {"reason": "BLOCKED"}]
    assert await ask.everything() == before


async def test_what_is_published_with_a_mapping_takes_its_opportunities_along(ask: Ask) -> None:
    deal, draft, mapping, steps = await changed(ask)
    input = {"pipelineVersionId": draft, **mapping}
    done = (await ask.done("pipeline.publish", input, MIGRATION))["migration"]
    number = done.pop("pipelineVersion")["number"]
    assert (number, done["state"], done["moved"], done["stayed"]) == (2, "DONE", 1, 0)
    shown = "opportunity { step { id } probability version }"
    away = {"opportunityId": deal, "stepId": steps["Won"], "attributes": []}
    assert await ask.refused("opportunities.progress", away | {"stepId": steps["New"]})
    undone = await ask.done("pipeline.undoMigration", {"migrationId": done["id"]}, MIGRATION)
    assert (undone["migration"]["state"], undone["migration"]["undone"]) == ("UNDONE", 1)
    (error,) = await ask.refused("pipeline.undoMigration", {"migrationId": done["id"]})
    assert error["code"] == "VALUE_INVALID"
    again = await ask.done("opportunities.update", {"id": deal, "name": "Again"}, shown)
    assert again["opportunity"]["step"] == {"id": steps["New"]}
    assert again["opportunity"]["version"] == 4


async def test_a_policy_lets_them_stay_or_lets_nothing_happen(ask: Ask) -> None:
    deal, draft, mapping, _ = await changed(ask)
    key = {"pipelineVersionId": draft}
    (error,) = await ask.refused("pipeline.publish", key | mapping | {"policy": "BLOCK"})
    assert (error["code"], error["path"]) == ("VALUE_INVALID", ["input", "policy"])
    told = "policy must not be BLOCK while 1 opportunity stands on New, which is removed"
    assert error["message"] == told
    policy = {"policy": "GRANDFATHER"}
    told = (await ask.done("pipeline.simulate", key | policy, SIMULATION))["simulation"]
    (left,) = told["failing"]
    assert (left["opportunity"], left["reason"]) == (deal, "GRANDFATHERED")
    listed = "migration { moved stayed leftBehind { nodes { id } } broughtAlong { nodes { id } } }"
    done = await ask.done("pipeline.publish", key | policy, "pipeline { id } " + listed)
    kept = done["migration"]
    none, it = {"nodes": []}, {"nodes": [{"id": deal}]}
    assert kept == {"moved": 0, "stayed": 1, "leftBehind": it, "broughtAlong": none}
    input = {"pipelineId": done["pipeline"]["id"], **mapping}
    later = (await ask.done("pipeline.migrate", input, listed))["migration"]
    assert later == {"moved": 1, "stayed": 0, "leftBehind": none, "broughtAlong": it}
