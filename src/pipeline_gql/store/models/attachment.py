"""Attachments of opportunities, and the files behind them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed


class StoredFile(Tenant):
    """Contents that are kept, or about to be, by their SHA-256.

    `stored_at` says that they can be read. `idle_since` is null while an attachment is made of
    them; else the collector takes them once it is long enough ago.
    """

    __tablename__ = "stored_file"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    stored_at: Mapped[datetime | None]
    idle_since: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("size >= 0", name="size"),
        Index(
            "ix_stored_file_idle_since",
            "org_id",
            "idle_since",
            postgresql_where=text("idle_since IS NOT NULL"),
        ),
    )


class FileUsage(Tenant):
    """How many bytes an organisation's stored files come to."""

    __tablename__ = "file_usage"
    bytes: Mapped[int] = mapped_column(server_default=text("0"))
    __table_args__ = (CheckConstraint("bytes >= 0", name="bytes"),)


class Attachment(Numbered, Versioned):
    """A file, or a document elsewhere that an address leads to, on an opportunity or a lead."""

    __tablename__ = "attachment"
    opportunity_id: Mapped[int | None]
    lead_id: Mapped[int | None]
    kind: Mapped[str]
    name: Mapped[str]
    size: Mapped[int | None]
    content_type: Mapped[str | None]
    sha256: Mapped[str | None]
    link_url: Mapped[str | None]
    created_by_id: Mapped[int | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("lead_id", "lead"),
        CheckConstraint("num_nonnulls(opportunity_id, lead_id) = 1", name="one_host"),
        belongs("sha256", "stored_file", "sha256"),
        belongs("created_by_id", "app_user"),
        CheckConstraint(
            "CASE kind WHEN 'FILE' THEN num_nonnulls(sha256, size, content_type) = 3"
            " AND link_url IS NULL WHEN 'LINK' THEN link_url IS NOT NULL"
            " AND num_nonnulls(sha256, size, content_type) = 0 ELSE false END",
            name="kind",
        ),
        indexed("attachment", "opportunity_id", "id"),
        indexed("attachment", "lead_id", "id"),
        indexed("attachment", "sha256"),
    )
