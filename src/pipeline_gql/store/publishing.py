"""Rows of a new pipeline version. Identities of stages and steps are kept by key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from pipeline_gql.domain.actions import export_action
from pipeline_gql.domain.documents import Document, content_hash
from pipeline_gql.domain.pipeline import Graph
from pipeline_gql.domain.rules import export_rule
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids to be used for what does not exist yet; the database gives those left out.

    Whoever names ids moves the sequences on.
    """

    pipeline: int | None = None
    stages: Mapping[str, int] = field(default_factory=dict[str, int])
    steps: Mapping[str, int] = field(default_factory=dict[str, int])


async def locked_pipeline(unit: Unit, key: str) -> models.Pipeline | None:
    """The pipeline of that key, held until the transaction ends."""
    entity = models.Pipeline
    return await unit.session.scalar(
        select(entity)
        .where(entity.org_id == unit.org_id, entity.key == key)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def add_pipeline(unit: Unit, document: Document, id: int | None) -> models.Pipeline:
    """The organisation's first pipeline becomes its default."""
    entity = models.Pipeline
    first = await unit.session.scalar(
        select(entity.id).where(entity.org_id == unit.org_id).limit(1)
    )
    row = entity(
        org_id=unit.org_id,
        key=document.key,
        name=document.name,
        is_default=first is None,
        created_at=unit.now,
        updated_at=unit.now,
    )
    if id is not None:
        row.id = id
    unit.session.add(row)
    await unit.session.flush()
    return row


async def retire(unit: Unit, pipeline_id: int) -> models.PipelineVersion | None:
    """Ends the published version, if there is one; its records keep it."""
    entity = models.PipelineVersion
    last = await unit.session.scalar(
        select(entity).where(
            entity.org_id == unit.org_id,
            entity.pipeline_id == pipeline_id,
            entity.state == "PUBLISHED",
        )
    )
    if last is not None:
        last.state = "RETIRED"
        await unit.session.flush()
    return last


async def add_version(
    unit: Unit,
    pipeline: models.Pipeline,
    graph: Graph,
    *,
    ids: Ids,
    based_on: models.PipelineVersion | None,
    actor_id: int | None,
    note: str | None,
) -> models.PipelineVersion:
    """Publishes a checked graph; retire the last version first.

    A draft until all its parts are in: the database takes none for a published version.
    """
    row = models.PipelineVersion(
        org_id=unit.org_id,
        pipeline_id=pipeline.id,
        number=1 if based_on is None else (based_on.number or 0) + 1,
        mode=graph.mode.value,
        state="DRAFT",
        based_on_id=based_on.id if based_on else None,
        content_hash=content_hash(graph),
        note=note,
        created_by_id=actor_id,
        created_at=unit.now,
    )
    unit.session.add(row)
    await unit.session.flush()
    stages = [stage.key for stage in graph.stages]
    stage_ids = await _identities(unit, models.Stage, pipeline.id, stages, ids.stages)
    steps = [step.key for step in graph.steps]
    step_ids = await _identities(unit, models.Step, pipeline.id, steps, ids.steps)
    await _add_stage_versions(unit, row.id, graph, stage_ids)
    await _add_step_versions(unit, row.id, graph, stage_ids, step_ids)
    await _add_transitions(unit, row.id, graph, step_ids)
    row.state, row.published_at = "PUBLISHED", unit.now
    await unit.session.flush()
    return row


async def _identities(
    unit: Unit,
    entity: type[models.Stage | models.Step],
    pipeline_id: int,
    keys: Iterable[str],
    ids: Mapping[str, int],
) -> dict[str, int]:
    """The ids of the pipeline's stages or steps by key; what is new gets its own from `ids`."""
    rows = await unit.session.scalars(
        select(entity).where(entity.org_id == unit.org_id, entity.pipeline_id == pipeline_id)
    )
    known = {row.key: row for row in rows}
    for key in keys:
        if key not in known:
            known[key] = entity(org_id=unit.org_id, pipeline_id=pipeline_id, key=key)
            if key in ids:
                known[key].id = ids[key]
            unit.session.add(known[key])
    await unit.session.flush()
    return {key: row.id for key, row in known.items()}


async def _add_stage_versions(
    unit: Unit, version_id: int, graph: Graph, stage_ids: Mapping[str, int]
) -> None:
    for position, stage in enumerate(graph.stages, 1):
        unit.session.add(
            models.StageVersion(
                org_id=unit.org_id,
                version_id=version_id,
                stage_id=stage_ids[stage.key],
                name=stage.name,
                position=position,
                state=stage.state.value,
            )
        )
    await unit.session.flush()


async def _add_step_versions(
    unit: Unit,
    version_id: int,
    graph: Graph,
    stage_ids: Mapping[str, int],
    step_ids: Mapping[str, int],
) -> None:
    for position, step in enumerate(graph.steps, 1):
        unit.session.add(
            models.StepVersion(
                org_id=unit.org_id,
                version_id=version_id,
                step_id=step_ids[step.key],
                stage_id=stage_ids[step.stage],
                name=step.name,
                position=position,
                is_entry=step.is_entry,
                is_default=step.is_default,
                probability=step.probability,
                expected_days=step.expected_days,
                stalled_after_days=step.stalled_after_days,
            )
        )
    await unit.session.flush()


async def _add_transitions(
    unit: Unit, version_id: int, graph: Graph, step_ids: Mapping[str, int]
) -> None:
    for edge in graph.transitions:
        unit.session.add(
            models.Transition(
                org_id=unit.org_id,
                version_id=version_id,
                key=edge.key,
                name=edge.name,
                kind=edge.kind.value,
                from_step_id=None if edge.source is None else step_ids[edge.source],
                to_step_id=step_ids[edge.target],
                required_attributes=list(edge.required_attributes),
                rules=[export_rule(rule) for rule in edge.rules],
                actions=[export_action(action) for action in edge.actions],
            )
        )
    await unit.session.flush()
