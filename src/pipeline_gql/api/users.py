"""`user { … }`: who signs in, and their tokens."""

from datetime import datetime
from typing import Any, cast

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    chosen,
    demanded,
    maybe_named,
    member,
    named,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.types.node import told
from pipeline_gql.api.types.people import TokenScope, UserRole
from pipeline_gql.api.usual import acting, creating, updating
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.domain import tokens as domain
from pipeline_gql.operations import tokens, users

EMAIL = "The e-mail address, unique among users whatever its case."


@strawberry.input(description="Somebody new: signs in with a token, or a JWT that names them.")
class UserCreateInput(WriteInput):
    email: str = needed(EMAIL)
    name: str = needed("The full name.")
    role: Any = demanded(UserRole, "What the user may see and do.")


@strawberry.input(description="Which user.")
class UserChangeInput(ChangeInput):
    user_id: strawberry.ID | None = optional("The user to change.")
    id: strawberry.ID | None = optional("The same as userId.")


@strawberry.input(description="Changes of a user: absent is untouched, nothing can be cleared.")
class UserUpdateInput(UserChangeInput):
    email: str | None = optional(EMAIL)
    name: str | None = optional("The full name.")
    role: Any = chosen(
        UserRole, "What the user may see and do. The last active administrator stays one."
    )


@strawberry.input(description="The user who leaves. The last active administrator cannot.")
class UserDeactivateInput(UserChangeInput):
    pass


@strawberry.input(description="The user who comes back.")
class UserReactivateInput(UserChangeInput):
    pass


@strawberry.input(description="A new bearer token of a user.")
class UserCreateTokenInput(UserChangeInput):
    name: str = needed("What it is for.")
    scopes: Any = chosen(
        list[TokenScope],
        "What it is good for, within what its user may do; everything unless given.",
    )
    expires_at: datetime | None = optional(
        "When it expires; never unless given. Without an offset in the organisation's time zone."
    )


@strawberry.input(description="The token that is to be good for nothing any more.")
class UserRevokeTokenInput(ChangeInput):
    token_id: strawberry.ID = needed("The token.")
    user_id: strawberry.ID | None = optional("The user whose token it is; need not be given.")
    id: strawberry.ID | None = optional("The same as userId.")


@strawberry.type(description="What a mutation of a user answers.")
class UserPayload(Payload):
    user: Any = of("User", "people", "user")


@strawberry.type(description="What a mutation of a user's token answers.")
class UserTokenPayload(Payload):
    user: Any = of("User", "people", "user")
    token: Any = of("ApiToken", "people", "token")
    secret: str | None = told(
        "What to send as `Authorization: Bearer`, told by createToken this once and kept nowhere: "
        "null where the answer is replayed. Revoke a token whose secret was lost; make another."
    )


FIELDS: Fields = {"email": plain, "name": plain, "role": member}


create = creating(users.CreateUser, users.create, FIELDS)
update = updating("User", users.UpdateUser, users.update, FIELDS)
deactivate = acting("User", users.ActivateUser, users.deactivate)
reactivate = acting("User", users.ActivateUser, users.reactivate)


def create_token(input: UserCreateTokenInput, call: Call) -> Work:
    scopes: Any = given(cast(Any, input).scopes)
    command = tokens.CreateToken(
        user_id=named(input, call, "User", "user_id"),
        name=input.name,
        scopes=None if scopes is None else [domain.TokenScope(each.value) for each in scopes],
        expires_at=given(input.expires_at),
        expected_version=given(input.expected_version),
    )
    return lambda unit: tokens.create(unit, call.viewer, command)


def revoke_token(input: UserRevokeTokenInput, call: Call) -> Work:
    command = tokens.RevokeToken(
        token_id=call.key(input.token_id, "ApiToken", "token_id"),
        user_id=maybe_named(input, call, "User", "user_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: tokens.revoke(unit, call.viewer, command)


@strawberry.type(description="What administrators can do to users.")
class UserMutations:
    create: Any = verb(UserCreateInput, UserPayload, create, "Invites somebody.")
    update: Any = verb(UserUpdateInput, UserPayload, update, "Changes a user, and what they may.")
    deactivate: Any = verb(
        UserDeactivateInput,
        UserPayload,
        deactivate,
        "Ends a user's access and revokes all their tokens; a server may honour one for five more "
        "seconds. What is theirs stays theirs, and they are given nothing more.",
    )
    reactivate: Any = verb(
        UserReactivateInput,
        UserPayload,
        reactivate,
        "Lets a user come back in the role they had; they need new tokens.",
    )
    create_token: Any = verb(
        UserCreateTokenInput,
        UserTokenPayload,
        create_token,
        "Makes a bearer token of an active user and tells its secret, this once.",
    )
    revoke_token: Any = verb(
        UserRevokeTokenInput,
        UserTokenPayload,
        revoke_token,
        "Ends a token for good; a server may honour it for five more seconds.",
    )
