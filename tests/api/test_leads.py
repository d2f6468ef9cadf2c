"""Leads: made, changed, seen, and converted once, whatever is retried or killed."""

import asyncio
import signal
import sys
from typing import Any

import asyncpg
import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid, insisting
from tests.server import DatabaseUrls

CONVERTED = """lead { id status isConverted convertedAt convertedBy { name } account { id name }
    contact { id firstName lastName email account { id } }
    opportunity { id name leadSource description owner { name } createdBy { name } version
        account { id } contact { id } contactRoles { role isPrimary } step { name }
        value { grandTotal }
        assignedTo { nodes { name } } teams { nodes { name } } tags { nodes { name } }
        lead { id opportunity { id } } } }"""
FULL = {
    "name": "Nina van Dyke",
    "company": "Newco",
    "email": "nina@newco.example",
    "phone": "+1",
    "jobTitle": "Buyer",
    "source": "Fair",
    "status": "QUALIFIED",
    "description": "Met at the fair",
    "ownerId": gid("User", 2),
    "assignedToIds": [gid("User", 3)],
    "teamIds": [gid("Team", 1)],
    "tags": [gid("Tag", 1)],
}


async def test_a_lead_is_created_and_changed(ask: Ask) -> None:
    shown = (
        "lead { name company email source status owner { name } tags { nodes { name } } version }"
    )
    first = (await ask.done("lead.create", FULL, f"{shown} {'lead { id }'}"))["lead"]
    assert (first["status"], first["owner"]["name"], first["version"]) == (
        "QUALIFIED",
        "Max Manager",
        1,
    )
    changes = {"leadId": first["id"], "status": "WORKING", "company": None, "expectedVersion": 1}
    changed = (await ask.done("lead.update", changes, shown))["lead"]
    assert (changed["status"], changed["company"], changed["version"]) == ("WORKING", None, 2)
    again = (await ask.done("lead.update", {**changes, "expectedVersion": 2}, shown))["lead"]
    assert again["version"] == 2
    assert await ask.why("lead.update", changes) == [("VERSION_CONFLICT", "expectedVersion")]


async def test_only_convert_converts(ask: Ask) -> None:
    answered = await ask('mutation { lead { create(input: {name: "L", status: CONVERTED}) '
                         "{ errors { code } } } }")  # fmt: skip
    assert "errors" in answered


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"name": " "}, "VALUE_REQUIRED", "name"),
    ({"email": "no"}, "VALUE_INVALID", "email"),
    ({"company": "x" * 256}, "VALUE_INVALID", "company"),
    ({"ownerId": gid("User", 99)}, "NOT_FOUND", "ownerId"),
    ({"tags": [gid("Tag", 1), gid("Tag", 9)]}, "NOT_FOUND", "tags.1"),
]


@pytest.mark.parametrize(("input", "code", "path"), REFUSED)
async def test_what_cannot_be_said_of_a_lead_is_refused(
    ask: Ask, input: dict[str, Any], code: str, path: str
) -> None:
    assert await ask.why("lead.create", {"name": "L", **input}) == [(code, path)]
    assert await ask.why("lead.update", {"id": await ask.lead(), **input}) == [(code, path)]


async def test_an_external_id_is_of_one_lead(ask: Ask) -> None:
    id = await ask.lead(externalId="X")
    assert await ask.why("lead.create", {"name": "L", "externalId": "X"}) == [
        ("VALUE_INVALID", "externalId")
    ]
    await ask.done("lead.update", {"id": id, "externalId": "X"}, "lead { id }")


async def test_members_see_the_leads_that_are_theirs(ask: Ask) -> None:
    """One policy: owned, created, assigned, or shared with a team; the rest is not confirmed."""
    member, other = gid("User", 3), gid("User", 5)
    away = {"ownerId": other}
    theirs = [
        await ask.lead(name="Owned", ownerId=member),
        await ask.lead(name="Assigned", assignedToIds=[member], **away),
        await ask.lead(name="Shared", teamIds=[gid("Team", 1)], **away),
    ]
    hidden = await ask.lead(name="Hidden", **away)
    found = await ask("{ leads { nodes { id } } }", role=Role.MEMBER)
    assert [node["id"] for node in found["data"]["leads"]["nodes"]] == theirs
    for verb in ("lead.update", "lead.convert"):
        assert await ask.why(verb, {"id": hidden}, Role.MEMBER) == [("NOT_FOUND", "id")]
    found = await ask("query($id: ID!) { node(id: $id) { id } }", {"id": hidden}, Role.MEMBER)
    assert found == {"data": {"node": None}}


async def test_leads_are_searched_by_name_company_and_address(ask: Ask) -> None:
    id = await ask.lead(**FULL)
    await ask.lead(name="Otto Other")
    for words in ("van dyke", "newco", "nina@", "NEWCO.EX"):
        found = await ask.read("query($s: String!) { leads(search: $s) { nodes { id } } }",
                               {"s": words})  # fmt: skip
        assert found["leads"]["nodes"] == [{"id": id}]


