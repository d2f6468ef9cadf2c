"""Pipelines, and which of their versions is in force."""

from sqlalchemy import select

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.problems import not_found
from pipeline_gql.store import models, rows
from pipeline_gql.store.database import Unit


async def locked_pipeline(unit: Unit, key: str) -> models.Pipeline | None:
    """The pipeline of that key, held until the transaction ends."""
    entity = models.Pipeline
    return await unit.session.scalar(
        select(entity)
        .where(entity.org_id == unit.org_id, entity.key == key)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def locked_version(
    unit: Unit, version_id: int, path: Path
) -> tuple[models.Pipeline, models.PipelineVersion]:
    """A version and its pipeline, which is locked first: whoever changes either holds both."""
    entity = models.PipelineVersion
    pipeline_id = is_key(version_id) and await unit.session.scalar(
        select(entity.pipeline_id).where(entity.org_id == unit.org_id, entity.id == version_id)
    )
    if not pipeline_id:
        raise not_found(Ref("PipelineVersion", version_id), path)
    pipeline = await rows.locked(unit, models.Pipeline, pipeline_id, path)
    return pipeline, await rows.locked(unit, entity, version_id, path)


async def add_pipeline(unit: Unit, key: str, name: str, id: int | None) -> models.Pipeline:
    """The organisation's first pipeline becomes its default."""
    entity = models.Pipeline
    first = await unit.session.scalar(
        select(entity.id).where(entity.org_id == unit.org_id).limit(1)
    )
    row = entity(
        org_id=unit.org_id,
        key=key,
        name=name,
        is_default=first is None,
        created_at=unit.now,
        updated_at=unit.now,
    )
    if id is not None:
        row.id = id
    unit.session.add(row)
    await unit.session.flush()
    return row


async def in_force(unit: Unit, pipeline_id: int) -> models.PipelineVersion | None:
    """The published version; the pipeline must be locked.

    Waits for those who are about to start opportunities by it, and lets nobody else.
    """
    entity = models.PipelineVersion
    return await unit.session.scalar(
        select(entity)
        .where(
            entity.org_id == unit.org_id,
            entity.pipeline_id == pipeline_id,
            entity.state == "PUBLISHED",
        )
        .with_for_update(key_share=True)
    )


async def succeed(
    unit: Unit, last: models.PipelineVersion | None, next: models.PipelineVersion
) -> None:
    """Retires the last version, if there is one, and publishes the next; its records keep it."""
    if last is not None:
        last.state = "RETIRED"
        await unit.session.flush()
    next.number = 1 if last is None else (last.number or 0) + 1
    next.state, next.published_at, next.updated_at = "PUBLISHED", unit.now, unit.now
    await unit.session.flush()
