"""What opportunities were, range by range."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Vouched
from pipeline_gql.store.models.opportunity import WEIGHTED


def _belongs(name: str, column: str, table: str, key: str = "id") -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["org_id", column],
        [f"{table}.org_id", f"{table}.{key}"],
        name=f"fk_opportunity_revision_{name}",
        ondelete="CASCADE" if name == "opportunity" else None,
    )


class OpportunityRevision(Vouched, Numbered):
    """What an opportunity was from `since` until just before `until`; the last one is open.

    Triggers on `opportunity` keep them (migration 0017), so that nothing can write past them. The
    columns have the names and units of the opportunity's own, whose foreign key vouches for the
    step too: another one would be looked up whenever a draft's steps are rewritten.
    """

    __tablename__ = "opportunity_revision"
    opportunity_id: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    version_id: Mapped[int]
    step_id: Mapped[int]
    step_entered_at: Mapped[datetime]
    name: Mapped[str]
    account_id: Mapped[int | None]
    owner_id: Mapped[int | None]
    region_code: Mapped[str | None]
    currency: Mapped[str]
    net_total: Mapped[int]
    tax_total: Mapped[int]
    grand_total: Mapped[int]
    probability: Mapped[int] = mapped_column(SmallInteger)
    weighted: Mapped[int] = mapped_column(Computed(WEIGHTED, persisted=True))
    expected_close_date: Mapped[date | None]
    actual_close_date: Mapped[date | None]
    lead_source: Mapped[str | None]
    forecast_category: Mapped[str | None]
    is_deleted: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (
        _belongs("opportunity", "opportunity_id", "opportunity"),
        _belongs("account", "account_id", "account"),
        _belongs("owner", "owner_id", "app_user"),
        _belongs("region", "region_code", "region", "code"),
        CheckConstraint("until > since", name="times"),
        Index("uq_opportunity_revision_since", "org_id", "opportunity_id", "since", unique=True),
        Index(
            "uq_opportunity_revision_open",
            "org_id",
            "opportunity_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )
