"""Comments are seen exactly if their opportunity is, whoever asks by whatever way."""

import asyncio
from typing import Any

from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.organisations import Organisation

BOTH = """query($o: ID!, $c: ID!, $e: ID!) {
    opportunity(id: $o) { comments { nodes { body } } }
    comment: node(id: $c) { id ... on Comment { body edits { nodes { body } } } }
    edit: node(id: $e) { id }
    nodes(ids: [$c, $e]) { id }
}"""
NOTHING = {"opportunity": None, "comment": None, "edit": None, "nodes": [None, None]}


def user(number: int) -> str:
    return gid("User", number)


async def talk(ask: Ask, **of: Any) -> dict[str, str]:
    """An opportunity with a comment that was edited."""
    id = await ask.opportunity(**of)
    comment = await ask.comment(id, "One")
    edit = {"commentId": comment, "body": "Two"}
    selected = "comment { edits { nodes { id } } }"
    edited = await ask.done("opportunities.editComment", edit, selected)
    return {"o": id, "c": comment, "e": edited["comment"]["edits"]["nodes"][0]["id"]}


async def seen(ask: Ask, ids: dict[str, str], viewer: Viewer | Role) -> Any:
    answered = await ask(BOTH, ids, viewer)
    assert "errors" not in answered
    return answered["data"]


async def test_a_member_who_loses_sight_of_an_opportunity_sees_nothing_said_about_it(
    ask: Ask,
) -> None:
    ids = await talk(ask, assignedToIds=[user(3)])
    shown = await seen(ask, ids, Role.MEMBER)
    assert shown["opportunity"]["comments"]["nodes"] == [{"body": "Two"}]
    assert shown["comment"]["edits"] == {"nodes": [{"body": "One"}]}
    assert None not in shown["nodes"]
    alone = {"id": ids["o"], "assignedToIds": []}
    await ask.done("opportunities.assign", alone, "opportunity { id }")
    assert await seen(ask, ids, Role.MEMBER) == NOTHING
    assert await seen(ask, ids, Role.READ_ONLY) == shown


async def test_nothing_is_said_to_or_about_what_one_does_not_see(ask: Ask) -> None:
    ids = await talk(ask)
    for verb, input, path in (
        ("addComment", {"opportunityId": ids["o"], "body": "x"}, "opportunityId"),
        ("editComment", {"commentId": ids["c"], "body": "x"}, "commentId"),
        ("deleteComment", {"commentId": ids["c"]}, "commentId"),
        ("deleteComment", {"commentId": ids["c"], "id": ids["o"]}, "id"),
    ):
        verb = f"opportunities.{verb}"
        assert await ask.why(verb, input, Role.MEMBER) == [("NOT_FOUND", path)], input


async def test_a_comment_is_found_under_its_own_opportunity_alone(ask: Ask) -> None:
    ids, other = await talk(ask), await ask.opportunity()
    input = {"commentId": ids["c"], "opportunityId": other}
    assert await ask.why("opportunities.deleteComment", input) == [("NOT_FOUND", "commentId")]
    input = {"commentId": ids["c"], "opportunityId": ids["o"]}
    await ask.done("opportunities.deleteComment", input, "comment { id }")


async def test_a_deleted_opportunity_hides_what_is_said_about_it_until_it_is_restored(
    ask: Ask,
) -> None:
    ids = await talk(ask)
    shown = await seen(ask, ids, Role.ADMIN)
    await ask.done("opportunities.delete", {"id": ids["o"]}, "opportunity { id }")
    assert await seen(ask, ids, Role.ADMIN) == NOTHING
    for verb, input in (
        ("addComment", {"opportunityId": ids["o"], "body": "x"}),
        ("editComment", {"commentId": ids["c"], "body": "x"}),
        ("deleteComment", {"commentId": ids["c"]}),
    ):
        assert [code for code, _ in await ask.why(f"opportunities.{verb}", input)] == ["NOT_FOUND"]
    await ask.done("opportunities.restore", {"id": ids["o"]}, "opportunity { id }")
    assert await seen(ask, ids, Role.ADMIN) == shown


async def test_whoever_is_mentionable_sees_it_and_whoever_sees_it_is_mentionable(
    ask: Ask, organisation: Organisation
) -> None:
    viewers = [organisation.admin, organisation.manager, organisation.member]
    viewers += [organisation.reader, organisation.other_member]
    for of in (
        {"ownerId": user(1)},
        {"ownerId": user(5)},
        {"assignedToIds": [user(3), user(5)]},
        {"teamIds": [gid("Team", 1)]},
    ):
        ids = await talk(ask, **of)
        text = "query($id: ID!) { opportunity(id: $id) { mentionableUsers { nodes { id } } } }"
        found = (await ask.read(text, {"id": ids["o"]}))["opportunity"]["mentionableUsers"]["nodes"]
        seeing = [viewer for viewer in viewers if await seen(ask, ids, viewer) != NOTHING]
        assert [node["id"] for node in found] == [user(v.user_id) for v in seeing]
        input = {"opportunityId": ids["o"], "body": "x"}
        for viewer in viewers:
            wanted = {**input, "mentionedIds": [user(viewer.user_id)]}
            payload = await ask.verb("opportunities.addComment", wanted, "comment { id }")
            assert (payload["errors"] == []) is (viewer in seeing), (of, viewer)


