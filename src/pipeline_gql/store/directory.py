"""What is asked before an organisation is known; the only transactions without a tenant.

They see the global tables alone: organisation ids, token digests, subjects. Everything else is
asked afterwards, one organisation and one transaction at a time.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text

from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.store import models
from pipeline_gql.store.database import Database

WRITE = "write"


@dataclass(frozen=True, slots=True)
class Admission:
    """A viewer, and until when (null: no end) what proved it is good for it."""

    viewer: Viewer
    expires_at: datetime | None


async def organisation_ids(database: Database) -> list[UUID]:
    """Every organisation there is."""
    async with database.without_tenant() as session:
        ids = await session.scalars(
            select(models.OrganisationId.org_id).order_by(models.OrganisationId.org_id)
        )
        return list(ids)


async def viewers_of_digest(database: Database, digest: bytes) -> list[Admission]:
    """Who the bearer of a token is, once per organisation that it may enter.

    `digest` is the token's SHA-256. Expired and revoked tokens and inactive users are nobody.
    A token without scopes may do all that its user may; one with scopes writes only by `write`.
    """
    async with database.without_tenant() as session:
        found = await session.execute(
            select(models.TokenDigest.org_id, models.TokenDigest.token_id)
            .where(models.TokenDigest.digest == digest)
            .order_by(models.TokenDigest.org_id)
        )
        places = [(row.org_id, row.token_id) for row in found]
    admissions = [await _by_token(database, org_id, token_id) for org_id, token_id in places]
    return [admission for admission in admissions if admission]


async def viewers_of_subject(database: Database, issuer: str, subject: str) -> list[Admission]:
    """Who a JWT's subject is, once per organisation that it may enter."""
    async with database.without_tenant() as session:
        found = await session.execute(
            select(models.Subject.org_id, models.Subject.user_id)
            .where(models.Subject.issuer == issuer, models.Subject.subject == subject)
            .order_by(models.Subject.org_id)
        )
        places = [(row.org_id, row.user_id) for row in found]
    admissions = [await _by_user(database, org_id, user_id) for org_id, user_id in places]
    return [admission for admission in admissions if admission]


async def _by_token(database: Database, org_id: UUID, token_id: int) -> Admission | None:
    token = models.ApiToken
    statement = (
        _users(org_id)
        .add_columns(token.scopes, token.expires_at)
        .join(token, (token.org_id == org_id) & (token.user_id == models.User.id))
        .where(
            token.id == token_id,
            token.revoked_at.is_(None),
            or_(token.expires_at.is_(None), token.expires_at > func.now()),
        )
    )
    async with database.writing(org_id, deadline=5, tells=False) as unit:
        row = (await unit.session.execute(statement)).one_or_none()
    if row is None:
        return None
    can_write = not row.scopes or WRITE in row.scopes
    viewer = Viewer(org_id, row.id, row.name, Role(row.role), can_write, row.time_zone)
    return Admission(viewer, row.expires_at)


async def _by_user(database: Database, org_id: UUID, user_id: int) -> Admission | None:
    statement = _users(org_id).where(models.User.id == user_id)
    async with database.writing(org_id, deadline=5, tells=False) as unit:
        row = (await unit.session.execute(statement)).one_or_none()
    if row is None:
        return None
    viewer = Viewer(org_id, row.id, row.name, Role(row.role), time_zone=row.time_zone)
    return Admission(viewer, None)


def _users(org_id: UUID) -> Select[int, str, str, str]:
    user, organisation = models.User, models.Organisation
    return (
        select(user.id, user.name, user.role, organisation.time_zone)
        .select_from(user)
        .join(organisation, organisation.org_id == org_id)
        .where(user.org_id == org_id, user.is_active)
    )


async def schema_revision(database: Database) -> str | None:
    """The migration that the database is at; None if it has seen none."""
    async with database.without_tenant(1.0) as session:
        if not await session.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL")):
            return None
        return await session.scalar(text("SELECT version_num FROM alembic_version"))
