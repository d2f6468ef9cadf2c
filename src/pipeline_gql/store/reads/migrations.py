"""Migrations of pipelines' records, for those who see every record that they count."""

from sqlalchemy import false

from pipeline_gql.domain.filters import Kind
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, UPDATED, by, creation
from pipeline_gql.store.reads.shapes import (
    Element,
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
