"""Opportunities, what hangs on them, and where they have been."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, Vouched, belongs, indexed
from pipeline_gql.store.models.pipeline import STEP_OF_VERSION


def _down_to_coins(units: str) -> str:
    """Ten-thousandths rounded down to what the currency can pay, in SQL."""
    coins: dict[int, list[str]] = {}
    for code, exponent in sorted(EXPONENTS.items()):
        coins.setdefault(10 ** (4 - exponent), []).append(f"'{code}'")
    usual = coins.pop(100)
    assert "'USD'" in usual
    # ANY and not IN: as PostgreSQL tells it back, so that Alembic sees no difference.
    cases = [
        f"WHEN currency = ANY (ARRAY[{', '.join(codes)}]) THEN {coin}"
        for coin, codes in coins.items()
    ]
    return f"{units} - mod({units}, CASE {' '.join(cases)} ELSE 100 END)"


STANDING = text("deleted_at IS NULL")
WEIGHTED = _down_to_coins(
    "((grand_total / 100) * probability + mod(grand_total, 100) * probability / 100)"
)
"""The weighted value in SQL, of columns named as here."""
ARRIVED = (
    "lpad(to_hex(4611686018427387903 - (EXTRACT(epoch FROM"
    " step_entered_at AT TIME ZONE 'UTC') * 1000000)::bigint), 16, '0')"
    " || lpad(to_hex(id), 16, '0') || 'U'"
)
"""The key of what was never placed by hand: the later it came to its step, the smaller."""
BYTEWISE = Text(collation="C")


class Opportunity(Vouched, Numbered, Versioned):
    """A possible sale. Money is in ten-thousandths of `currency`, probability in percent.

    `amount` is the manual value; `net_total`, `tax_total` and `grand_total` are what counts:
    the sum of the interests where there are any, else the amount.
    `contact_id` is the primary one of `opportunity_contact`.
    `follows_id` is the opportunity that opened it, as a transition's follow-on.
    `board_key` orders the opportunities of a step; `board_place` is the key that a hand gave it on
    the step where it stands, for the `board_moves`th time.
    """

    __tablename__ = "opportunity"
    name: Mapped[str]
    pipeline_id: Mapped[int]
    version_id: Mapped[int]
    step_id: Mapped[int]
    step_entered_at: Mapped[datetime]
    account_id: Mapped[int | None]
    contact_id: Mapped[int | None]
    owner_id: Mapped[int | None]
    created_by_id: Mapped[int | None]
    region_code: Mapped[str | None]
    currency: Mapped[str]
    amount: Mapped[int | None]
    amount_source: Mapped[str] = mapped_column(server_default="MANUAL")
    net_total: Mapped[int] = mapped_column(server_default=text("0"))
    tax_total: Mapped[int] = mapped_column(server_default=text("0"))
    grand_total: Mapped[int] = mapped_column(server_default=text("0"))
    probability: Mapped[int] = mapped_column(SmallInteger)
    probability_is_manual: Mapped[bool] = mapped_column(server_default=text("false"))
    weighted: Mapped[int] = mapped_column(Computed(WEIGHTED, persisted=True))
    expected_close_date: Mapped[date | None]
    actual_close_date: Mapped[date | None]
    lead_source: Mapped[str | None]
    description: Mapped[str | None]
    next_step: Mapped[str | None]
    forecast_category: Mapped[str | None]
    external_id: Mapped[str | None]
    active_invoice_id: Mapped[int | None]
    follows_id: Mapped[int | None]
    reservations_valid_until: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None]
    board_place: Mapped[str | None] = mapped_column(BYTEWISE)
    board_moves: Mapped[int] = mapped_column(server_default=text("0"))
    board_key: Mapped[str] = mapped_column(
        BYTEWISE, Computed(f"COALESCE(board_place, {ARRIVED})", persisted=True)
    )
    __table_args__ = (
        belongs("pipeline_id", "pipeline"),
        ForeignKeyConstraint(
            ["org_id", "version_id", "step_id"], STEP_OF_VERSION, name="fk_opportunity_step"
        ),
        belongs("account_id", "account"),
        belongs("contact_id", "contact"),
        belongs("owner_id", "app_user"),
        belongs("created_by_id", "app_user"),
        belongs("deleted_by_id", "app_user"),
        belongs("region_code", "region", "code"),
        belongs("follows_id", "opportunity"),
        ForeignKeyConstraint(
            ["org_id", "active_invoice_id"],
            ["invoice.org_id", "invoice.id"],
            name="fk_opportunity_active_invoice",
            use_alter=True,
        ),
        UniqueConstraint("org_id", "external_id"),
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
        CheckConstraint("amount_source IN ('MANUAL', 'INTERESTS')", name="amount_source"),
        CheckConstraint("grand_total = net_total + tax_total", name="totals"),
        CheckConstraint("board_place ~ '^[0-9A-Za-z]*[1-9A-Za-z]$'", name="board_place"),
        # With what a board adds up, so that it need not read the rows.
        Index(
            "ix_opportunity_board",
            *("org_id", "step_id", "id"),
            postgresql_include=["currency", "grand_total"],
            postgresql_where=STANDING,
        ),
        indexed("opportunity", "step_id", "board_key", "id", postgresql_where=STANDING),
        indexed("opportunity", "region_code", "id", postgresql_where=STANDING),
        indexed("opportunity", "account_id", "id", postgresql_where=STANDING),
        indexed("opportunity", "version_id"),
        indexed("opportunity", "follows_id", "id", postgresql_where=text("follows_id IS NOT NULL")),
        indexed("opportunity", "owner_id", "id", postgresql_where=STANDING),
        indexed("opportunity", "created_by_id", "id", postgresql_where=STANDING),
        indexed("opportunity", "pipeline_id", "id", postgresql_where=STANDING),
        *(
            indexed("opportunity", column, "id", postgresql_where=STANDING)
            for column in (
                "board_key",
                "created_at",
                "updated_at",
                "name",
                "grand_total",
                "probability",
                "expected_close_date",
                "actual_close_date",
                "step_entered_at",
            )
        ),
    )


class OpportunityContact(Tenant):
    """A contact's part in an opportunity."""

    __tablename__ = "opportunity_contact"
    opportunity_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("contact_id", "contact"),
        indexed("opportunity_contact", "contact_id", "opportunity_id"),
    )