async def test_a_lead_becomes_account_contact_and_opportunity(ask: Ask) -> None:
    id = await ask.lead(**FULL)
    input = {"leadId": id, "contactRole": "buyer", "amount": "100", "financialUnitId": "GBP"}
    lead = (await ask.done("lead.convert", input, CONVERTED))["lead"]
    opportunity = lead.pop("opportunity")
    assert lead["status"] == "CONVERTED"
    assert lead["convertedBy"] == {"name": "Ada Admin"}
    assert lead["account"]["name"] == "Newco"
    assert lead["contact"]["account"] == {"id": lead["account"]["id"]}
    assert (lead["contact"]["firstName"], lead["contact"]["lastName"]) == ("Nina van", "Dyke")
    assert (
        opportunity.items()
        >= {
            "name": "Newco",
            "leadSource": "Fair",
            "description": "Met at the fair",
            "owner": {"name": "Max Manager"},
            "createdBy": {"name": "Ada Admin"},
            "contactRoles": [{"role": "buyer", "isPrimary": True}],
            "step": {"name": "Proposed"},
            "value": {"grandTotal": "100.00"},
            "assignedTo": {"nodes": [{"name": "Mia Member"}]},
            "teams": {"nodes": [{"name": "Field"}]},
            "tags": {"nodes": [{"name": "key"}]},
            "lead": {"id": id, "opportunity": {"id": opportunity["id"]}},
        }.items()
    )
    assert (opportunity["account"], opportunity["contact"]["id"]) == (
        {"id": lead["account"]["id"]},
        lead["contact"]["id"],
    )


async def test_account_and_contact_are_found_in_any_case(ask: Ask) -> None:
    id = await ask.lead(company="ADMINISTRATE", email="LEA@customer.example")
    lead = (await ask.done("lead.convert", {"id": id}, CONVERTED))["lead"]
    assert lead["account"]["id"] == gid("Account", 1)
    assert lead["contact"]["id"] == gid("Contact", 1)
    assert len(await ask.stored.rows(models.Account)) == 1
    assert len(await ask.stored.rows(models.Contact)) == 1


async def test_given_ones_are_taken_and_foreign_ones_refused(ask: Ask) -> None:
    id = await ask.lead(name="Solo", company="Newco", email="x@newco.example")
    missing = {"accountId": gid("Account", 9), "contactId": gid("Contact", 9)}
    assert await ask.why("lead.convert", {"id": id, **missing}) == [
        ("NOT_FOUND", "accountId"),
        ("NOT_FOUND", "contactId"),
    ]
    given = {"accountId": gid("Account", 1), "contactId": gid("Contact", 1)}
    lead = (await ask.done("lead.convert", {"id": id, **given}, CONVERTED))["lead"]
    assert (lead["account"]["id"], lead["contact"]["id"]) == (*given.values(),)


async def test_one_word_is_no_name_for_a_contact(ask: Ask) -> None:
    id = await ask.lead(name="Prince")
    assert await ask.why("lead.convert", {"id": id}) == [("VALUE_REQUIRED", "firstName")]
    input = {"id": id, "firstName": "The Artist"}
    contact = (await ask.done("lead.convert", input, CONVERTED))["lead"]["contact"]
    assert (contact["firstName"], contact["lastName"]) == ("The Artist", "Prince")


async def test_a_conversion_that_is_refused_leaves_nothing(ask: Ask) -> None:
    """The account and the contact, made before the opportunity was refused, are gone too."""
    id = await ask.lead(**FULL)
    for input, expected in (
        ({"pipelineId": gid("Pipeline", 9)}, ("NOT_FOUND", "pipelineId")),
        ({"entryStepId": gid("OpportunityStep", 4)}, ("NOT_AN_ENTRY_STEP", "entryStepId")),
        ({"amount": "1.001"}, ("VALUE_INVALID", "amount")),
        ({"name": ""}, ("VALUE_REQUIRED", "name")),
        ({"firstName": ""}, ("VALUE_REQUIRED", "firstName")),
        ({"contactRole": "x" * 256}, ("VALUE_INVALID", "contactRole")),
        ({"expectedVersion": 7}, ("VALUE_INVALID", "expectedVersion")),
    ):
        assert await ask.why("lead.convert", {"id": id, **input}) == [expected]


async def test_who_and_what_is_no_longer_in_use_comes_along(ask: Ask) -> None:
    id = await ask.lead(**FULL)
    async with ask.database.writing(ask.organisation.org_id) as unit:
        for key in (2, 3):
            user = await unit.session.get(models.User, (unit.org_id, key))
            assert user is not None
            user.is_active = False
    lead = (await ask.done("lead.convert", {"id": id}, CONVERTED))["lead"]
    assert lead["opportunity"]["owner"] == {"name": "Max Manager"}
    assert lead["opportunity"]["assignedTo"] == {"nodes": [{"name": "Mia Member"}]}


