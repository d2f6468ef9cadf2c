"""The demo's tokens: one per role, kept in a file, since the database has only their digests."""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from pipeline_gql.demo.people import VOICES
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store import tokens as token_rows
from pipeline_gql.store.database import Database, Unit

OWNER_ONLY = 0o600


async def tokens(database: Database, org_id: UUID, file: Path | None = None) -> dict[Role, str]:
    """A working token for each role: the ones in `file` if they still are, else new ones.

    New ones revoke the demo's earlier ones, and replace the file's.
    """
    kept = read(file) if file else {}
    async with database.writing(org_id) as unit:
        in_force = await _in_force(unit)
        if all(_fits(kept.get(role), in_force, user) for role, user in VOICES.items()):
            return kept
        for token in in_force.values():
            await token_rows.revoke(unit, token.id)
        issued = {role: await _issue(unit, role) for role in VOICES}
    if file:
        write(file, issued)
    return issued


def read(file: Path) -> dict[Role, str]:
    """Nothing if there is no such file, or if it holds something else."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {Role(role): str(secret) for role, secret in content.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def write(file: Path, secrets: Mapping[Role, str]) -> None:
    """Whole or not at all, and for its owner alone from the first byte."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(new, flags, OWNER_ONLY), "w", encoding="utf-8") as stream:
        json.dump(secrets, stream, indent=1)
    new.replace(file)


async def _in_force(unit: Unit) -> dict[bytes, models.ApiToken]:
    """The demo's own tokens, by digest; those that people made for themselves are left alone."""
    names = {_name(role) for role in VOICES}
    rows = await token_rows.all_tokens(unit)
    return {row.digest: row for row in rows if row.revoked_at is None and row.name in names}


def _fits(secret: str | None, in_force: Mapping[bytes, models.ApiToken], user_id: int) -> bool:
    row = in_force.get(sha256((secret or "").encode()).digest())
    return row is not None and row.user_id == user_id


async def _issue(unit: Unit, role: Role) -> str:
    issued = await token_rows.create(unit, VOICES[role], _name(role))
    return issued.secret


def _name(role: Role) -> str:
    return f"Demo ({role.value.lower()})"
