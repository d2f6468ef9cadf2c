"""Who signs in: invited, given roles and tokens, deactivated, all by an administrator.

Who asks is looked up anew: an administrator of a moment ago, whom a server still remembers, must
not undo his own dismissal.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import flag, one_of
from pipeline_gql.domain.errors import NotPermitted, Path, Remedy
from pipeline_gql.domain.problems import invalid
from pipeline_gql.domain.remedies import ask
from pipeline_gql.domain.viewer import Permission, Role, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.store import models, tokens, users
from pipeline_gql.store.database import Unit

USER = Noun(
    models.User,
    Permission.SET_UP,
    "user",
    {
        "email": Field("email", text.required_email, is_unique=True, folded="email_key"),
        "name": Field("name", text.required_text),
        "role": Field("role", one_of(*Role)),
        "is_active": Field("is_active", flag),
    },
    required=frozenset({"email", "name", "role"}),
)


@dataclass(frozen=True, slots=True)
class CreateUser:
    email: str | None = None
    name: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateUser:
    """`changes` holds what was sent, under the names of `CreateUser`."""

    user_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ActivateUser:
    """Also to deactivate one."""

    user_id: int
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateUser) -> Done:
    """An invitation: the user signs in with a token, or with a JWT that names them."""
    await require_admin(unit, viewer, "create")
    return Done({"user": await keeping.create(unit, viewer, USER, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateUser) -> Done:
    await require_admin(unit, viewer, "change")
    key, changes = command.user_id, command.changes
    if "role" in changes and changes["role"] != Role.ADMIN:
        await _require_another_admin(unit, key, ("role",), "must stay ADMIN: this is the last one")
    await keeping.update(unit, viewer, USER, key, changes, command.expected_version)
    return Done({"user": key})


async def deactivate(unit: Unit, viewer: Viewer, command: ActivateUser) -> Done:
    """Ends all sessions and tokens for good. What they own stays theirs; they are given no more."""
    await require_admin(unit, viewer, "deactivate")
    problem = "must not be that of the last active administrator"
    await _require_another_admin(unit, command.user_id, ("user_id",), problem)
    done = await _activate(unit, viewer, command, "deactivate")
    await tokens.revoke_all(unit, command.user_id)
    return done


async def reactivate(unit: Unit, viewer: Viewer, command: ActivateUser) -> Done:
    """With the role they had, and without the tokens."""
    await require_admin(unit, viewer, "reactivate")
    return await _activate(unit, viewer, command, "reactivate")


async def require_admin(unit: Unit, viewer: Viewer, verb: str) -> None:
    """Raises NotPermitted unless the viewer is an administrator still."""
    viewer.require(Permission.SET_UP, verb, "User")
    if not await users.is_admin(unit, viewer.user_id):
        which = "a" if verb == "create" else "this"
        raise NotPermitted(
            who=viewer.name, verb=verb, which=which, type="User", remedies=ask("an administrator")
        )


async def _activate(unit: Unit, viewer: Viewer, command: ActivateUser, verb: str) -> Done:
    key, changes = command.user_id, {"is_active": verb == "reactivate"}
    await keeping.update(unit, viewer, USER, key, changes, command.expected_version, verb)
    return Done({"user": key})


async def _require_another_admin(unit: Unit, user_id: int, path: Path, problem: str) -> None:
    if await users.admins(unit) == {user_id}:
        refusal = invalid(path, problem)
        refusal.remedies = (Remedy("Make another user an administrator first"),)
        raise refusal