async def test_a_converted_lead_changes_no_more_and_says_what_it_became(ask: Ask) -> None:
    id = await ask.lead(**FULL)
    lead = (await ask.done("lead.convert", {"id": id}, CONVERTED))["lead"]
    for verb in ("lead.convert", "lead.update"):
        (error,) = await ask.refused(verb, {"id": id, "name": "N"})
        assert (error["code"], error["label"]) == ("ALREADY_CONVERTED", "Lead Already Converted")
        assert (error["value"], error["path"]) == (lead["opportunity"]["id"], ["input", "id"])
        assert lead["opportunity"]["id"] in error["message"]
    key = {"opportunityId": lead["opportunity"]["id"]}
    await ask.done("opportunities.delete", key, "opportunity { id }")
    (error,) = await ask.refused("lead.convert", {"id": id})
    assert (error["code"], error["value"]) == ("ALREADY_CONVERTED", None)
    document = "query($id: ID!) { node(id: $id) { ... on Lead { opportunity { id } } } }"
    found = await ask.read(document, {"id": id})
    assert found == {"node": {"opportunity": None}}


async def test_two_at_once_convert_once(ask: Ask) -> None:
    """One with and one without a key: the second is refused, or answered as the first was."""
    for _ in range(4):
        id = await ask.lead(**FULL)
        asked = [{"id": id}, {"id": id, "idempotencyKey": f"k-{id}"}] * 2
        payloads = await asyncio.gather(
            *(ask.verb("lead.convert", each, CONVERTED) for each in asked)
        )
        done = [payload for payload in payloads if not payload["errors"]]
        became = {payload["lead"]["opportunity"]["id"] for payload in done}
        assert len(became) == 1
        assert sum(not payload["replayed"] for payload in done) == 1
        refused = [error for payload in payloads for error in payload["errors"]]
        assert {error["code"] for error in refused} == {"ALREADY_CONVERTED"}
        assert {error["value"] for error in refused} == became
    assert len(await ask.stored.rows(models.Opportunity)) == 4


async def test_leads_of_one_company_converted_at_once_share_account_and_contact(ask: Ask) -> None:
    ids = [await ask.lead(**FULL) for _ in range(6)]
    leads = await asyncio.gather(*(_converted(ask, id) for id in ids))
    assert len({each["lead"]["account"]["id"] for each in leads}) == 1
    assert len({each["lead"]["contact"]["id"] for each in leads}) == 1
    assert len({each["lead"]["opportunity"]["id"] for each in leads}) == 6
    assert len(await ask.stored.rows(models.Account)) == 2


async def _converted(ask: Ask, id: str) -> dict[str, Any]:
    payload = await insisting(lambda: ask.verb("lead.convert", {"id": id}, CONVERTED))
    assert payload["errors"] == []
    return payload


CLIENT = """
import asyncio, sys
from pipeline_gql.store.database import Database, Urls
from tests.api.asking import Ask
from tests.organisations import FIRST

async def main() -> None:
    database = await Database.open(Urls(*sys.argv[1:3]))
    ask = Ask(database, FIRST)
    await ask.verb("lead.convert", {"id": sys.argv[3], "idempotencyKey": "k"}, "lead { id }")
    print("done", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def client(urls: DatabaseUrls, id: str) -> asyncio.subprocess.Process:
    """Converts in a process of its own, which says "done" and answers nobody."""
    served = urls.served
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", CLIENT, served.app, served.reader, id, stdout=asyncio.subprocess.PIPE
    )


async def test_a_client_killed_after_the_commit_finds_what_it_did(
    ask: Ask, urls: DatabaseUrls
) -> None:
    id = await ask.lead(**FULL)
    process = await client(urls, id)
    assert process.stdout
    assert await process.stdout.readline() == b"done\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()
    before = await ask.everything()
    again = await ask.verb("lead.convert", {"id": id, "idempotencyKey": "k"}, "lead { id }")
    assert (again["errors"], again["replayed"]) == ([], True)
    assert await ask.everything() == before
    assert len(await ask.stored.rows(models.Opportunity)) == 1


async def test_a_client_killed_before_the_commit_did_nothing(ask: Ask, urls: DatabaseUrls) -> None:
    """It waits with all rows written but the lead's own, which another holds."""
    id = await ask.lead(**FULL)
    before = await ask.everything()
    other = await asyncpg.connect(urls.admin)
    await other.execute("BEGIN; LOCK TABLE outbox IN SHARE MODE")
    process = await client(urls, id)
    relation = "SELECT count(*) FROM pg_locks WHERE relation = "
    await _until(other, f"{relation}'outbox'::regclass AND NOT granted", 1)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await other.execute("ROLLBACK")
    await _until(other, f"{relation}'lead'::regclass", 0)
    await other.close()
    assert await ask.everything() == before
    again = await ask.done("lead.convert", {"id": id, "idempotencyKey": "k"}, CONVERTED)
    assert again["lead"]["status"] == "CONVERTED"
    assert len(await ask.stored.rows(models.Opportunity)) == 1


async def _until(connection: asyncpg.Connection, query: str, wanted: int) -> None:
    for _ in range(1_000):
        if await connection.fetchval(query) == wanted:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(query)
