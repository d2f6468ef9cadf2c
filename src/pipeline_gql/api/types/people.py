"""Users, their tokens, teams, tags, accounts, contacts."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, one, told, typed
from pipeline_gql.domain.tokens import TokenScope as Scope
from pipeline_gql.domain.viewer import Role

_ROLES = {
    Role.ADMIN: "Sees and changes everything.",
    Role.MANAGER: "Sees everything, and changes all but what is set up: users and the catalogue.",
    Role.MEMBER: "Sees and changes the opportunities that are theirs or their teams'.",
    Role.READ_ONLY: "Sees everything and changes nothing.",
}
_roles: Any = Enum(
    "UserRole",
    {role.name: strawberry.enum_value(role.value, description=_ROLES[role]) for role in Role},
)
UserRole = strawberry.enum(_roles, description="What a user is in the organisation.")
_SCOPES = {
    Scope.READ: "To read what the user sees.",
    Scope.WRITE: "To change what the user may change, and to read.",
}
_scopes: Any = Enum(
    "TokenScope",
    {scope.name: strawberry.enum_value(scope.value, description=_SCOPES[scope]) for scope in Scope},
)
TokenScope = strawberry.enum(_scopes, description="What a token is good for.")


@strawberry.type(description="Somebody of the organisation who signs in.")
class User(Node):
    name: str = told("The full name.")
    email: str = told("The e-mail address.")
    role: Any = typed(UserRole, "What the user may see and do.")
    is_active: bool = told("Whether the user may sign in.")
    teams: Any = connection("Team", "people", "The teams the user is in.")
    tokens: Any = connection(
        "ApiToken",
        "people",
        "The user's bearer tokens, to be seen by administrators and by the user; none by others.",
    )
    created_at: datetime = told("When the user was invited.")
    updated_at: datetime = told("When the user or a token last changed.")
    version: int = told("Grows by one with every change of the user or of a token.")


@strawberry.type(description="A bearer token of a user. Its secret was shown once and is not kept.")
class ApiToken(Node):
    user: Any = one("User", "people", "Who bears it.")
    name: str = told("What it is for.")
    hint: str = told("The first characters of the secret, to recognise it.")
    scopes: Any = typed(list[TokenScope], "What it is good for, within what its user may do.")
    created_at: datetime = told("When it was made.")
    expires_at: datetime | None = told("When it expires; null means no end.")
    revoked_at: datetime | None = told("When it was revoked; null if it was not.")


@strawberry.type(description="Users who share opportunities.")
class Team(Node):
    name: str = told("The team's name.")
    description: str | None = told("What the team is for.")
    is_archived: bool = told(
        "Whether it is archived: it stays on what it is shared with, and is given nothing more."
    )
    members: Any = connection("User", "people", "The users in the team.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="A word that groups opportunities.")
class Tag(Node):
    name: str = told("The word itself.")
    colour: str | None = told("A colour as #rrggbb.")
    is_archived: bool = told(
        "Whether it is archived: it stays on what has it, and is put on nothing more."
    )
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="A company that buys.")
class Account(Node):
    legacy_id: int = told("The integer in the id.")
    name: str = told("The company's name.")
    region: Any = maybe("Region", "catalogue", "Where the company is.")
    owner: Any = maybe("User", "people", "Who looks after the account.")
    email: str | None = told("The e-mail address.")
    phone: str | None = told("The telephone number.")
    website: str | None = told("The web address.")
    industry: str | None = told("The industry.")
    description: str | None = told("What is worth knowing.")
    external_id: str | None = told("The key in another system.")
    opportunities: Any = connection(
        "Opportunity", "opportunities", "The account's opportunities that the viewer sees."
    )
    contacts: Any = connection("Contact", "people", "The people of the company.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="A person.")
class Contact(Node):
    legacy_id: int = told("The integer in the id.")
    name: str = told("First and last name.")
    first_name: str = told("The first name.")
    last_name: str = told("The last name.")
    email: str | None = told("The e-mail address.")
    phone: str | None = told("The telephone number.")
    job_title: str | None = told("The job title.")
    account: Any = maybe("Account", "people", "The company the person works for.")
    external_id: str | None = told("The key in another system.")
    opportunities: Any = connection(
        "Opportunity", "opportunities", "The opportunities the person has a part in."
    )
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")
