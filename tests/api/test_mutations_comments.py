"""`opportunities { addComment editComment deleteComment }` from end to end."""

from typing import Any

import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.organisations import Organisation

SAID = """comment { id body version author { id } mentions { nodes { id } } parent { id }
    createdAt updatedAt editedAt deletedAt opportunity { id } }"""
THREADS = """query($id: ID!) { opportunity(id: $id) { version comments {
    totalCount nodes { body deletedAt parent { body } replies { totalCount nodes { body } } }
} } }"""
EDITS = """query($id: ID!) { node(id: $id) { ... on Comment {
    edits(order: {field: at}) { totalCount nodes { body at editor { id } } } } } }"""
MIA, NED = "mia@northwind.example", "ned@northwind.example"


def user(number: int) -> str:
    return gid("User", number)


async def says(ask: Ask, id: str, body: str, role: Any = Role.ADMIN, **more: Any) -> Any:
    input = {"opportunityId": id, "body": body, **more}
    return (await ask.done("opportunities.addComment", input, SAID, role))["comment"]


async def edits(ask: Ask, id: str, role: Any = Role.ADMIN, **changes: Any) -> Any:
    input = {"commentId": id, **changes}
    return (await ask.done("opportunities.editComment", input, SAID, role))["comment"]


async def deletes(ask: Ask, id: str, role: Any = Role.ADMIN) -> Any:
    return (await ask.done("opportunities.deleteComment", {"commentId": id}, SAID, role))["comment"]


async def events(ask: Ask) -> list[tuple[str, int, list[int]]]:
    """Of comments: what happened, at which version, and who is mentioned anew."""
    rows = await ask.stored.rows(models.Outbox)
    return [
        (row.type, row.sequence, row.payload["mentioned"])
        for row in rows
        if row.aggregate == "Comment"
    ]


def mentioned(comment: Any) -> list[str]:
    return sorted(node["id"] for node in comment["mentions"]["nodes"])


# ---- saying ------------------------------------------------------------------------------------


async def test_a_comment_is_added_and_the_opportunity_stays_as_it_was(ask: Ask) -> None:
    id = await ask.opportunity()
    said = await says(ask, id, "  Well\nthen.  ", Role.MANAGER)
    assert (said["body"], said["version"]) == ("Well\nthen.", 1)
    assert (said["author"], said["opportunity"]) == ({"id": user(2)}, {"id": id})
    assert said["createdAt"] == said["updatedAt"]
    assert (said["editedAt"], said["deletedAt"], said["parent"]) == (None, None, None)
    found = await ask.read(THREADS, {"id": id})
    assert found["opportunity"]["version"] == 1
    assert found["opportunity"]["comments"]["totalCount"] == 1
    outbox = (await ask.stored.rows(models.Outbox))[-1]
    assert (outbox.type, outbox.aggregate, outbox.sequence) == ("comment.added", "Comment", 1)
    assert gid("Opportunity", outbox.payload["opportunity"]) == id
    assert "Well" not in str(outbox.payload)
    audit = (await ask.stored.rows(models.Audit))[-1]
    assert (audit.verb, audit.before, audit.actor_id) == ("addComment", None, 2)


async def test_a_text_has_as_many_characters_as_python_counts(ask: Ask) -> None:
    id = await ask.opportunity()
    for text in ("😀" * 10_000, "é" * 256, "e\u0301" * 5_000, f"  {'x' * 10_000}\n"):
        assert (await says(ask, id, text))["body"] == text.strip()
    comment = await ask.comment(id)
    for text in ("😀" * 10_001, "e\u0301" * 5_001, "x" * 300_000):
        for verb, input in (
            ("addComment", {"opportunityId": id}),
            ("editComment", {"commentId": comment}),
        ):
            (error,) = await ask.refused(f"opportunities.{verb}", {**input, "body": text})
            assert error["message"] == "body must have at most 10,000 characters"


@pytest.mark.parametrize("text", ["", "  \n", "\0", "a\0b", "\ud800"])
async def test_a_text_of_nothing_or_of_what_no_text_can_hold_is_refused(
    ask: Ask, text: str
) -> None:
    id = await ask.opportunity()
    comment = await ask.comment(id)
    for verb, input in (
        ("addComment", {"opportunityId": id}),
        ("editComment", {"commentId": comment}),
    ):
        ((_, path),) = await ask.why(f"opportunities.{verb}", {**input, "body": text})
        assert path == "body"
    assert await ask.why("opportunities.editComment", {"commentId": comment, "body": None}) == [
        ("VALUE_REQUIRED", "body")
    ]


