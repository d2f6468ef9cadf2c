"""Leads: people who may become customers, and what they became."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed


class Lead(Numbered, Versioned):
    """Somebody who may become a customer.

    Once converted it says into which opportunity, for which account and contact, and no longer
    changes.
    """

    __tablename__ = "lead"
    name: Mapped[str]
    company: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    job_title: Mapped[str | None]
    source: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="NEW")
    description: Mapped[str | None]
    external_id: Mapped[str | None]
    owner_id: Mapped[int | None]
    created_by_id: Mapped[int | None]
    converted_at: Mapped[datetime | None]
    converted_by_id: Mapped[int | None]
    opportunity_id: Mapped[int | None]
    account_id: Mapped[int | None]
    contact_id: Mapped[int | None]
    __table_args__ = (
        belongs("owner_id", "app_user"),
        belongs("created_by_id", "app_user"),
        belongs("converted_by_id", "app_user"),
        belongs("opportunity_id", "opportunity"),
        belongs("account_id", "account"),
        belongs("contact_id", "contact"),
        UniqueConstraint("org_id", "external_id"),
        UniqueConstraint("org_id", "opportunity_id"),
        CheckConstraint(
            "status IN ('NEW', 'WORKING', 'QUALIFIED', 'CONVERTED', 'DISQUALIFIED')", name="status"
        ),
        CheckConstraint(
            "(status = 'CONVERTED') = (converted_at IS NOT NULL)"
            " AND (opportunity_id IS NOT NULL) = (converted_at IS NOT NULL)",
            name="converted",
        ),
        *(
            indexed("lead", column, "id")
            for column in (
                "name",
                "company",
                "created_at",
                "updated_at",
                "status",
                "owner_id",
                "created_by_id",
                "account_id",
                "contact_id",
            )
        ),
    )


class LeadAssignee(Tenant):
    __tablename__ = "lead_assignee"
    lead_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("lead_id", "lead"),
        belongs("user_id", "app_user"),
        indexed("lead_assignee", "user_id", "lead_id"),
    )


class LeadTeam(Tenant):
    __tablename__ = "lead_team"
    lead_id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("lead_id", "lead"),
        belongs("team_id", "team"),
        indexed("lead_team", "team_id", "lead_id"),
    )


class LeadTag(Tenant):
    __tablename__ = "lead_tag"
    lead_id: Mapped[int] = mapped_column(primary_key=True)
    tag_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("lead_id", "lead"),
        belongs("tag_id", "tag"),
        indexed("lead_tag", "tag_id", "lead_id"),
    )
