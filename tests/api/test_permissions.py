"""Every verb of the schema, asked by those who may not: a verb added later is walked too."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from graphql import get_named_type

from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.domain.viewer import Role, Viewer
from tests.api.asking import LATER, Ask, gid, object_of, shown

SCHEMA = graphql_schema()
SELLING = {
    *("opportunities", "account", "contact", "task", "meeting", "lead"),
    *("registration", "invoice", "tokenIssue"),
}
ORGANISING = {"team", "tag", "goal", "exchangeRate"}
EVENT = gid("Event", 1)
GOAL = {"metric": "COUNT", "startDate": "2031-01-01", "period": "YEAR", "targetCount": 3}
NEW = {
    "account": {"name": "N"},
    "lead": {"name": "N"},
    "contact": {"firstName": "N", "lastName": "N"},
    "event": {"code": "N", "title": "N"},
    "courseTemplate": {"code": "N", "title": "N"},
    "learningPath": {"code": "N", "name": "N"},
    "trainingTokenType": {"name": "N"},
    "product": {"sku": "N", "name": "N"},
    "region": {"code": "N", "name": "N"},
    "taxType": {"name": "N", "rate": "1"},
    "user": {"email": "n@n.example", "name": "N"},
    "team": {"name": "N"},
    "tag": {"name": "N"},
}
CLOSING = {
    **dict.fromkeys(("task.update", "task.complete", "task.delete")),
    **dict.fromkeys(("meeting.update", "meeting.complete", "meeting.cancel", "meeting.delete")),
    "task.reopen": "complete",
    "meeting.reopen": "cancel",
}
"""The verbs of what hangs on opportunities, each with the one that must have been there before."""


JUDGING = {"pipeline.simulate", "pipeline.validate"}
"""They change nothing."""


def _fields(type: Any) -> dict[str, Any]:
    named = cast(Any, get_named_type(type))
    return dict(named.fields)


def _verbs() -> Iterator[tuple[str, Any]]:
    for namespace, field in _fields(SCHEMA.mutation_type).items():
        for verb, known in _fields(field.type).items():
            yield f"{namespace}.{verb}", known


VERBS = dict(_verbs())
KEYS = {
    verb: "pipelineVersionId"
    for verb in VERBS
    if "pipelineVersionId" in _fields(VERBS[verb].args["input"].type)
} | {"pipeline.undoMigration": "migrationId"}
"""Of the records to change that are not named as their namespaces are."""
OWN = {verb for verb in VERBS if verb.startswith("viewer.")}
"""Of what is the viewer's own: no record that a role would allow to change."""


async def inputs(ask: Ask) -> dict[str, dict[str, Any]]:
    """An input for every verb with which an administrator has success, on records of its own.

    Every walk over the verbs begins here: a verb without a sample fails them all.
    """
    given = await _samples(ask)
    assert set(given) == set(VERBS)
    return given


async def _samples(ask: Ask) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    for noun, input in NEW.items():
        fixed = {"role": "MEMBER"} if noun == "user" else {}
        made[f"{noun}.create"] = {key: f"{value}2" for key, value in input.items()} | fixed
        payload = await ask.done(f"{noun}.create", input | fixed, f"{noun} {{ id }}")
        title = "title" if "title" in input else "lastName" if "lastName" in input else "name"
        made[f"{noun}.update"] = {"id": payload[noun]["id"], title: "Newer"}
    made |= await _of_people(ask) | await _of_attributes(ask) | await _of_migrations(ask)
    goal = (await ask.done("goal.create", GOAL, "goal { id }"))["goal"]
    made |= {"goal.create": GOAL, "goal.update": goal | {"name": "Newer"}}
    made |= {"goal.archive": goal, "goal.restore": goal}
    of_opportunities: dict[str, dict[str, Any]] = {
        "update": {"name": "Newer"},
        "progress": {"stepId": gid("OpportunityStep", 4)},
        "place": {"stepId": gid("OpportunityStep", 4)},
        "assign": {"ownerId": gid("User", 2)},
        "addContact": {"contactId": gid("Contact", 1)},
        "removeContact": {"contactId": gid("Contact", 1)},
        "addTag": {"tagId": gid("Tag", 1)},
        "removeTag": {"tagId": gid("Tag", 1)},
        "addComment": {"body": "Well."},
        "editComment": {"body": "Well, no."},
        "deleteComment": {},
        "addInterest": {"interestDetails": {"id": EVENT}},
        "updateInterest": {"quantity": 2},
        "reorderInterests": {},
        "removeInterest": {},
        "reservePlacesForInterests": {},
        "extendReservations": {"reservationsValidUntil": "2060-01-01T00:00:00Z"},
        "releaseReservations": {},
        "link": {},
        "addAttachment": {"url": "https://example.org/contract.pdf"},
        "deleteAttachment": {},
        "delete": {},
        "restore": {},
    }
    made["opportunities.create"] = {"name": "N"}
    made["viewer.markRead"] = {"before": "2060-01-01T00:00:00Z"}
    made["viewer.chooseMail"] = {"stalled": False}
    for verb, input in of_opportunities.items():
        made[f"opportunities.{verb}"] = input | await _its_record(ask, verb)
    made |= await _of_papers(ask) | await _of_pipelines(ask)
    return made | await _of_leads(ask) | await _of_what_hangs(ask) | await _of_rates(ask)


async def _of_pipelines(ask: Ask) -> dict[str, dict[str, Any]]:
    """A pipeline for each verb, so that each may be published."""
    made: dict[str, dict[str, Any]] = {
        "pipeline.create": {"template": "SIMPLE", "key": "n", "publish": True}
    }
    for verb in ("createDraft", "updateDraft", "discardDraft", "publish", "revert"):
        given = {"template": "SIMPLE", "key": verb.lower(), "publish": True}
        ids = "pipeline { id } pipelineVersion { id }"
        payload = await ask.done("pipeline.create", given, ids)
        pipeline, version = payload["pipeline"]["id"], payload["pipelineVersion"]["id"]
        if verb != "createDraft":
            other = {"pipelineId": pipeline, "mode": "FREE"}
            draft = (await ask.done("pipeline.createDraft", other, ids))["pipelineVersion"]["id"]
            if verb == "revert":
                await ask.done("pipeline.publish", {"id": draft}, ids)
            else:
                version = draft
            made[f"pipeline.{verb}"] = {"pipelineVersionId": version}
        else:
            made["pipeline.createDraft"] = {"pipelineId": pipeline}
    made["pipeline.updateDraft"]["note"] = "Newer"
    made["pipeline.validate"] = {"pipelineVersionId": gid("PipelineVersion", 1)}
    return made


async def _of_rates(ask: Ask) -> dict[str, dict[str, Any]]:
    rate = {"fromCurrency": "GBP", "toCurrency": "USD", "rate": "1.25"}
    made: dict[str, dict[str, Any]] = {"exchangeRate.create": rate | {"date": "2027-01-01"}}
    for verb, day in (("update", "2027-01-02"), ("delete", "2027-01-03")):
        given = rate | {"date": day}
        payload = await ask.done("exchangeRate.create", given, "exchangeRate { id }")
        made[f"exchangeRate.{verb}"] = {"id": payload["exchangeRate"]["id"]}
    made["exchangeRate.update"]["rate"] = "1.3"
    return made


async def _of_papers(ask: Ask) -> dict[str, dict[str, Any]]:
    verbs = ("registration.cancel", "invoice.finalise", "invoice.void", "tokenIssue.revoke")
    return {verb: {"id": (await ask.papers())[verb.split(".")[0]]} for verb in verbs}


async def _of_attributes(ask: Ask) -> dict[str, dict[str, Any]]:
    given = {"key": "n", "label": "N", "type": "TEXT"}
    made = (await ask.done("attribute.create", given, "attribute { id }"))["attribute"]
    return {
        "attribute.create": given | {"key": "m"},
        "attribute.update": made | {"label": "Newer"},
        "attribute.archive": made,
        "attribute.restore": made,
    }


async def _of_migrations(ask: Ask) -> dict[str, dict[str, Any]]:
    pipeline = {"pipelineId": gid("Pipeline", 1)}
    made = (await ask.done("pipeline.migrate", pipeline, "migration { id }"))["migration"]
    return {
        "pipeline.migrate": pipeline,
        "pipeline.simulate": {"pipelineVersionId": gid("PipelineVersion", 1)},
        "pipeline.undoMigration": {"migrationId": made["id"]},
    }


async def _of_leads(ask: Ask) -> dict[str, dict[str, Any]]:
    key, host = {"leadId": await ask.lead()}, {"lead_id": await ask.lead()}
    return {
        "lead.convert": {"leadId": await ask.lead()},
        "lead.addComment": {**key, "body": "Well."},
        "lead.editComment": {"commentId": await ask.comment(**host), "body": "Well, no."},
        "lead.deleteComment": {"commentId": await ask.comment(**host)},
        "lead.addAttachment": {**key, "url": "https://example.org"},
        "lead.deleteAttachment": {"attachmentId": await ask.attachment(**host)},
    }