class OpportunityAssignee(Tenant):
    __tablename__ = "opportunity_assignee"
    opportunity_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("user_id", "app_user"),
        indexed("opportunity_assignee", "user_id", "opportunity_id"),
    )


class OpportunityTeam(Tenant):
    __tablename__ = "opportunity_team"
    opportunity_id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("team_id", "team"),
        indexed("opportunity_team", "team_id", "opportunity_id"),
    )


class OpportunityTag(Tenant):
    __tablename__ = "opportunity_tag"
    opportunity_id: Mapped[int] = mapped_column(primary_key=True)
    tag_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("tag_id", "tag"),
        indexed("opportunity_tag", "tag_id", "opportunity_id"),
    )


class StepStay(Vouched, Numbered):
    """One stay of an opportunity on a step; exactly one per opportunity is open. `overridden` is
    what stood against coming here, where somebody passed over it.

    That stays do not overlap and that one is open is kept by the database (migration 0001).
    """

    __tablename__ = "step_stay"
    opportunity_id: Mapped[int]
    step_id: Mapped[int]
    version_id: Mapped[int]
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    value: Mapped[int]
    currency: Mapped[str]
    probability: Mapped[int] = mapped_column(SmallInteger)
    expected_close_date: Mapped[date | None]
    cause: Mapped[str]
    transition_id: Mapped[int | None]
    actor_id: Mapped[int | None]
    request_id: Mapped[str | None]
    reason: Mapped[str | None]
    overridden: Mapped[list[Any] | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        ForeignKeyConstraint(
            ["org_id", "version_id", "step_id"], STEP_OF_VERSION, name="fk_step_stay_step"
        ),
        belongs("transition_id", "transition"),
        belongs("actor_id", "app_user"),
        CheckConstraint(
            "cause IN ('ENTRY', 'TRANSITION', 'MIGRATION', 'IMPORT', 'OVERRIDE')", name="cause"
        ),
        CheckConstraint("left_at > entered_at", name="times"),
        CheckConstraint("overridden IS NULL OR cause = 'OVERRIDE'", name="overridden"),
        indexed("step_stay", "opportunity_id", "entered_at", "id"),
        indexed("step_stay", "version_id"),
        indexed("step_stay", "transition_id", postgresql_where=text("transition_id IS NOT NULL")),
        Index(
            "uq_step_stay_open",
            "org_id",
            "opportunity_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
    )


class TransitionAttempt(Numbered):
    """A refused move, written after the rollback: where do people get stuck?"""

    __tablename__ = "transition_attempt"
    opportunity_id: Mapped[int]
    from_step_id: Mapped[int]
    to_step_id: Mapped[int | None]
    failures: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    actor_id: Mapped[int | None]
    request_id: Mapped[str | None]
    at: Mapped[datetime]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("actor_id", "app_user"),
        indexed("transition_attempt", "opportunity_id", "at"),
    )
