"""What is said about a lead and attached to it, and that a conversion takes it along."""

import asyncio
from typing import Any

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid

TALK = """comments { nodes { id body author { name } parent { id } lead { id } opportunity { id }
    mentions { nodes { name } } edits { nodes { body } } replies { nodes { body } } } }
    attachments { nodes { id name lead { id } opportunity { id } } }"""
MAX = "max@northwind.example"


async def read(ask: Ask, type: str, id: str, selected: str = TALK) -> Any:
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on {type} {{ {selected} }} }} }}"
    return (await ask.read(document, {"id": id}))["node"]


async def converted(ask: Ask, id: str) -> str:
    payload = await ask.done("lead.convert", {"id": id}, "lead { opportunity { id } }")
    return payload["lead"]["opportunity"]["id"]


async def test_comments_and_attachments_come_along(ask: Ask) -> None:
    """With replies, mentions, edits, who said it and when; in the opportunity's timeline, too."""
    lead = await ask.lead()
    first = await ask.comment(lead_id=lead, body=f"Hello @{MAX}")
    await ask.comment(lead_id=lead, body="Yes", parentId=first)
    edit = {"commentId": first, "body": f"Hello again @{MAX}"}
    await ask.done("lead.editComment", edit, "comment { id }")
    gone = await ask.comment(lead_id=lead, body="Oops")
    await ask.done("lead.deleteComment", {"commentId": gone}, "lead { id }")
    link = await ask.attachment(lead_id=lead)
    before = await read(ask, "Lead", lead)
    stored = {row.id: row.created_at for row in await ask.stored.rows(models.Comment)}
    opportunity = await converted(ask, lead)
    after = await read(ask, "Opportunity", opportunity)
    expected = {"lead": None, "opportunity": {"id": opportunity}}
    for part in ("comments", "attachments"):
        assert after[part]["nodes"] == [node | expected for node in before[part]["nodes"]]
    assert [node["body"] for node in after["comments"]["nodes"]] == [f"Hello again @{MAX}", "Yes"]
    assert [node["id"] for node in after["attachments"]["nodes"]] == [link]
    assert stored == {row.id: row.created_at for row in await ask.stored.rows(models.Comment)}
    empty = {"comments": {"nodes": []}, "attachments": {"nodes": []}}
    assert await read(ask, "Lead", lead) == empty
    timeline = await read(ask, "Opportunity", opportunity, "timeline { nodes { __typename } }")
    told = [node["__typename"] for node in timeline["timeline"]["nodes"]]
    assert (told.count("TimelineComment"), told.count("TimelineFile")) == (2, 1)


async def test_who_sees_the_lead_sees_what_is_said_about_it(ask: Ask) -> None:
    ours = await ask.lead(ownerId=gid("User", 5), assignedToIds=[gid("User", 3)])
    theirs = await ask.lead(ownerId=gid("User", 5))
    for lead, shown in ((ours, True), (theirs, False)):
        ids = [await ask.comment(lead_id=lead), await ask.attachment(lead_id=lead)]
        document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
        found = await ask(document, {"ids": ids}, Role.MEMBER)
        nodes = [{"id": id} if shown else None for id in ids]
        assert found == {"data": {"nodes": nodes}}
    (error,) = await ask.refused("lead.addComment", {"leadId": theirs, "body": "x"}, Role.MEMBER)
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "leadId"])
    hidden = await ask.comment(lead_id=theirs)
    refused = await ask.why("lead.editComment", {"commentId": hidden, "body": "x"}, Role.MEMBER)
    assert refused == [("NOT_FOUND", "commentId")]
    input = {"leadId": theirs, "body": "x", "mentionedIds": [gid("User", 3)]}
    assert await ask.why("lead.addComment", input) == [("ITEM_NOT_AVAILABLE", "mentionedIds.0")]


async def test_nothing_is_hung_on_a_converted_lead(ask: Ask) -> None:
    lead = await ask.lead()
    comment = await ask.comment(lead_id=lead)
    opportunity = await converted(ask, lead)
    for verb, input in (
        ("lead.addComment", {"body": "Late"}),
        ("lead.addAttachment", {"url": "https://example.org"}),
        ("lead.editComment", {"commentId": comment, "body": "Late"}),
    ):
        (error,) = await ask.refused(verb, {"leadId": lead, **input})
        assert (error["code"], error["value"]) == ("ALREADY_CONVERTED", opportunity)
    edited = {"commentId": comment, "body": "Said of the opportunity"}
    await ask.done("opportunities.editComment", edited, "comment { id }")


async def test_what_is_said_while_a_lead_is_converted_is_not_left_behind(ask: Ask) -> None:
    """It is there before and comes along, or is refused."""
    for _ in range(5):
        lead = await ask.lead()
        says = [ask.verb("lead.addComment", {"leadId": lead, "body": f"{n}"}) for n in range(6)]
        conversion = ask.verb("lead.convert", {"id": lead}, "lead { opportunity { id } }")
        *said, done = await asyncio.gather(*says[:3], *says[3:], conversion)
        opportunity = done["lead"]["opportunity"]["id"]
        kept = sum(not payload["errors"] for payload in said)
        refused = {error["code"] for payload in said for error in payload["errors"]}
        assert refused <= {"ALREADY_CONVERTED"}
        found = await read(ask, "Opportunity", opportunity, "comments { totalCount }")
        assert found == {"comments": {"totalCount": kept}}
    assert all(row.lead_id is None for row in await ask.stored.rows(models.Comment))


async def test_a_replay_shows_no_lead_that_is_seen_no_more(ask: Ask) -> None:
    lead = await ask.lead(assignedToIds=[gid("User", 3)])
    input = {"leadId": lead, "body": "Mine", "idempotencyKey": "k"}
    await ask.done("lead.addComment", input, "comment { body }", Role.MEMBER)
    changes = {"id": lead, "assignedToIds": []}
    await ask.done("lead.update", changes, "lead { id }")
    anew = await ask.verb("lead.addComment", input, "lead { name }", Role.MEMBER)
    assert (anew["lead"], anew["replayed"]) == (None, True)