async def test_comments_are_paged_ordered_filtered_and_searched_like_every_list(ask: Ask) -> None:
    id = await ask.opportunity()
    for text in ("One", "Two 100%", "three 1000"):
        await ask.comment(id, text, mentionedIds=[user(2)] if text == "One" else None)
    text = """query(
        $id: ID!, $after: String, $filters: [CommentFieldGraphFilter!], $words: String
    ) { opportunity(id: $id) { comments(
        first: 2, after: $after, filters: $filters, search: $words,
        order: {field: createdAt, direction: desc}
    ) { pageInfo { hasNextPage endCursor totalRecords } nodes { body } } } }"""

    async def page(**variables: Any) -> Any:
        found = await ask.read(text, {"id": id, **variables})
        return found["opportunity"]["comments"]

    def bodies(found: Any) -> list[str]:
        return [node["body"] for node in found["nodes"]]

    first = await page()
    assert bodies(first) == ["three 1000", "Two 100%"]
    info = first["pageInfo"]
    assert (info["hasNextPage"], info["totalRecords"]) == (True, 3)
    assert bodies(await page(after=info["endCursor"])) == ["One"]
    assert bodies(await page(words="TWO")) == ["Two 100%"]
    assert bodies(await page(words="100%")) == ["Two 100%"]
    by_mention = [{"field": "mentionedId", "operation": "eq", "value": user(2)}]
    assert bodies(await page(filters=by_mention)) == ["One"]


# ---- at once, and again ------------------------------------------------------------------------


async def test_of_two_edits_of_one_version_one_wins_and_the_other_is_told_of_it(ask: Ask) -> None:
    id = await ask.opportunity(ownerId=user(3))
    comment = await ask.comment(id)
    for round in range(10):
        version = round + 1

        async def edit(words: str, version: int = version) -> list[Any]:
            input = {"commentId": comment, "body": words, "expectedVersion": version}
            return (await ask.verb("opportunities.editComment", input))["errors"]

        answers = await asyncio.gather(edit(f"a{round}"), edit(f"b{round}"))
        (lost,) = [errors for errors in answers if errors]
        assert lost[0]["code"] == "VERSION_CONFLICT"
        assert lost[0]["message"] == (
            f"Changed since version {version} by Ada Admin: body;"
            f" it is at version {version + 1} now"
        )
    assert len(await ask.stored.rows(models.CommentEdit)) == 10


async def test_an_edit_and_a_deletion_at_once_leave_no_word_behind(ask: Ask) -> None:
    id = await ask.opportunity()
    for _ in range(10):
        comment = await ask.comment(id, "Secret", mentionedIds=[user(2)])
        gone, edited = await asyncio.gather(
            ask.verb("opportunities.deleteComment", {"commentId": comment}),
            ask.verb("opportunities.editComment", {"commentId": comment, "body": "Secret too"}),
        )
        assert gone["errors"] == []
        assert [error["code"] for error in edited["errors"]] in ([], ["NOT_FOUND"])
    assert {row.body for row in await ask.stored.rows(models.Comment)} == {""}
    assert await ask.stored.rows(models.CommentEdit) == []
    assert await ask.stored.rows(models.CommentMention) == []


async def test_many_may_comment_at_once_and_while_the_opportunity_changes(ask: Ask) -> None:
    id = await ask.opportunity()
    head = await ask.comment(id)
    answers = await asyncio.gather(
        *(
            ask.insisting("opportunities.addComment", {"opportunityId": id, "body": "x", **more})
            for more in [{}, {"parentId": head}] * 8
        ),
        *(ask.insisting("opportunities.update", {"id": id, "name": f"Deal {i}"}) for i in range(4)),
    )
    assert answers == [[]] * 20
    assert len(await ask.stored.rows(models.Comment)) == 17


async def test_a_retried_comment_is_said_once(ask: Ask) -> None:
    id = await ask.opportunity()
    input = {"opportunityId": id, "body": "Once", "idempotencyKey": "k"}
    answers = await asyncio.gather(
        *(ask.verb("opportunities.addComment", input, "comment { id body }") for _ in range(4))
    )
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True]
    assert len({answer["comment"]["id"] for answer in answers}) == 1
    (row,) = await ask.stored.rows(models.Comment)
    gone = {"commentId": gid("Comment", row.id), "idempotencyKey": "k2"}
    first = await ask.done("opportunities.deleteComment", gone, "comment { deletedAt }")
    again = await ask.verb("opportunities.deleteComment", gone, "comment { deletedAt }")
    assert again == {**first, "replayed": True}


async def test_the_version_that_a_new_comment_expects_is_the_opportunity_s(ask: Ask) -> None:
    id = await ask.opportunity()
    await ask.done("opportunities.update", {"id": id, "name": "Newer"}, "opportunity { id }")
    input = {"opportunityId": id, "body": "x", "expectedVersion": 1}
    assert await ask.why("opportunities.addComment", input) == [
        ("VERSION_CONFLICT", "expectedVersion")
    ]
    await ask.done("opportunities.addComment", {**input, "expectedVersion": 2}, "comment { id }")