async def _of_what_hangs(ask: Ask) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {
        "task.create": {"title": "N"},
        "meeting.create": {"subject": "N", "startsAt": LATER},
    }
    for input in made.values():
        input["opportunityId"] = await ask.opportunity()
    for verb, closing in CLOSING.items():
        noun = verb.split(".")[0]
        id = await ask.hanging(noun, await ask.opportunity())
        if closing:
            await ask.done(f"{noun}.{closing}", {"id": id}, f"{noun} {{ id }}")
        made[verb] = {"id": id}
    made["task.update"]["title"] = made["meeting.update"]["subject"] = "Newer"
    return made


async def _of_people(ask: Ask) -> dict[str, dict[str, Any]]:
    """Of users, teams and tags, who are made, changed, retired and brought back."""
    user, member = {"userId": gid("User", 2)}, {"userId": gid("User", 3)}
    team, tag = {"teamId": gid("Team", 1)}, {"tagId": gid("Tag", 1)}
    issued = await ask.done("user.createToken", {**user, "name": "N"}, "token { id }")
    merged = await ask.done("tag.create", {"name": "M"}, "tag { id }")
    return {
        "user.createToken": {**user, "name": "N"},
        "user.revokeToken": {"tokenId": issued["token"]["id"]},
        "user.deactivate": {"userId": gid("User", 5)},
        "user.reactivate": {"userId": gid("User", 5)},
        "team.addMember": team | user,
        "team.removeMember": team | member,
        "team.archive": team,
        "team.restore": team,
        "tag.merge": {"tagId": merged["tag"]["id"], "intoTagId": tag["tagId"]},
        "tag.archive": tag,
        "tag.restore": tag,
    }


async def _its_record(ask: Ask, verb: str) -> dict[str, Any]:
    links: dict[str, dict[str, Any]] = {
        "removeContact": {"contactIds": [{"contactId": gid("Contact", 1)}]},
        "removeTag": {"tags": [gid("Tag", 1)]},
    }
    id = await ask.opportunity(**links.get(verb, {}))
    key: dict[str, Any] = {"opportunityId": id}
    if verb == "reorderInterests":
        return key | {"interestIds": [await ask.interest(id, EVENT) for _ in range(2)][::-1]}
    held = verb in ("extendReservations", "releaseReservations")
    if held or verb in ("updateInterest", "removeInterest", "reservePlacesForInterests"):
        interest = await ask.interest(id, EVENT, reserve=held)
        if verb == "reservePlacesForInterests":
            return {"interestIds": [interest]}
        return key if held else {"interestId": interest}
    if verb in ("editComment", "deleteComment"):
        return {"commentId": await ask.comment(id)}
    if verb == "link":
        return key | {"taskId": await ask.hanging("task", await ask.opportunity())}
    if verb == "deleteAttachment":
        return {"attachmentId": await ask.attachment(id)}
    if verb == "restore":
        await ask.done("opportunities.delete", key, "opportunity { id }")
    return key


async def _refused_all(ask: Ask, viewer: Viewer, but: set[str]) -> None:
    given = await inputs(ask)
    before = await ask.everything()
    for verb, input in given.items():
        if verb in but:
            continue
        payload = await ask.verb(verb, input, shown(verb), viewer)
        assert payload[object_of(verb)] is None, verb
        told = [(error["code"], error["path"]) for error in payload["errors"]]
        assert told == [("NOT_PERMITTED", [])], verb
    assert await ask.everything() == before
    for verb, input in given.items():
        await ask.done(verb, input, shown(verb))


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.ADMIN])
async def test_no_verb_writes_for_a_reader_or_with_a_token_that_only_reads(
    ask: Ask, role: Role
) -> None:
    """And each of these very inputs is carried out for an administrator."""
    viewer = ask.organisation.viewers[role]
    but = OWN if role is Role.READ_ONLY else set[str]()
    await _refused_all(ask, replace(viewer, can_write=role is not Role.ADMIN), but)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER])
async def test_only_an_administrator_sets_the_organisation_up(ask: Ask, role: Role) -> None:
    allowed = SELLING | ORGANISING if role is Role.MANAGER else SELLING
    theirs = OWN | {verb for verb in VERBS if verb.split(".")[0] in allowed}
    await _refused_all(ask, ask.organisation.viewers[role], theirs)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_takes_a_key_can_be_dry_and_answers_errors_effects_and_replays(
    verb: str,
) -> None:
    known, noun = VERBS[verb], object_of(verb)
    input = set(_fields(known.args["input"].type))
    assert {"idempotencyKey", "dryRun"} <= input
    changes_a_record = not verb.endswith(".create") and verb not in OWN | JUDGING
    assert ("expectedVersion" in input) == changes_a_record
    if changes_a_record:
        assert {"id", KEYS.get(verb, f"{noun}Id")} <= input
    assert {"errors", "replayed", "effects", noun} <= set(_fields(known.type))
