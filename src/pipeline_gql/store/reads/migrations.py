"""Migrations of pipelines' records, for those who see every record that they count."""

from typing import Any

from sqlalchemy import and_, false, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, UPDATED, by, creation
from pipeline_gql.store.reads.shapes import (
    Element,
    Many,
    Row,
    Scope,
    Shape,
    code,
    identity,
    moment,
    number,
    to_one,
)


def _base(row: Row, scope: Scope) -> list[Element]:
    return [] if scope.sight is Sight.ALL else [false()]


def _brought(here: Row, there: Row, scope: Scope) -> Element:
    was: Any = models.MigratedRecord.__table__.alias()
    ids = select(was.c.opportunity_id).where(
        was.c.org_id == scope.org, was.c.migration_id == here.id
    )
    return there.id.in_(ids)


def _left(here: Row, there: Row, scope: Scope) -> Element:
    older: Any = models.PipelineVersion.__table__.alias()
    its: Any = models.PipelineVersion.__table__.alias()
    number = select(its.c.number).where(its.c.org_id == scope.org, its.c.id == here.version_id)
    ids = select(older.c.id).where(
        older.c.org_id == scope.org,
        older.c.pipeline_id == here.pipeline_id,
        older.c.number < number.scalar_subquery(),
    )
    return and_(there.pipeline_id == here.pipeline_id, there.version_id.in_(ids))


MIGRATION = Shape(
    "PipelineMigration",
    models.PipelineMigration,
    {
        "id": identity("PipelineMigration"),
        "pipeline": to_one("Pipeline", "pipeline_id", nullable=False),
        "pipelineVersion": to_one("PipelineVersion", "version_id", nullable=False),
        "policy": code("policy"),
        "state": code("state"),
        "moved": number("moved"),
        "kept": number("kept"),
        "stayed": number("stayed"),
        "undone": number("undone"),
        "broughtAlong": Many("Opportunity", _brought),
        "leftBehind": Many("Opportunity", _left),
        "createdBy": to_one("User", "created_by_id"),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "endedAt": moment("ended_at", nullable=True),
        "version": number("version"),
    },
    base=_base,
    filters={
        "id": by(Kind.ID, "id", "The migration's id.", type="PipelineMigration"),
        "state": by(Kind.TEXT, "state", "RUNNING, DONE, UNDOING, UNDONE or SUPERSEDED."),
        "pipelineId": by(Kind.ID, "pipeline_id", "The pipeline's id.", type="Pipeline"),
        "pipelineVersionId": by(
            Kind.ID, "version_id", "The id of the version it leads to.", type="PipelineVersion"
        ),
        **creation(),
    },
    orders={"createdAt": CREATED, "updatedAt": UPDATED},
)

SHAPES = (MIGRATION,)
