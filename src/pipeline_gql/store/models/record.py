"""What is written beside every change: idempotency, outbox, audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Vouched, belongs, indexed


class IdempotencyKey(Vouched, Tenant):
    """A client's key, the fingerprint of its input, and the stored answer (JSON text)."""

    __tablename__ = "idempotency_key"
    actor_id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    response: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    __table_args__ = (
        belongs("actor_id", "app_user"),
        indexed("idempotency_key", "created_at"),
    )


class Outbox(Numbered):
    """An event to tell the world. `sequence` is the aggregate's version, so gap-free per record;
    `position` is the feed's order, stamped after commit."""

    __tablename__ = "outbox"
    aggregate: Mapped[str]
    aggregate_id: Mapped[str]
    sequence: Mapped[int]
    type: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    position: Mapped[int | None]
    __table_args__ = (
        UniqueConstraint("org_id", "aggregate", "aggregate_id", "sequence"),
        Index("uq_outbox_position", "org_id", "position", unique=True),
    )


class OutboxHead(Tenant):
    """The last position of a tenant's feed; locked by whoever stamps."""

    __tablename__ = "outbox_head"
    position: Mapped[int] = mapped_column(server_default=text("0"))


class Audit(Numbered):
    """Who changed what, from what, to what. Append-only by grant and trigger."""

    __tablename__ = "audit"
    aggregate: Mapped[str]
    aggregate_id: Mapped[str]
    verb: Mapped[str]
    actor_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    request_id: Mapped[str | None]
    at: Mapped[datetime]
    __table_args__ = (
        belongs("actor_id", "app_user"),
        indexed("audit", "aggregate", "aggregate_id", "id"),
    )
