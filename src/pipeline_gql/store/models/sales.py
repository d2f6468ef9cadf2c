"""What winning brings about: registrations, invoices, issued tokens.

Final invoices do not change, and lines only while theirs is a draft: triggers of revision 0014.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed

OF_INTEREST = text("interest_id IS NOT NULL")


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
        indexed("registration", "updated_at", "id"),
        indexed("registration", "opportunity_id", "id"),
        indexed("registration", "event_id", "id"),
        indexed("registration", "interest_id", postgresql_where=OF_INTEREST),
        Index(
            "uq_registration_active",
            "org_id",
            "interest_id",
            unique=True,
            postgresql_where=text("state = 'ACTIVE'"),
        ),
    )


class RegistrationLearner(Tenant):
    """A contact who learns on one of the places."""

    __tablename__ = "registration_learner"
    registration_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("registration_id", "registration"),
        belongs("contact_id", "contact"),
    )


class Invoice(Numbered, Versioned):
    """A sales document; money in ten-thousandths of `currency`.

    It gets its number when it is made final, in the order of `invoice_numbering`.
    """

    __tablename__ = "invoice"
    number: Mapped[str | None]
    opportunity_id: Mapped[int | None]
    account_id: Mapped[int | None]
    lifecycle_state: Mapped[str] = mapped_column(server_default="Draft")
    region_code: Mapped[str | None]
    currency: Mapped[str]
    net_total: Mapped[int] = mapped_column(server_default=text("0"))
    tax_total: Mapped[int] = mapped_column(server_default=text("0"))
    grand_total: Mapped[int] = mapped_column(server_default=text("0"))
    finalised_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("account_id", "account"),
        belongs("region_code", "region", "code"),
        UniqueConstraint("org_id", "number"),
        CheckConstraint("lifecycle_state IN ('Draft', 'Final', 'Void')", name="lifecycle_state"),
        CheckConstraint(
            "CASE lifecycle_state WHEN 'Draft' THEN number IS NULL"
            " WHEN 'Final' THEN number IS NOT NULL ELSE true END",
            name="numbered",
        ),
        CheckConstraint("grand_total = net_total + tax_total", name="totals"),
        indexed("invoice", "created_at", "id"),
        indexed("invoice", "updated_at", "id"),
        indexed("invoice", "opportunity_id", "id"),
    )


class InvoiceLine(Numbered):
    """What an invoice asks for, as it was when it was made.

    `interest_id` is what it was made of; that may be gone by now.
    """

    __tablename__ = "invoice_line"
    invoice_id: Mapped[int]
    position: Mapped[int] = mapped_column(Integer)
    interest_id: Mapped[int | None]
    description: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
    unit_amount: Mapped[int]
    currency: Mapped[str]
    total_amount: Mapped[int] = mapped_column(Computed("quantity * unit_amount", persisted=True))
    discount_amount: Mapped[int] = mapped_column(server_default=text("0"))
    net_amount: Mapped[int] = mapped_column(
        Computed("quantity * unit_amount - discount_amount", persisted=True)
    )
    tax_type_id: Mapped[int | None]
    tax_amount: Mapped[int] = mapped_column(server_default=text("0"))
    __table_args__ = (
        belongs("invoice_id", "invoice"),
        belongs("tax_type_id", "tax_type"),
        UniqueConstraint("org_id", "invoice_id", "position"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("unit_amount >= 0", name="unit_amount"),
        CheckConstraint(
            "discount_amount BETWEEN 0 AND quantity * unit_amount", name="discount_amount"
        ),
        indexed("invoice_line", "interest_id"),
    )


class InvoiceNumbering(Tenant):
    """The last number that an invoice got: held by whoever gives the next one until the commit,
    so that there are no gaps."""

    __tablename__ = "invoice_numbering"
    last: Mapped[int]
    __table_args__ = (CheckConstraint("last >= 0", name="last"),)


class TokenIssue(Tenant, Versioned):
    """Training tokens given to an account; known by 32 hex digits."""

    __tablename__ = "token_issue"
    key: Mapped[str] = mapped_column(primary_key=True)
    training_token_type_key: Mapped[str]
    account_id: Mapped[int]
    opportunity_id: Mapped[int | None]
    interest_id: Mapped[int | None]
    quantity: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("training_token_type_key", "training_token_type", "key"),
        belongs("account_id", "account"),
        belongs("opportunity_id", "opportunity"),
        belongs("interest_id", "interest"),
        indexed("token_issue", "created_at", "key"),
        indexed("token_issue", "updated_at", "key"),
        indexed("token_issue", "opportunity_id", "key"),
        indexed("token_issue", "interest_id", postgresql_where=OF_INTEREST),
        Index(
            "uq_token_issue_standing",
            "org_id",
            "interest_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
