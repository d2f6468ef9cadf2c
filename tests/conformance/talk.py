"""What is said in the small organisation: threads, words taken back, words said otherwise."""

from typing import TYPE_CHECKING, Any

from pipeline_gql.store import models

if TYPE_CHECKING:
    from tests.conformance.world import World

HEADS, REPLIES = range(1, 41), range(41, 71)


async def comment(world: "World") -> None:
    heads = [_comment(world, i, world.pick(list(range(1, 20))), None) for i in HEADS]
    replies: list[dict[str, Any]] = []
    for i in REPLIES:
        head = world.random.choice(heads)
        replies.append(_comment(world, i, head["opportunity_id"], head["id"]))
    await world.rows(models.Comment, [*heads, *replies])
    for each in (*heads, *replies):
        if each["deleted_at"] is None:
            await _more(world, each)


def _comment(world: "World", i: int, opportunity: int, parent: int | None) -> dict[str, Any]:
    gone = world.maybe(world.moment(), 0.3)
    return {
        "id": world.o.base + i, "opportunity_id": opportunity, "parent_id": parent,
        "author_id": world.pick([1, 2, 3, 6]), "body": world.text() if gone is None else "",
        "edited_at": None if gone else world.maybe(world.moment(), 0.3), "deleted_at": gone,
        "deleted_by_id": gone and world.pick([1, 3]),
    } | world.ages()  # fmt: skip


async def _more(world: "World", comment: dict[str, Any]) -> None:
    told = world.random.sample([1, 2, 3, 5, 6], world.random.randrange(3))
    mentions = [{"comment_id": comment["id"], "user_id": world.o.base + user} for user in told]
    await world.rows(models.CommentMention, mentions)
    if comment["edited_at"] is not None:
        edits = [{
            "id": comment["id"] * 10 + i, "opportunity_id": comment["opportunity_id"],
            "comment_id": comment["id"], "body": world.text(), "editor_id": world.pick([1, 3]),
            "at": world.moment(),
        } for i in range(world.random.randint(1, 3))]  # fmt: skip
        await world.rows(models.CommentEdit, edits)
