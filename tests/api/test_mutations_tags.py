"""`tag { … }`: renamed, coloured, merged, archived; and what becomes of what has them."""

import asyncio
from typing import Any

import pytest

from pipeline_gql.domain.ids import decode
from pipeline_gql.store import models, tags
from tests.api.asking import Ask, gid

TAGGED = "opportunity { id version tags { nodes { name } } }"


async def made(ask: Ask, name: str, **more: Any) -> str:
    payload = await ask.done("tag.create", {"name": name, **more}, "tag { id }")
    return payload["tag"]["id"]


async def words(ask: Ask, opportunity: str) -> list[str]:
    found = await ask.read(
        "query($id: ID!) { opportunity(id: $id) { tags { nodes { name } } } }", {"id": opportunity}
    )
    return sorted(tag["name"] for tag in found["opportunity"]["tags"]["nodes"])


async def test_a_tag_has_a_colour_in_lower_case_and_can_be_renamed(ask: Ask) -> None:
    id = await made(ask, " hot ", colour="#FF00aa")
    shown = "tag { name colour isArchived version }"
    payload = await ask.done("tag.update", {"tagId": id, "name": "warm"}, shown)
    assert payload["tag"] == {
        "name": "warm",
        "colour": "#ff00aa",
        "isArchived": False,
        "version": 2,
    }
    payload = await ask.done("tag.update", {"id": id, "colour": None}, shown)
    assert payload["tag"]["colour"] is None


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "123456", "#1234567", "x" * 300])
async def test_a_colour_is_six_digits_or_refused(ask: Ask, colour: str) -> None:
    assert await ask.why("tag.create", {"name": "x", "colour": colour}) == [
        ("VALUE_INVALID", "colour")
    ]


async def test_a_name_is_taken_once_by_an_archived_tag_too(ask: Ask) -> None:
    id = await made(ask, "hot")
    assert await ask.why("tag.create", {"name": "hot"}) == [("VALUE_INVALID", "name")]
    await ask.done("tag.archive", {"tagId": id}, "")
    (error,) = await ask.refused("tag.update", {"tagId": gid("Tag", 1), "name": "hot"})
    assert error["message"] == "name is already used"


async def test_an_archived_tag_stays_where_it_is_and_is_put_on_nothing(ask: Ask) -> None:
    key = gid("Tag", 1)
    has, lacks = await ask.opportunity(tags=[key]), await ask.opportunity()
    payload = await ask.done("tag.archive", {"tagId": key}, "tag { isArchived }")
    assert payload["tag"] == {"isArchived": True}
    assert await words(ask, has) == ["key"]
    other = await made(ask, "other")
    await ask.done("opportunities.update", {"id": has, "tags": [key, other]}, TAGGED)
    gone = [("ITEM_NOT_AVAILABLE", "tagId")]
    assert await ask.why("opportunities.addTag", {"opportunityId": lacks, "tagId": key}) == gone
    listed = [("ITEM_NOT_AVAILABLE", "tags.1")]
    assert await ask.why("opportunities.update", {"id": lacks, "tags": [other, key]}) == listed
    assert await ask.why("opportunities.create", {"name": "x", "tags": [other, key]}) == listed
    await ask.done("tag.restore", {"tagId": key}, "")
    await ask.done("opportunities.addTag", {"opportunityId": lacks, "tagId": key}, TAGGED)
    assert await words(ask, lacks) == ["key"]


async def test_a_merged_tag_is_replaced_everywhere_and_its_name_is_free(ask: Ask) -> None:
    old, into = await made(ask, "vip"), await made(ask, "VIP")
    only, both, none = [
        await ask.opportunity(tags=keys) for keys in ([old], [old, into], [gid("Tag", 1)])
    ]
    payload = await ask.done("tag.merge", {"tagId": old, "intoTagId": into}, "tag { id name }")
    assert payload["tag"] == {"id": into, "name": "VIP"}
    assert [await words(ask, id) for id in (only, both, none)] == [["VIP"], ["VIP"], ["key"]]
    assert await ask.read("query($id: ID!) { node(id: $id) { id } }", {"id": old}) == {"node": None}
    assert await made(ask, "vip") != old


async def test_a_merged_tag_is_replaced_on_leads_too(ask: Ask) -> None:
    old, into = await made(ask, "vip"), await made(ask, "VIP")
    tagged = "lead { id tags { nodes { name } } }"
    lead = (await ask.done("lead.create", {"name": "Ada Love", "tags": [old]}, tagged))["lead"]
    assert lead["tags"]["nodes"] == [{"name": "vip"}]
    await ask.done("tag.merge", {"tagId": old, "intoTagId": into}, "")
    document = "query($id: ID!) { node(id: $id) { ... on Lead { tags { nodes { name } } } } }"
    found = await ask.read(document, {"id": lead["id"]})
    assert found["node"]["tags"]["nodes"] == [{"name": "VIP"}]


