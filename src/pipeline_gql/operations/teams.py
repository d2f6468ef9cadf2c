"""Users who share opportunities: whoever is in a team sees what is shared with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import flag
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.opportunities import MOST_LINKS
from pipeline_gql.domain.parts import require_room
from pipeline_gql.domain.problems import Problems, invalid, not_found
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping, named
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Listed, Noun
from pipeline_gql.store import models, rows, teams
from pipeline_gql.store.database import Unit

MEMBERS = "member_ids"


def _members(given: object, refs: dict[Path, Ref], problems: Problems) -> list[int]:
    keys = list(dict.fromkeys(cast(Sequence[int], given or ())))
    if len(keys) > MOST_LINKS:
        problems.add(invalid((MEMBERS,), f"must have at most {MOST_LINKS}"))
        return []
    refs.update({(MEMBERS, place): Ref("User", key) for place, key in enumerate(keys)})
    return keys


TEAM = Noun(
    models.Team,
    Permission.ORGANISE,
    "team",
    {
        "name": Field("name", text.required_text, is_unique=True),
        "description": Field("description", partial(text.optional_text, limit=text.DESCRIPTION)),
        "is_archived": Field("is_archived", flag),
    },
    lists={MEMBERS: Listed(_members, teams.members, teams.set_members)},
)


@dataclass(frozen=True, slots=True)
class CreateTeam:
    name: str | None = None
    description: str | None = None
    member_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class UpdateTeam:
    """`changes` holds what was sent, under the names of `CreateTeam`; None clears."""

    team_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeMember:
    team_id: int
    user_id: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ArchiveTeam:
    team_id: int
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateTeam) -> Done:
    return Done({"team": await keeping.create(unit, viewer, TEAM, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateTeam) -> Done:
    key, changes = command.team_id, command.changes
    await keeping.update(unit, viewer, TEAM, key, changes, command.expected_version)
    return Done({"team": key})


async def add_member(unit: Unit, viewer: Viewer, command: ChangeMember) -> Done:
    """One more; whoever is in the team already stays in it."""
    had = await _members_of(unit, viewer, command)
    if command.user_id not in had:
        problems = Problems()
        await named.check(unit, {("user_id",): Ref("User", command.user_id)}, problems)
        problems.check(require_room, len(had), "user_id")
        problems.raise_if_any()
    return await _set(unit, viewer, command, [*had, command.user_id], "addMember")


async def remove_member(unit: Unit, viewer: Viewer, command: ChangeMember) -> Done:
    had = await _members_of(unit, viewer, command)
    if command.user_id not in had:
        raise not_found(Ref("User", command.user_id), ("user_id",))
    wanted = [key for key in had if key != command.user_id]
    return await _set(unit, viewer, command, wanted, "removeMember")


async def archive(unit: Unit, viewer: Viewer, command: ArchiveTeam) -> Done:
    """It stays on what it is shared with, its users see that still; it is given nothing more."""
    return await _archived(unit, viewer, command, "archive")


async def restore(unit: Unit, viewer: Viewer, command: ArchiveTeam) -> Done:
    return await _archived(unit, viewer, command, "restore")


async def _archived(unit: Unit, viewer: Viewer, command: ArchiveTeam, verb: str) -> Done:
    key, changes = command.team_id, {"is_archived": verb == "archive"}
    await keeping.update(unit, viewer, TEAM, key, changes, command.expected_version, verb)
    return Done({"team": key})


async def _members_of(unit: Unit, viewer: Viewer, command: ChangeMember) -> list[int]:
    """As they are under the team's lock."""
    viewer.require(TEAM.permission, "change", "Team")
    row = await rows.locked(unit, models.Team, command.team_id, ("team_id",))
    return await teams.members(unit, TEAM.ref(row))


async def _set(
    unit: Unit, viewer: Viewer, command: ChangeMember, wanted: list[int], verb: str
) -> Done:
    key, changes = command.team_id, {MEMBERS: wanted}
    await keeping.update(unit, viewer, TEAM, key, changes, command.expected_version, verb)
    return Done({"team": key})