# ---- threads -----------------------------------------------------------------------------------


async def test_a_thread_is_one_reply_deep_and_of_one_opportunity(ask: Ask) -> None:
    id, other = await ask.opportunity(), await ask.opportunity()
    head = await ask.comment(id, "Head")
    reply = await says(ask, id, "Reply", parentId=head)
    assert reply["parent"] == {"id": head}
    found = (await ask.read(THREADS, {"id": id}))["opportunity"]["comments"]
    assert found["nodes"][0]["replies"] == {"totalCount": 1, "nodes": [{"body": "Reply"}]}
    assert found["nodes"][1]["parent"] == {"body": "Head"}
    add = "opportunities.addComment"
    deep = {"opportunityId": id, "body": "x", "parentId": reply["id"]}
    (error,) = await ask.refused(add, deep)
    assert error["message"] == "parentId must name a comment that is no reply itself"
    elsewhere = {"opportunityId": other, "body": "x", "parentId": head}
    assert await ask.why(add, elsewhere) == [("NOT_FOUND", "parentId")]


async def test_a_deleted_comment_keeps_its_place_for_its_replies_and_none_of_its_words(
    ask: Ask,
) -> None:
    id = await ask.opportunity()
    head = await ask.comment(id, f"Head @{MIA}", mentionedIds=[user(2)])
    await edits(ask, head, body="Heads")
    reply = await ask.comment(id, "Reply", parentId=head)
    gone = await deletes(ask, head)
    assert (gone["body"], gone["editedAt"], mentioned(gone)) == ("", None, [])
    assert gone["deletedAt"] is not None
    found = (await ask.read(THREADS, {"id": id}))["opportunity"]["comments"]
    assert [node["body"] for node in found["nodes"]] == ["", "Reply"]
    assert (await ask.read(EDITS, {"id": head}))["node"]["edits"]["totalCount"] == 0
    another = await ask.comment(id, "Another", parentId=head)
    for each in (reply, another):
        await deletes(ask, each)
    found = (await ask.read(THREADS, {"id": id}))["opportunity"]["comments"]
    assert found == {"totalCount": 0, "nodes": []}
    assert (await ask.read(EDITS, {"id": head}))["node"] is None
    stored = await ask.stored.rows(models.Comment)
    assert [row.body for row in stored] == ["", "", ""]
    for verb in ("editComment", "deleteComment"):
        body = {"body": "x"} if verb == "editComment" else {}
        assert await ask.why(f"opportunities.{verb}", {"commentId": head, **body}) == [
            ("NOT_FOUND", "commentId")
        ]
    answering = {"opportunityId": id, "body": "x", "parentId": head}
    assert await ask.why("opportunities.addComment", answering) == [("NOT_FOUND", "parentId")]


# ---- editing -----------------------------------------------------------------------------------


async def test_what_a_comment_said_is_kept_with_when_and_by_whom(
    ask: Ask, organisation: Organisation
) -> None:
    id = await ask.opportunity(ownerId=user(3))
    comment = (await says(ask, id, "One", Role.MEMBER))["id"]
    second = await edits(ask, comment, Role.MEMBER, body="Two")
    third = await edits(ask, comment, body="Three")
    assert (third["body"], third["version"], third["author"]) == ("Three", 3, {"id": user(3)})
    found = (await ask.read(EDITS, {"id": comment}))["node"]["edits"]["nodes"]
    assert [(e["body"], e["at"], e["editor"]["id"]) for e in found] == [
        ("One", second["editedAt"], user(3)),
        ("Two", third["editedAt"], user(1)),
    ]
    assert [event[:2] for event in await events(ask)] == [
        ("comment.added", 1), ("comment.edited", 2), ("comment.edited", 3),
    ]  # fmt: skip


async def test_an_edit_that_changes_nothing_is_no_change(ask: Ask) -> None:
    id = await ask.opportunity()
    comment = await ask.comment(id, "One", mentionedIds=[user(2)])
    before = await ask.everything()
    same = await edits(ask, comment, body=" One ", mentionedIds=[user(2), user(2)])
    assert (same["version"], same["editedAt"]) == (1, None)
    assert await ask.everything() == before
    more = await edits(ask, comment, mentionedIds=[])
    assert (more["version"], more["editedAt"], mentioned(more)) == (2, None, [])