async def test_a_deleted_opportunity_comes_back_with_the_tag_that_stayed(ask: Ask) -> None:
    old, into = await made(ask, "vip"), await made(ask, "VIP")
    id = await ask.opportunity(tags=[old])
    await ask.done("opportunities.delete", {"opportunityId": id}, "")
    await ask.done("tag.merge", {"tagId": old, "intoTagId": into}, "")
    await ask.done("opportunities.restore", {"opportunityId": id}, "")
    assert await words(ask, id) == ["VIP"]


async def test_a_merge_is_done_once_however_often_it_is_asked_for(ask: Ask) -> None:
    old, into, third = await made(ask, "a"), await made(ask, "b"), await made(ask, "c")
    await ask.opportunity(tags=[old])
    input = {"tagId": old, "intoTagId": into, "idempotencyKey": "m"}
    await ask.done("tag.merge", input, "tag { id }")
    before = await ask.everything()
    replayed = await ask.verb("tag.merge", input, "tag { id }")
    assert (replayed["replayed"], replayed["tag"]) == (True, {"id": into})
    again = await ask.done("tag.merge", {"tagId": old, "intoTagId": into}, "tag { id }")
    assert again["tag"] == {"id": into}
    assert await ask.everything() == before
    elsewhere = {"tagId": old, "intoTagId": third}
    assert await ask.why("tag.merge", elsewhere) == [("NOT_FOUND", "tagId")]


async def test_a_merge_says_what_is_wrong_with_it(ask: Ask) -> None:
    old, into = await made(ask, "a"), await made(ask, "b")
    assert await ask.why("tag.merge", {"tagId": old, "intoTagId": old}) == [
        ("VALUE_INVALID", "intoTagId")
    ]
    stale = {"tagId": old, "intoTagId": into, "expectedVersion": 2}
    assert await ask.why("tag.merge", stale) == [("VALUE_INVALID", "expectedVersion")]
    await ask.done("tag.archive", {"tagId": into}, "")
    archived = {"tagId": old, "intoTagId": into}
    assert await ask.why("tag.merge", archived) == [("ITEM_NOT_AVAILABLE", "intoTagId")]
    missing = {"tagId": old, "intoTagId": gid("Tag", 999)}
    assert await ask.why("tag.merge", missing) == [("NOT_FOUND", "intoTagId")]


async def test_a_merge_is_told_in_the_outbox_and_the_audit(ask: Ask) -> None:
    old, into = await made(ask, "a"), await made(ask, "b")
    for _ in range(3):
        await ask.opportunity(tags=[old])
    await ask.done("tag.merge", {"tagId": old, "intoTagId": into}, "")
    event = (await ask.stored.rows(models.Outbox))[-1]
    assert (event.type, event.sequence, event.payload["into"]) == ("tag.merged", 2, key_of(into))
    audit = (await ask.stored.rows(models.Audit))[-1]
    facts = {**(audit.before or {}), **(audit.after or {})}
    assert (audit.before or {})["name"] == "a"
    assert (facts["merged_into_id"], facts["opportunity_tag"]) == (key_of(into), 3)


async def test_whatever_is_tagged_meanwhile_has_the_tag_that_stays(ask: Ask) -> None:
    into = await made(ask, "into")
    for _ in range(3):
        old = await made(ask, "old")
        ids = [await ask.opportunity() for _ in range(6)]
        merge = {"tagId": old, "intoTagId": into}
        *tagged, first, second = await asyncio.gather(
            *(
                ask.insisting("opportunities.addTag", {"opportunityId": i, "tagId": old})
                for i in ids
            ),
            ask.insisting("tag.merge", merge),
            ask.insisting("tag.merge", merge),
        )
        assert first == second == []
        for id, codes in zip(ids, tagged, strict=True):
            assert codes in ([], ["NOT_FOUND"])
            assert await words(ask, id) == ([] if codes else ["into"])


async def test_of_two_tags_merged_into_each_other_at_once_one_stays(ask: Ask) -> None:
    for round in range(4):
        one, two = await made(ask, f"a{round}"), await made(ask, f"b{round}")
        id = await ask.opportunity(tags=[one, two])
        answers = await asyncio.gather(
            ask.insisting("tag.merge", {"tagId": one, "intoTagId": two}),
            ask.insisting("tag.merge", {"tagId": two, "intoTagId": one}),
        )
        assert sorted(answers) == [[], ["NOT_FOUND"]]
        assert len(await words(ask, id)) == 1


def test_a_merge_goes_through_every_table_that_names_tags() -> None:
    naming = {
        table.name
        for table in models.Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "tag"
    }
    assert naming == {table.__tablename__ for table in tags.TAGGED}


def key_of(id: str) -> int:
    ref = decode(id)
    assert ref
    return int(ref.key)
