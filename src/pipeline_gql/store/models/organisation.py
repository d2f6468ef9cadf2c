"""Organisations, and the few global tables that are read before one is known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from pipeline_gql.store.models.base import Base, Numbered, Versioned, belongs, indexed


class Organisation(Base, Versioned):
    """A tenant, distributed by its own id."""

    __tablename__ = "organisation"
    org_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-20)
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    currency: Mapped[str] = mapped_column(server_default="USD")
    __table_args__ = (CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),)


class OrganisationId(Base):
    """Global: which organisations there are. Nothing else about them."""

    __tablename__ = "organisation_id"
    org_id: Mapped[UUID] = mapped_column(primary_key=True)


class TokenDigest(Base):
    """Global: from the SHA-256 of a bearer token to the organisation that can judge it."""

    __tablename__ = "token_digest"
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    token_id: Mapped[int]


class Subject(Base):
    """Global: from a JWT's issuer and subject to the organisations it may enter."""

    __tablename__ = "subject"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int]


class Currency(Base):
    """Global: ISO 4217. `exponent` is the number of decimals (JPY 0, USD 2, KWD 3)."""

    __tablename__ = "currency"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    symbol: Mapped[str]
    exponent: Mapped[int] = mapped_column(SmallInteger)


class ApiToken(Numbered):
    """A bearer token: only its SHA-256 is kept. `hint` is its first characters, to recognise it."""

    __tablename__ = "api_token"
    user_id: Mapped[int]
    name: Mapped[str]
    hint: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("user_id", "app_user"),
        indexed("api_token", "digest", unique=True),
        indexed("api_token", "user_id", "id"),
    )
