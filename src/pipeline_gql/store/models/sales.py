"""What winning brings about: registrations, invoices, issued tokens. Written by the engine."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed


class Registration(Numbered, Versioned):
    """An account's places on an event."""

    __tablename__ = "registration"
    event_id: Mapped[int]
    account_id: Mapped[int | None]
    opportunity_id: Mapped[int | None]
    interest_id: Mapped[int | None]
    quantity: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(server_default="ACTIVE")
    __table_args__ = (
        belongs("event_id", "event"),
        belongs("account_id", "account"),
        belongs("opportunity_id", "opportunity"),
        belongs("interest_id", "interest"),
        CheckConstraint("state IN ('ACTIVE', 'CANCELLED')", name="state"),
        indexed("registration", "created_at", "id"),
        indexed("registration", "opportunity_id"),
        indexed("registration", "event_id"),
    )


class Invoice(Numbered, Versioned):
    """A sales document; money in ten-thousandths of `currency`."""

    __tablename__ = "invoice"
    number: Mapped[str | None]
    opportunity_id: Mapped[int | None]
    account_id: Mapped[int | None]
    lifecycle_state: Mapped[str] = mapped_column(server_default="Draft")
    currency: Mapped[str]
    net_total: Mapped[int] = mapped_column(server_default=text("0"))
    tax_total: Mapped[int] = mapped_column(server_default=text("0"))
    grand_total: Mapped[int] = mapped_column(server_default=text("0"))
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("account_id", "account"),
        UniqueConstraint("org_id", "number"),
        CheckConstraint("lifecycle_state IN ('Draft', 'Final', 'Void')", name="lifecycle_state"),
        indexed("invoice", "created_at", "id"),
        indexed("invoice", "opportunity_id"),
    )


class TokenIssue(Tenant):
    """Training tokens given to an account; known by 32 hex digits."""

    __tablename__ = "token_issue"
    key: Mapped[str] = mapped_column(primary_key=True)
    training_token_type_key: Mapped[str]
    account_id: Mapped[int]
    opportunity_id: Mapped[int | None]
    interest_id: Mapped[int | None]
    quantity: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    __table_args__ = (
        belongs("training_token_type_key", "training_token_type", "key"),
        belongs("account_id", "account"),
        belongs("opportunity_id", "opportunity"),
        belongs("interest_id", "interest"),
        indexed("token_issue", "created_at", "key"),
        indexed("token_issue", "opportunity_id"),
    )
