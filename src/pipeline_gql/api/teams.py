"""`team { … }`."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    keys,
    named,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.usual import acting, creating, updating
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.operations import teams


@strawberry.input(description="The fields of a team that may be empty.")
class TeamFields:
    description: str | None = optional("What the team is for.")
    member_ids: list[strawberry.ID] | None = optional(
        "The users in the team: the whole list, at most 500."
    )


@strawberry.input(description="A new team.")
class TeamCreateInput(TeamFields, WriteInput):
    name: str = needed("The team's name, unique among teams, archived ones too.")


@strawberry.input(description="Which team.")
class TeamChangeInput(ChangeInput):
    team_id: strawberry.ID | None = optional("The team to change.")
    id: strawberry.ID | None = optional("The same as teamId.")


@strawberry.input(description="Changes of a team: absent is untouched, null is cleared.")
class TeamUpdateInput(TeamFields, TeamChangeInput):
    name: str | None = optional("The team's name, unique among teams, archived ones too.")


@strawberry.input(description="The user who joins a team.")
class TeamAddMemberInput(TeamChangeInput):
    user_id: strawberry.ID = needed("The user.")


@strawberry.input(description="The user who leaves a team.")
class TeamRemoveMemberInput(TeamChangeInput):
    user_id: strawberry.ID = needed("The user.")


@strawberry.input(description="The team that is to be given nothing more.")
class TeamArchiveInput(TeamChangeInput):
    pass


@strawberry.input(description="The archived team that is to be used again.")
class TeamRestoreInput(TeamChangeInput):
    pass


@strawberry.type(description="What a mutation of a team answers.")
class TeamPayload(Payload):
    team: Any = of("Team", "people", "team")


FIELDS: Fields = {"name": plain, "description": plain, "member_ids": keys("User")}


create = creating(teams.CreateTeam, teams.create, FIELDS)
update = updating("Team", teams.UpdateTeam, teams.update, FIELDS)


def add_member(input: TeamAddMemberInput, call: Call) -> Work:
    command = _member(input, call)
    return lambda unit: teams.add_member(unit, call.viewer, command)


def remove_member(input: TeamRemoveMemberInput, call: Call) -> Work:
    command = _member(input, call)
    return lambda unit: teams.remove_member(unit, call.viewer, command)


def _member(input: TeamAddMemberInput | TeamRemoveMemberInput, call: Call) -> teams.ChangeMember:
    return teams.ChangeMember(
        team_id=named(input, call, "Team", "team_id"),
        user_id=call.key(input.user_id, "User", "user_id"),
        expected_version=given(input.expected_version),
    )


archive = acting("Team", teams.ArchiveTeam, teams.archive)
restore = acting("Team", teams.ArchiveTeam, teams.restore)


@strawberry.type(description="What can be done to teams, by managers and administrators.")
class TeamMutations:
    create: Any = verb(TeamCreateInput, TeamPayload, create, "Creates a team.")
    update: Any = verb(TeamUpdateInput, TeamPayload, update, "Changes a team.")
    add_member: Any = verb(
        TeamAddMemberInput, TeamPayload, add_member, "Puts a user into a team, if not there yet."
    )
    remove_member: Any = verb(
        TeamRemoveMemberInput, TeamPayload, remove_member, "Takes a user out of a team."
    )
    archive: Any = verb(
        TeamArchiveInput,
        TeamPayload,
        archive,
        "Leaves a team on what is shared with it, where its users go on to see it, and shares "
        "nothing more with it.",
    )
    restore: Any = verb(TeamRestoreInput, TeamPayload, restore, "Undoes archive.")
