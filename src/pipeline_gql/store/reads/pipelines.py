"""Pipelines, their stages and steps, each as the version says that the reader stands on."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, NAME, UPDATED, by, creation, order
from pipeline_gql.store.reads.shapes import (
    Element,
    Filter,
    Form,
    Many,
    One,
    Row,
    Scope,
    Shape,
    Value,
    boolean,
    code,
    identity,
    moment,
    number,
    text,
    to_many,
)
from pipeline_gql.store.reads.text import literal


def _versions() -> Any:
    return models.PipelineVersion.__table__.alias()


def published(row: Row, scope: Scope) -> list[Element]:
    """A stage or step on its own is shown as the published version has it."""
    version = _versions()
    now = select(version.c.id).where(version.c.org_id == scope.org, version.c.state == "PUBLISHED")
    return [row.version_id.in_(now)]


def _pipeline_of(row: Row, scope: Scope) -> Element:
    version = _versions()
    found = select(version.c.pipeline_id).where(
        version.c.org_id == scope.org, version.c.id == row.version_id
    )
    return found.scalar_subquery()


def _of_published(name: str) -> Any:
    """A column of the pipeline's published version."""

    def read(row: Row, scope: Scope) -> Element:
        version = _versions()
        found = select(version.c[name]).where(
            version.c.org_id == scope.org,
            version.c.pipeline_id == row.id,
            version.c.state == "PUBLISHED",
        )
        return found.scalar_subquery()

    return read


def _in_published(here: Row, there: Row, scope: Scope) -> Element:
    return there.version_id == _of_published("id")(here, scope)


def _in_state(state: str) -> Callable[[Row, Row, Scope], Element]:
    """Versions of the pipeline in one state."""
    return lambda here, there, scope: and_(
        there.pipeline_id == here.id, there.state == literal(state)
    )


def _state(row: Row, scope: Scope) -> Element:
    stage: Any = models.StageVersion.__table__.alias()
    found = select(stage.c.state).where(
        stage.c.org_id == scope.org,
        stage.c.version_id == row.version_id,
        stage.c.stage_id == row.stage_id,
    )
    return found.scalar_subquery()


def _stage_name(row: Row, scope: Scope) -> Element:
    stage: Any = models.StageVersion.__table__.alias()
    found = select(stage.c.name).where(
        stage.c.org_id == scope.org,
        stage.c.version_id == row.version_id,
        stage.c.stage_id == row.stage_id,
    )
    return found.scalar_subquery()


def _pipeline_name(row: Row, scope: Scope) -> Element:
    pipeline: Any = models.Pipeline.__table__.alias()
    found = select(pipeline.c.name).where(
        pipeline.c.org_id == scope.org, pipeline.c.id == _pipeline_of(row, scope)
    )
    return found.scalar_subquery()


PIPELINE = One("Pipeline", lambda here, there, scope: there.id == _pipeline_of(here, scope))
OF_PIPELINE = {
    "pipelineId": Filter(Kind.ID, "The pipeline's id.", _pipeline_of, type="Pipeline"),
    "pipelineName": Filter(Kind.TEXT, "The pipeline's name.", _pipeline_name),
}
POSITION = order(Kind.INTEGER, "position", "By the place in the pipeline.")

STAGE = Shape(
    "OpportunityStage",
    models.StageVersion,
    {
        "id": identity("OpportunityStage", "stage_id"),
        "name": text("name"),
        "state": code("state"),
        "position": number("position"),
        "pipeline": PIPELINE,
        "steps": Many(
            "OpportunityStep",
            lambda here, there, scope: (
                (there.version_id == here.version_id) & (there.stage_id == here.stage_id)
            ),
            covered=True,
        ),
    },
    key="stage_id",
    base=published,
    filters={
        "id": by(Kind.ID, "stage_id", "The stage's id.", type="OpportunityStage"),
        "name": by(Kind.TEXT, "name", "The stage's name."),
        "state": by(Kind.TEXT, "state", "Open, Won, Lost or Archived."),
        "position": by(Kind.INTEGER, "position", "The place in the pipeline, counted from 1."),
        **OF_PIPELINE,
    },
    orders={"name": NAME, "position": POSITION},
)

STEP = Shape(
    "OpportunityStep",
    models.StepVersion,
    {
        "id": identity("OpportunityStep", "step_id"),
        "name": text("name"),
        "position": number("position"),
        "probability": number("probability"),
        "isEntry": boolean("is_entry"),
        "isDefault": boolean("is_default"),
        "expectedDays": number("expected_days", nullable=True),
        "stalledAfterDays": number("stalled_after_days", nullable=True),
        "stage": One(
            "OpportunityStage",
            lambda here, there, scope: (
                (there.version_id == here.version_id) & (there.stage_id == here.stage_id)
            ),
        ),
        "pipeline": PIPELINE,
        "opportunities": to_many("Opportunity", "step_id", key="step_id"),
    },
    key="step_id",
    base=published,
    filters={
        "id": by(Kind.ID, "step_id", "The step's id.", type="OpportunityStep"),
        "name": by(Kind.TEXT, "name", "The step's name."),
        "position": by(Kind.INTEGER, "position", "The place in the pipeline, counted from 1."),
        "probability": by(Kind.INTEGER, "probability", "The probability in percent."),
        "isEntry": by(Kind.BOOLEAN, "is_entry", "Whether an opportunity may start here."),
        "isDefault": by(
            Kind.BOOLEAN, "is_default", "Whether it starts here unless told otherwise."
        ),
        "stageId": by(Kind.ID, "stage_id", "The stage's id.", type="OpportunityStage"),
        "stageName": Filter(Kind.TEXT, "The stage's name.", _stage_name),
        "state": Filter(Kind.TEXT, "The stage's state: Open, Won, Lost or Archived.", _state),
        **OF_PIPELINE,
    },
    orders={"name": NAME, "position": POSITION},
)

PIPELINES = Shape(
    "Pipeline",
    models.Pipeline,
    {
        "id": identity("Pipeline"),
        "key": text("key"),
        "name": text("name"),
        "isDefault": boolean("is_default"),
        "mode": Value(_of_published("mode"), Form.CODE, nullable=True),
        "publishedVersion": Value(_of_published("number"), Form.NUMBER, nullable=True),
        "published": One("PipelineVersion", _in_state("PUBLISHED"), nullable=True),
        "versions": to_many("PipelineVersion", "pipeline_id"),
        "drafts": Many("PipelineVersion", _in_state("DRAFT")),
        "stages": Many("OpportunityStage", _in_published, covered=True),
        "steps": Many("OpportunityStep", _in_published, covered=True),
        "opportunities": to_many("Opportunity", "pipeline_id"),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "version": number("version"),
    },
    filters={
        "id": by(Kind.ID, "id", "The pipeline's id.", type="Pipeline"),
        "key": by(Kind.TEXT, "key", "The pipeline's key."),
        "name": by(Kind.TEXT, "name", "The pipeline's name."),
        "isDefault": by(Kind.BOOLEAN, "is_default", "Whether new opportunities go here."),
        **creation(),
    },
    orders={"name": NAME, "createdAt": CREATED, "updatedAt": UPDATED},
)

SHAPES = (STAGE, STEP, PIPELINES)