@pytest.mark.parametrize("verb", ["editComment", "deleteComment"])
async def test_only_the_author_and_administrators_change_a_comment(ask: Ask, verb: str) -> None:
    id = await ask.opportunity(ownerId=user(3))
    body = {"body": "Mine now"} if verb == "editComment" else {}
    mine = await ask.comment(id)
    for role in (Role.MANAGER, Role.MEMBER):
        errors = await ask.refused(f"opportunities.{verb}", {"commentId": mine, **body}, role)
        assert [(e["code"], e["path"]) for e in errors] == [
            ("NOT_PERMITTED", ["input", "commentId"])
        ]
    theirs = await says(ask, id, "Mia's", Role.MEMBER)
    await ask.done(f"opportunities.{verb}", {"commentId": theirs["id"], **body}, "comment { id }")
    (error,) = await ask.refused(
        "opportunities.addComment", {"opportunityId": id, "body": "x"}, Role.READ_ONLY
    )
    assert error["message"] == "Rea Reader may not comment on this Opportunity"


# ---- mentions ----------------------------------------------------------------------------------


async def test_a_mention_reaches_those_alone_who_may_see_the_opportunity(ask: Ask) -> None:
    id = await ask.opportunity(assignedToIds=[user(3)])
    text = f"@{MIA.upper()} @{NED} @nobody@northwind.example @rea@northwind.example"
    said = await says(ask, id, text, mentionedIds=[user(2), user(2), user(1)])
    assert said["body"] == text
    assert mentioned(said) == sorted([user(1), user(2), user(3), user(4)])
    assert await events(ask) == [("comment.added", 1, [2, 3, 4])]


async def test_who_is_named_by_id_and_may_not_see_it_is_named_in_the_refusal(ask: Ask) -> None:
    id = await ask.opportunity()
    async with ask.database.writing(ask.organisation.org_id) as unit:
        left = await unit.session.get(models.User, (unit.org_id, 3))
        assert left
        left.is_active = False
    wrong = [user(2), user(5), user(3), user(77), gid("Contact", 1)]
    input = {"opportunityId": id, "body": "x", "mentionedIds": wrong[:4]}
    errors = await ask.refused("opportunities.addComment", input)
    assert [(e["code"], e["path"][-1], e["value"], e["message"]) for e in errors] == [
        ("ITEM_NOT_AVAILABLE", "1", user(5), "Ned Neighbour is unable to see this opportunity"),
        ("ITEM_NOT_AVAILABLE", "2", user(3), "Mia Member is inactive"),
        ("NOT_FOUND", "3", user(77), f"User {user(77)} not found"),
    ]
    input["mentionedIds"] = wrong[4:]
    assert await ask.why("opportunities.addComment", input) == [("NOT_FOUND", "mentionedIds.0")]
    input["mentionedIds"] = [user(number) for number in range(1, 502)]
    assert await ask.why("opportunities.addComment", input) == [("VALUE_INVALID", "mentionedIds")]


async def test_an_edit_tells_those_alone_whom_it_mentions_anew(ask: Ask) -> None:
    id = await ask.opportunity(assignedToIds=[user(3)])
    comment = await ask.comment(id, f"@{MIA}", mentionedIds=[user(2)])
    more = await edits(ask, comment, body=f"@{MIA} @{NED} @rea@northwind.example")
    assert mentioned(more) == sorted([user(2), user(3), user(4)])
    fewer = await edits(ask, comment, mentionedIds=None)
    assert mentioned(fewer) == sorted([user(3), user(4)])
    await ask.done("opportunities.assign", {"id": id, "assignedToIds": []}, "opportunity { id }")
    blind = await edits(ask, comment, body=f"Still @{MIA}?")
    assert mentioned(blind) == []
    told = [(2, 3), (4,), (), ()]
    assert [tuple(who) for _, _, who in await events(ask)] == told


async def test_who_was_named_by_id_may_stay_named_having_lost_sight_of_it(ask: Ask) -> None:
    id = await ask.opportunity(assignedToIds=[user(3)])
    comment = await ask.comment(id, mentionedIds=[user(3)])
    await ask.done("opportunities.assign", {"id": id, "assignedToIds": []}, "opportunity { id }")
    assert mentioned(await edits(ask, comment, body="New words")) == [user(3)]
    assert mentioned(await edits(ask, comment, mentionedIds=[user(3)])) == [user(3)]
