"""Attachments over HTTP, on the local folder: in, listed, out, deleted."""

from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from tests.api.asking import Ask, gid
from tests.api.conftest import token_of
from tests.api.exchanges import Client
from tests.api.uploading import PREFLIGHT, attach, attached, digest, post
from tests.organisations import Organisation

PDF = b"%PDF-1.7 not much of one"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(files_url=tmp_path.as_uri(), upload_bytes=1_000_000)


@pytest.fixture
async def opportunity(ask: Ask) -> str:
    return await ask.opportunity()


async def reader(client: Client, database: Database, o: Organisation, role: Role) -> Client:
    token = await token_of(database, o, role)
    return Client(client.app, {"authorization": f"Bearer {token}"})


async def test_what_a_multipart_request_brings_is_listed_and_fetched(
    client: Client, opportunity: str
) -> None:
    payload = await attach(client, opportunity, PDF, "offer.pdf")
    assert payload["errors"] == []
    attachment = payload["attachment"]
    id = attachment["id"]
    assert attachment == {
        "id": id,
        "kind": "FILE",
        "name": "offer.pdf",
        "size": len(PDF),
        "contentType": "application/pdf",
        "sha256": digest(PDF),
        "url": f"/attachments/{id}",
        "createdBy": {"name": "Ada Admin"},
    }
    assert await attached(client, opportunity) == [attachment]
    reply = await client.get(attachment["url"])
    assert (reply.status, reply.body) == (200, PDF)
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in reply.headers["content-security-policy"]
    assert reply.headers["content-disposition"].startswith('attachment; filename="offer.pdf"')


async def test_what_a_plain_body_brings_is_listed_and_fetched(
    client: Client, opportunity: str
) -> None:
    reply = await post(client, opportunity, b"a few words", "notes")
    assert reply.status == 201, reply.body
    attachment = reply.json["attachment"]
    assert (attachment["name"], attachment["contentType"]) == ("notes", "text/plain")
    assert (await client.get(attachment["url"])).body == b"a few words"


async def test_a_plain_body_for_a_lead_is_fetched_by_who_sees_the_lead(
    client: Client, ask: Ask, database: Database, organisation: Organisation
) -> None:
    """By the query string; said twice, in both places or of both hosts it is refused."""
    lead = await ask.lead()
    target = f"/attachments?leadId={quote(lead, safe='')}&name=card.pdf"
    sent = await client.request("POST", target, PREFLIGHT, [PDF])
    assert sent.status == 201, sent.body
    assert sent.json["errors"] == []
    attachment = sent.json["attachment"]
    assert (attachment["name"], attachment["contentType"]) == ("card.pdf", "application/pdf")
    listed = await ask.read(
        "query($id: ID!) { node(id: $id) { ... on Lead { attachments { nodes { id } } } } }",
        {"id": lead},
    )
    assert listed["node"]["attachments"]["nodes"] == [{"id": attachment["id"]}]
    assert (await client.get(attachment["url"])).body == PDF
    member = await reader(client, database, organisation, Role.MEMBER)
    assert (await member.get(attachment["url"])).status == 404
    hidden = await member.request("POST", target, PREFLIGHT, [PDF])
    assert (hidden.status, hidden.json["errors"][0]["code"]) == (404, "NOT_FOUND")
    both = {**PREFLIGHT, "x-opportunity-id": await ask.opportunity()}
    for wrong in (both, {**PREFLIGHT, "x-lead-id": lead}):
        assert (await client.request("POST", target, wrong, [PDF])).status == 400
    unasked = await client.request("POST", target, {}, [PDF])
    assert (unasked.status, unasked.code) == (400, "PREFLIGHT_REQUIRED")


async def test_a_link_is_an_attachment_that_is_kept_elsewhere(
    ask: Ask, client: Client, opportunity: str
) -> None:
    input = {"opportunityId": opportunity, "url": "https://example.org/a?b=c", "name": "Terms"}
    selected = "attachment { id kind name size contentType sha256 url } opportunity { version }"
    payload = await ask.done("opportunities.addAttachment", input, selected)
    assert payload["opportunity"] == {"version": 1}
    id = payload["attachment"]["id"]
    assert payload["attachment"] == {
        "id": id,
        "kind": "LINK",
        "name": "Terms",
        "url": "https://example.org/a?b=c",
        **dict.fromkeys(("size", "contentType", "sha256")),
    }
    assert (await client.get(f"/attachments/{id}")).status == 404


async def test_a_deleted_attachment_is_neither_listed_nor_fetched(
    client: Client, ask: Ask, opportunity: str
) -> None:
    attachment = (await attach(client, opportunity, PDF))["attachment"]
    url, input = attachment["url"], {"attachmentId": attachment["id"]}
    payload = await ask.done("opportunities.deleteAttachment", input, "opportunity { id }")
    assert payload["opportunity"] == {"id": opportunity}
    assert await attached(client, opportunity) == []
    assert (await client.get(url)).status == 404


async def test_a_file_is_seen_exactly_if_its_opportunity_is(
    client: Client, ask: Ask, database: Database, organisation: Organisation,
    second_organisation: Organisation,
) -> None:  # fmt: skip
    opportunity = await ask.opportunity()
    url = (await attach(client, opportunity, PDF))["attachment"]["url"]
    member = await reader(client, database, organisation, Role.MEMBER)
    stranger = await reader(client, database, second_organisation, Role.ADMIN)
    for other in (member, stranger):
        assert (await other.get(url)).status == 404
        assert (await post(other, opportunity, PDF)).status == 404
    assert (await Client(client.app).get(url)).status == 401
    await ask.done(
        "opportunities.assign",
        {"id": opportunity, "assignedToIds": [gid("User", organisation.member.user_id)]},
        "opportunity { id }",
    )
    assert (await member.get(url)).body == PDF
    await ask.done("opportunities.delete", {"id": opportunity}, "opportunity { id }")
    assert (await client.get(url)).status == 404
