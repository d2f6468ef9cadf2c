"""`team { … }`: who is in it sees what is shared with it."""

import asyncio
from typing import Any

from pipeline_gql.domain.viewer import Role
from tests.api.asking import Ask, gid

TEAM, MEMBER, MANAGER = gid("Team", 1), gid("User", 3), gid("User", 2)
NEIGHBOUR, READER = gid("User", 5), gid("User", 4)
SHOWN = "team { id name isArchived version members { nodes { id } } }"


async def members(ask: Ask, id: str = TEAM) -> list[str]:
    found = await ask.read(
        "query($id: ID!) { node(id: $id) { ... on Team { members { nodes { id } } } } }", {"id": id}
    )
    return [user["id"] for user in found["node"]["members"]["nodes"]]


async def sees(ask: Ask, id: str) -> bool:
    answered = await ask("query($id: ID!) { node(id: $id) { id } }", {"id": id}, Role.MEMBER)
    return answered["data"]["node"] is not None


async def test_a_team_is_made_and_changed_with_its_whole_list_of_members(ask: Ask) -> None:
    input: dict[str, Any] = {"name": "North", "memberIds": [MEMBER, MANAGER, MEMBER]}
    team = (await ask.done("team.create", input, SHOWN))["team"]
    assert [user["id"] for user in team["members"]["nodes"]] == [MANAGER, MEMBER]
    change = {"teamId": team["id"], "memberIds": [READER]}
    changed = (await ask.done("team.update", change, SHOWN))["team"]
    assert (changed["version"], changed["members"]["nodes"]) == (2, [{"id": READER}])
    cleared = await ask.done("team.update", {"teamId": team["id"], "memberIds": None}, SHOWN)
    assert cleared["team"]["members"]["nodes"] == []


async def test_members_come_and_go_one_at_a_time(ask: Ask) -> None:
    await ask.done("team.addMember", {"teamId": TEAM, "userId": MANAGER}, "")
    again = await ask.done("team.addMember", {"teamId": TEAM, "userId": MANAGER}, SHOWN)
    assert again["team"]["version"] == 2
    assert await members(ask) == [MANAGER, MEMBER]
    await ask.done("team.removeMember", {"teamId": TEAM, "userId": MEMBER}, "")
    assert await members(ask) == [MANAGER]
    gone = {"teamId": TEAM, "userId": MEMBER}
    assert await ask.why("team.removeMember", gone) == [("NOT_FOUND", "userId")]


async def test_many_who_add_members_at_once_lose_none(ask: Ask) -> None:
    users = [gid("User", key) for key in range(1, 6)]
    answers = await asyncio.gather(
        *(ask.verb("team.addMember", {"teamId": TEAM, "userId": user}) for user in users)
    )
    assert all(answer["errors"] == [] for answer in answers)
    assert await members(ask) == users


async def test_who_joins_a_team_sees_what_is_shared_with_it_and_who_leaves_does_not(
    ask: Ask,
) -> None:
    shared = await ask.opportunity(teamIds=[TEAM])
    assert await sees(ask, shared)
    await ask.done("team.removeMember", {"teamId": TEAM, "userId": MEMBER}, "")
    assert not await sees(ask, shared)
    await ask.done("team.update", {"teamId": TEAM, "memberIds": [MEMBER]}, "")
    assert await sees(ask, shared)


async def test_an_archived_team_keeps_its_sight_and_is_given_nothing_more(ask: Ask) -> None:
    shared, other = await ask.opportunity(teamIds=[TEAM]), await ask.opportunity()
    payload = await ask.done("team.archive", {"teamId": TEAM}, "team { isArchived }")
    assert payload["team"] == {"isArchived": True}
    assert await sees(ask, shared)
    given = {"id": other, "teamIds": [TEAM]}
    assert await ask.why("opportunities.update", given) == [("ITEM_NOT_AVAILABLE", "teamIds.0")]
    await ask.done("opportunities.update", {"id": shared, "teamIds": [TEAM], "name": "n"}, "")
    await ask.done("team.restore", {"teamId": TEAM}, "")
    await ask.done("opportunities.update", given, "")


async def test_who_has_left_joins_no_team_and_stays_in_those_they_are_in(ask: Ask) -> None:
    await ask.done("team.addMember", {"teamId": TEAM, "userId": NEIGHBOUR}, "")
    await ask.done("user.deactivate", {"userId": NEIGHBOUR}, "")
    await ask.done("team.update", {"teamId": TEAM, "memberIds": [NEIGHBOUR, READER]}, "")
    other = (await ask.done("team.create", {"name": "Other"}, "team { id }"))["team"]["id"]
    joining = {"teamId": other, "userId": NEIGHBOUR}
    assert await ask.why("team.addMember", joining) == [("ITEM_NOT_AVAILABLE", "userId")]
    listed = {"teamId": other, "memberIds": [READER, NEIGHBOUR]}
    assert await ask.why("team.update", listed) == [("ITEM_NOT_AVAILABLE", "memberIds.1")]


async def test_a_team_s_name_is_its_own_and_its_members_are_bounded(ask: Ask) -> None:
    assert await ask.why("team.create", {"name": "Field"}) == [("VALUE_INVALID", "name")]
    many = [gid("User", key) for key in range(1, 502)]
    assert await ask.why("team.create", {"name": "x", "memberIds": many}) == [
        ("VALUE_INVALID", "memberIds")
    ]
