"""Pipelines: lineage rows that ids point to, and immutable versions that say what they mean."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed

STEP_OF_VERSION = ["step_version.org_id", "step_version.version_id", "step_version.step_id"]


class Pipeline(Numbered, Versioned):
    """A graph of steps, under one key for ever."""

    __tablename__ = "pipeline"
    key: Mapped[str]
    name: Mapped[str]
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (
        UniqueConstraint("org_id", "key"),
        Index("uq_pipeline_default", "org_id", unique=True, postgresql_where=text("is_default")),
    )


class PipelineVersion(Numbered, Versioned):
    """What the pipeline means from one publication to the next. Insert-only once published.

    Publishing gives the pipeline its `name`, where there is one.
    """

    __tablename__ = "pipeline_version"
    pipeline_id: Mapped[int]
    number: Mapped[int | None] = mapped_column(Integer)
    mode: Mapped[str] = mapped_column(server_default="GRAPH")
    state: Mapped[str] = mapped_column(server_default="DRAFT")
    based_on_id: Mapped[int | None]
    name: Mapped[str | None]
    content_hash: Mapped[str | None]
    note: Mapped[str | None]
    created_by_id: Mapped[int | None]
    published_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("pipeline_id", "pipeline"),
        belongs("based_on_id", "pipeline_version"),
        belongs("created_by_id", "app_user"),
        UniqueConstraint("org_id", "pipeline_id", "number"),
        CheckConstraint("mode IN ('GRAPH', 'FREE')", name="mode"),
        CheckConstraint("state IN ('DRAFT', 'PUBLISHED', 'RETIRED')", name="state"),
        CheckConstraint("state = 'DRAFT' OR number IS NOT NULL", name="numbered"),
        Index(
            "uq_pipeline_version_published",
            "org_id",
            "pipeline_id",
            unique=True,
            postgresql_where=text("state = 'PUBLISHED'"),
        ),
    )


class Stage(Numbered):
    """The identity of a stage through all versions of its pipeline."""

    __tablename__ = "stage"
    pipeline_id: Mapped[int]
    key: Mapped[str]
    __table_args__ = (
        belongs("pipeline_id", "pipeline"),
        UniqueConstraint("org_id", "pipeline_id", "key"),
    )


class Step(Numbered):
    """The identity of a step through all versions of its pipeline."""

    __tablename__ = "step"
    pipeline_id: Mapped[int]
    key: Mapped[str]
    __table_args__ = (
        belongs("pipeline_id", "pipeline"),
        UniqueConstraint("org_id", "pipeline_id", "key"),
    )


class StageVersion(Tenant):
    """A stage as one version has it."""

    __tablename__ = "stage_version"
    version_id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[str]
    __table_args__ = (
        belongs("version_id", "pipeline_version"),
        belongs("stage_id", "stage"),
        CheckConstraint("state IN ('Open', 'Won', 'Lost', 'Archived')", name="state"),
    )


class StepVersion(Tenant):
    """A step as one version has it. `probability` is a percentage; days are whole days."""

    __tablename__ = "step_version"
    version_id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int]
    name: Mapped[str]
    position: Mapped[int] = mapped_column(Integer)
    is_entry: Mapped[bool] = mapped_column(server_default=text("false"))
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    probability: Mapped[int] = mapped_column(SmallInteger)
    expected_days: Mapped[int | None] = mapped_column(Integer)
    stalled_after_days: Mapped[int | None] = mapped_column(Integer)
    __table_args__ = (
        belongs("version_id", "pipeline_version"),
        belongs("step_id", "step"),
        ForeignKeyConstraint(
            ["org_id", "version_id", "stage_id"],
            ["stage_version.org_id", "stage_version.version_id", "stage_version.stage_id"],
            name="fk_step_version_stage",
        ),
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
        CheckConstraint("is_entry OR NOT is_default", name="default_is_entry"),
        Index(
            "uq_step_version_default",
            "org_id",
            "version_id",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        indexed("step_version", "step_id", "version_id"),
    )


class Transition(Numbered):
    """An edge of one version. A GLOBAL one starts anywhere, a LOOP ends where it starts."""

    __tablename__ = "transition"
    version_id: Mapped[int]
    key: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="DIRECTED")
    from_step_id: Mapped[int | None]
    to_step_id: Mapped[int]
    required_attributes: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    rules: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    actions: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    __table_args__ = (
        belongs("version_id", "pipeline_version"),
        ForeignKeyConstraint(
            ["org_id", "version_id", "from_step_id"], STEP_OF_VERSION, name="fk_transition_from"
        ),
        ForeignKeyConstraint(
            ["org_id", "version_id", "to_step_id"], STEP_OF_VERSION, name="fk_transition_to"
        ),
        UniqueConstraint("org_id", "version_id", "key"),
        CheckConstraint("kind IN ('DIRECTED', 'GLOBAL', 'LOOP')", name="kind"),
        CheckConstraint(
            "(kind = 'GLOBAL') = (from_step_id IS NULL)"
            " AND (kind = 'LOOP') = (from_step_id IS NOT DISTINCT FROM to_step_id)",
            name="ends",
        ),
        Index(
            "uq_transition_ends",
            "org_id",
            "version_id",
            "from_step_id",
            "to_step_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )
