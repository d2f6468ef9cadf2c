"""Steps that a pipeline had: what became of them, and of the records that stood there."""

from dataclasses import dataclass

from sqlalchemy import select

from pipeline_gql.domain.pipeline import Version
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class Retired:
    """What a step was called last, the number of the version that came without it, and the step to
    which its records were sent, if anybody decided that."""

    name: str
    number: int
    became_id: int | None


async def step(unit: Unit, version: Version, step_id: int) -> Retired | None:
    """None for a step that was in no earlier version of the pipeline."""
    entity, known = models.PipelineVersion, models.StepVersion
    found = await unit.session.execute(
        select(known.name, entity.number)
        .join(entity, entity.id == known.version_id)
        .where(
            known.org_id == unit.org_id,
            entity.org_id == unit.org_id,
            entity.pipeline_id == version.pipeline_id,
            entity.number < version.number,
            known.step_id == step_id,
        )
        .order_by(entity.number.desc())
        .limit(1)
    )
    last = found.one_or_none()
    if last is None or last.number is None:
        return None
    became = await _became(unit, version, last.number, step_id)
    return Retired(last.name, last.number + 1, became if version.step(became) else None)


async def _became(unit: Unit, version: Version, number: int, step_id: int) -> int:
    """As the migrations since say, one after another."""
    entity, sent = models.PipelineVersion, models.PipelineMigration
    mappings = await unit.session.scalars(
        select(sent.mapping)
        .join(entity, entity.id == sent.version_id)
        .where(
            sent.org_id == unit.org_id,
            entity.org_id == unit.org_id,
            sent.pipeline_id == version.pipeline_id,
            sent.state != "UNDONE",
            entity.number > number,
            entity.number <= version.number,
        )
        .order_by(entity.number, sent.id)
    )
    for mapping in mappings:
        step_id = dict(mapping).get(step_id, step_id)
    return step_id
