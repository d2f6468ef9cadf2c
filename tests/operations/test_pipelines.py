"""Documents become versions; what stands in an old one stays there."""

from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest
import yaml

from pipeline_gql.domain.documents import content_hash, parse
from pipeline_gql.domain.errors import Code, NotPermitted, Ref, TransitionNotFound, TryAgain
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.operations.opportunities import Create, Progress, create, progress
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.store import models, pipelines
from pipeline_gql.store.versions import Ids
from tests.operations.asking import Ask
from tests.organisations import Organisation

FIRST: dict[str, Any] = {
    "key": "renewals",
    "name": "Renewals",
    "stages": [
        {
            "key": "open",
            "steps": [
                {"key": "new", "entry": True, "probability": 20},
                {"key": "talk", "probability": 60},
            ],
        },
        {"key": "won", "state": "Won", "steps": [{"key": "won"}]},
    ],
    "transitions": [{"from": "new", "to": "talk"}, {"from": "talk", "to": "won"}],
}


def _second() -> dict[str, Any]:
    document = deepcopy(FIRST)
    document["stages"][0]["steps"].append({"key": "offer", "probability": 80})
    document["transitions"] = [
        {"from": "new", "to": "offer"},
        {"from": "talk", "to": "offer"},
        {"from": "offer", "to": "won"},
    ]
    return document


async def _publish(ask: Ask, document: dict[str, Any], ids: Ids | None = None) -> Version:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        return await publish_document(unit, ask.organisation.admin, parse(document), ids)


async def _new(ask: Ask, version: Version) -> int:
    done = await ask(create, Create("Renewal", pipeline_id=version.pipeline_id))
    key = done.objects["opportunity"]
    assert isinstance(key, int)
    return key


@pytest.mark.parametrize("template", ["training", "sales", "simple"])
async def test_a_published_template_is_read_back_as_it_was(ask: Ask, template: str) -> None:
    text = files("pipeline_gql").joinpath(f"templates/{template}.yaml").read_text()
    document = {**yaml.safe_load(text), "key": f"{template}-again"}
    version = await _publish(ask, document)
    async with ask.database.writing(ask.organisation.org_id) as unit:
        again = await pipelines.published(unit, version.pipeline_id)
        row = await unit.session.get_one(models.PipelineVersion, (unit.org_id, version.id))
    assert again is not None
    assert content_hash(again.graph) == content_hash(parse(document).graph) == row.content_hash
    assert (row.number, row.state) == (1, "PUBLISHED")


async def test_explicit_ids_are_used(ask: Ask) -> None:
    ids = Ids(pipeline=7_000, stages={"open": 7_001}, steps={"new": 7_002, "won": 7_003})
    version = await _publish(ask, FIRST, ids)
    assert version.pipeline_id == 7_000
    assert version.stage_ids["open"] == 7_001
    assert (version.step_ids["new"], version.step_ids["won"]) == (7_002, 7_003)


async def test_steps_keep_their_identity_through_versions(ask: Ask) -> None:
    first = await _publish(ask, FIRST)
    second = await _publish(ask, _second())
    assert (second.pipeline_id, second.number) == (first.pipeline_id, 2)
    assert {key: second.step_ids[key] for key in first.step_ids} == first.step_ids
    states = {row.id: row.state for row in await ask.rows(models.PipelineVersion)}
    assert (states[first.id], states[second.id]) == ("RETIRED", "PUBLISHED")


async def test_places_in_a_pipeline_are_counted_from_one(ask: Ask) -> None:
    version = await _publish(ask, _second())
    for model, count in ((models.StageVersion, 2), (models.StepVersion, 4)):
        rows = [row for row in await ask.rows(model) if row.version_id == version.id]
        assert sorted(row.position for row in rows) == list(range(1, count + 1))


async def test_what_stands_in_an_old_version_moves_by_it(ask: Ask) -> None:
    first = await _publish(ask, FIRST)
    old = await _new(ask, first)
    second = await _publish(ask, _second())
    new = await _new(ask, second)
    talk, offer = second.step_ids["talk"], second.step_ids["offer"]
    (why,) = await ask.why(progress, Progress(old, offer))
    assert isinstance(why, TransitionNotFound)
    assert why.facts["there"] == Ref("OpportunityStep", offer)
    await ask(progress, Progress(old, talk))
    assert [code for code, _ in await ask.refused(progress, Progress(new, talk))] == [
        Code.TRANSITION_NOT_FOUND
    ]
    await ask(progress, Progress(new, offer))


async def test_a_transition_of_another_version_leads_nowhere(ask: Ask) -> None:
    first = await _publish(ask, FIRST)
    old = await _new(ask, first)
    second = await _publish(ask, _second())
    command = Progress(old, transition_id=second.transition_ids["new_offer"])
    (why,) = await ask.why(progress, command)
    assert isinstance(why, TransitionNotFound)
    assert why.facts["there"] == Ref("OpportunityStep", second.step_ids["offer"])


async def test_any_step_follows_any_other_in_a_free_pipeline(ask: Ask) -> None:
    version = await _publish(ask, {**FIRST, "mode": "FREE"})
    deal = await _new(ask, version)
    await ask(progress, Progress(deal, version.step_ids["won"]))
    await ask(progress, Progress(deal, version.step_ids["new"]))
    stays = await ask.rows(models.StepStay)
    assert [stay.transition_id for stay in stays] == [None, None, None]
    row = await ask.row(models.Opportunity, deal)
    assert (row.actual_close_date, row.probability) == (None, 20)


async def test_a_step_of_another_pipeline_is_no_entry_step_of_this_one(
    ask: Ask, organisation: Organisation
) -> None:
    version = await _publish(ask, FIRST)
    step = organisation.steps["Proposed"]
    command = Create("Renewal", pipeline_id=version.pipeline_id, entry_step_id=step)
    assert await ask.refused(create, command) == [(Code.NOT_AN_ENTRY_STEP, ("entry_step_id",))]
    done = await ask(create, Create("Renewal", entry_step_id=version.step_ids["new"]))
    row = await ask.row(models.Opportunity, done.objects["opportunity"])
    assert row.pipeline_id == version.pipeline_id


async def test_another_organisations_graph_is_not_kept_for_this_one(
    ask: Ask, second_organisation: Organisation
) -> None:
    for organisation in (ask.organisation, second_organisation):
        async with ask.database.writing(organisation.org_id) as unit:
            version = await pipelines.default_published(unit)
        assert version is not None
        assert version.id == organisation.version_id
        assert set(version.step_ids.values()) == set(organisation.steps.values())


async def test_only_who_sets_up_publishes(ask: Ask, organisation: Organisation) -> None:
    async with ask.database.writing(organisation.org_id) as unit:
        with pytest.raises(NotPermitted):
            await publish_document(unit, organisation.manager, parse(FIRST))


async def test_a_draft_that_is_gone_by_the_time_it_is_read_is_to_be_asked_for_again(
    ask: Ask,
) -> None:
    with pytest.raises(TryAgain):
        await pipelines.by_ids(ask.database, ask.organisation.org_id, [2**40], 5)
