"""Bearer tokens of users. A token is a part of its user, whose version grows with each change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline_gql.domain import text
from pipeline_gql.domain.errors import ItemNotAvailable, Ref
from pipeline_gql.domain.problems import Problems, not_found
from pipeline_gql.domain.tokens import TokenScope, expiry, scopes_of
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.operations.users import USER, require_admin
from pipeline_gql.store import models, rows, tokens
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class CreateToken:
    """Without scopes the token may do all that its user may."""

    user_id: int
    name: str
    scopes: Sequence[TokenScope] | None = None
    expires_at: datetime | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """A `user_id` must be that of the token's user."""

    token_id: int
    user_id: int | None = None
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateToken) -> Done:
    """The secret is told once and stored nowhere: a call that is answered again has none."""
    await require_admin(unit, viewer, "change")
    user = await _locked(unit, command.user_id, command.expected_version)
    if not user.is_active:
        ref = USER.ref(user)
        raise ItemNotAvailable(item=user.name, state="inactive", value=ref, path=("user_id",))
    problems = Problems()
    name = problems.check(text.required_text, command.name, ("name",))
    scopes = problems.check(scopes_of, command.scopes, ("scopes",))
    zone, ends = viewer.time_zone, command.expires_at
    ends = problems.check(expiry, ends, ("expires_at",), zone, unit.now)
    problems.raise_if_any()
    assert name
    assert scopes
    issued = await tokens.create(unit, user.id, name, scopes=scopes, expires_at=ends)
    _record(unit, viewer, user, "createToken", "token_created", issued.id, name)
    told = {"user": user.id, "token": issued.id}
    return Done(told, secrets={"secret": issued.secret})


async def revoke(unit: Unit, viewer: Viewer, command: RevokeToken) -> Done:
    """For good; one that is revoked already stays as it is."""
    await require_admin(unit, viewer, "change")
    path = ("token_id",)
    token = await rows.find(unit, models.ApiToken, command.token_id)
    user_id = command.user_id or (token.user_id if token else None)
    user = await _locked(unit, user_id, command.expected_version) if user_id else None
    if user is None or token is None or token.user_id != user.id:
        raise not_found(Ref("ApiToken", command.token_id), path)
    # Another may have revoked it while we waited for the user.
    token = await rows.locked(unit, models.ApiToken, token.id, path)
    if token.revoked_at is None:
        token.revoked_at = unit.now
        _record(unit, viewer, user, "revokeToken", "token_revoked", token.id, token.name)
    return Done({"user": user.id, "token": token.id})


async def _locked(unit: Unit, user_id: int, expected_version: int | None) -> models.User:
    """Under its lock nobody deactivates the user meanwhile."""
    user = await rows.locked(unit, models.User, user_id, ("user_id",))
    await check_version(unit, USER.ref(user), user, expected_version)
    return user


def _record(
    unit: Unit, viewer: Viewer, user: models.User, verb: str, event: str, id: int, name: str
) -> None:
    record(
        unit,
        viewer,
        USER.ref(user),
        user,
        verb=verb,
        event=f"user.{event}",
        before={},
        after={"token": f"{id} {name}"},
        payload={"token": id},
    )
