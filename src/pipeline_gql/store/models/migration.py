"""Records that change their pipeline's version, and what they were before."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed
from pipeline_gql.store.models.pipeline import STEP_OF_VERSION


class PipelineMigration(Numbered, Versioned):
    """The records of a pipeline on their way to a version; batches go by the record's id.

    `cursor` is the last record that was looked at. `moved` of them changed their step, `kept` kept
    it; `stayed` are in the version that they were in.
    """

    __tablename__ = "pipeline_migration"
    pipeline_id: Mapped[int]
    version_id: Mapped[int]
    policy: Mapped[str]
    mapping: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    state: Mapped[str] = mapped_column(server_default="RUNNING")
    cursor: Mapped[int] = mapped_column(server_default=text("0"))
    moved: Mapped[int] = mapped_column(server_default=text("0"))
    kept: Mapped[int] = mapped_column(server_default=text("0"))
    stayed: Mapped[int] = mapped_column(server_default=text("0"))
    undone: Mapped[int] = mapped_column(server_default=text("0"))
    created_by_id: Mapped[int | None]
    request_id: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("pipeline_id", "pipeline"),
        belongs("version_id", "pipeline_version"),
        belongs("created_by_id", "app_user"),
        CheckConstraint("policy IN ('MAP', 'GRANDFATHER', 'BLOCK')", name="policy"),
        CheckConstraint(
            "state IN ('RUNNING', 'DONE', 'UNDOING', 'UNDONE', 'SUPERSEDED')", name="state"
        ),
        indexed("pipeline_migration", "pipeline_id", "id"),
        Index(
            "uq_pipeline_migration_active",
            "org_id",
            "pipeline_id",
            unique=True,
            postgresql_where=text("state IN ('RUNNING', 'UNDOING')"),
        ),
    )


class MigratedRecord(Tenant):
    """What an opportunity was before a migration, and what it was made.

    `record_version` is the version that the opportunity had then: as long as it has it, nobody
    has changed it since.
    """

    __tablename__ = "migrated_record"
    migration_id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int]
    step_id: Mapped[int]
    probability: Mapped[int] = mapped_column(SmallInteger)
    probability_is_manual: Mapped[bool]
    actual_close_date: Mapped[date | None]
    to_step_id: Mapped[int]
    entered_at: Mapped[datetime]
    record_version: Mapped[int]
    __table_args__ = (
        belongs("migration_id", "pipeline_migration"),
        belongs("opportunity_id", "opportunity"),
        ForeignKeyConstraint(
            ["org_id", "version_id", "step_id"], STEP_OF_VERSION, name="fk_migrated_record_step"
        ),
        indexed("migrated_record", "version_id"),
    )
