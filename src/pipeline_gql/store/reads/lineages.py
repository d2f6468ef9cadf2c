"""Steps of all versions in one order: each as it is published, else as it last was."""

from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import distinct_on

from pipeline_gql.domain.filters import NOBODY
from pipeline_gql.domain.ids import decode
from pipeline_gql.store import models
from pipeline_gql.store.reads.shapes import Element, Scope
from pipeline_gql.store.reads.text import literal


def steps(scope: Scope, pipeline: Element | None = None) -> Any:
    """One row for each: step_id, name, position, retired, pipeline_id, stage_id, state and what
    stages are called and where they stand."""
    step, stage = models.StepVersion.__table__.alias(), models.StageVersion.__table__.alias()
    version = models.PipelineVersion.__table__.alias()
    of = and_(version.c.org_id == scope.org, version.c.id == step.c.version_id)
    means = and_(
        stage.c.org_id == scope.org,
        stage.c.version_id == step.c.version_id,
        stage.c.stage_id == step.c.stage_id,
    )
    retired = version.c.state != literal("PUBLISHED")
    found = select(
        step.c.step_id,
        step.c.name,
        step.c.position,
        step.c.expected_days,
        retired.label("retired"),
        version.c.pipeline_id,
        stage.c.stage_id,
        stage.c.name.label("stage_name"),
        stage.c.position.label("stage_position"),
        stage.c.state,
    )
    found = found.ext(distinct_on(step.c.step_id)).select_from(
        step.join(version, of).join(stage, means)
    )
    found = found.where(step.c.org_id == scope.org, version.c.state != literal("DRAFT"))
    if pipeline is not None:
        found = found.where(version.c.pipeline_id == pipeline)
    return found.order_by(step.c.step_id, retired, version.c.number.desc())


def key_of_pipeline(id: str) -> object:
    """The key in a pipeline's id; what is none names nothing."""
    ref = decode(id)
    return NOBODY if ref is None or ref.type != "Pipeline" else ref.key
