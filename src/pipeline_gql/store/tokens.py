"""Bearer tokens: made, listed, revoked. `directory` turns one into the user who holds it.

The secret is shown once. What is kept is its SHA-256, which suffices for 256 random bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from sqlalchemy import select, update

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

PREFIX: Final = "pgql_"
HINT: Final = len(PREFIX) + 4
READ: Final = "read"
WRITE: Final = "write"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; its `secret` is known only now."""

    id: int
    secret: str
    hint: str


async def create(
    unit: Unit,
    user_id: int,
    name: str,
    *,
    scopes: Sequence[str] = (READ, WRITE),
    expires_at: datetime | None = None,
    secret: str | None = None,
) -> Issued:
    """A token of a user. `write` includes `read`. A fixed `secret` is for tests."""
    secret = secret or PREFIX + token_urlsafe(32)
    digest = sha256(secret.encode()).digest()
    row = models.ApiToken(
        org_id=unit.org_id,
        user_id=user_id,
        name=name,
        hint=secret[:HINT],
        digest=digest,
        scopes=list(scopes),
        created_at=unit.now,
        expires_at=expires_at,
    )
    unit.session.add(row)
    await unit.session.flush()
    unit.session.add(models.TokenDigest(digest=digest, org_id=unit.org_id, token_id=row.id))
    await unit.session.flush()
    return Issued(row.id, secret, row.hint)


async def all_tokens(unit: Unit) -> Sequence[models.ApiToken]:
    """Of the organisation, revoked and expired ones included."""
    entity = models.ApiToken
    rows = await unit.session.scalars(
        select(entity).where(entity.org_id == unit.org_id).order_by(entity.id)
    )
    return rows.all()


async def revoke(unit: Unit, token_id: int) -> bool:
    """Whether there was such a token. A server may go on honouring it for five seconds."""
    row = await unit.session.get(models.ApiToken, (unit.org_id, token_id))
    if row is None:
        return False
    row.revoked_at = row.revoked_at or unit.now
    return True


async def revoke_all(unit: Unit, user_id: int) -> None:
    """All that a user has, for good."""
    entity = models.ApiToken
    await unit.session.execute(
        update(entity)
        .where(entity.org_id == unit.org_id, entity.user_id == user_id, entity.revoked_at.is_(None))
        .values(revoked_at=unit.now)
    )
