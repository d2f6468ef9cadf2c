"""Rows of a pipeline version: drafts until they are published, which their parts must precede.

Identities of stages and steps are kept by key through all versions of a pipeline.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from pipeline_gql.domain.actions import export_action
from pipeline_gql.domain.documents import content_hash
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


@dataclass(frozen=True, slots=True)
class About:
    """What a draft says beside its graph. Without `name` the pipeline keeps its own."""

    name: str | None = None
    note: str | None = None
    by: int | None = None


NOTHING = Ids()


async def add_draft(
    unit: Unit,
    pipeline_id: int,
    graph: Graph,
    about: About,
    base: models.PipelineVersion | None,
    ids: Ids = NOTHING,
) -> models.PipelineVersion:
    """`base` is the version that is in force."""
    row = models.PipelineVersion(
        org_id=unit.org_id,
        pipeline_id=pipeline_id,
        mode=graph.mode.value,
        state="DRAFT",
        based_on_id=base.id if base else None,
        name=about.name,
        note=about.note,
        created_by_id=about.by,
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.session.add(row)
    await unit.session.flush()
    await _fill(unit, row, graph, ids)
    return row


async def rewrite(unit: Unit, row: models.PipelineVersion, graph: Graph) -> None:
    """Makes the draft this graph."""
    await _clear(unit, row.id)
    await _fill(unit, row, graph, NOTHING)


async def drop(unit: Unit, row: models.PipelineVersion) -> None:
    """Removes a draft; identities that it brought stay, for the next that names them."""
    await _clear(unit, row.id)
    await unit.session.delete(row)
    await unit.session.flush()


async def _clear(unit: Unit, version_id: int) -> None:
    for entity in (models.Transition, models.StepVersion, models.StageVersion):
        await unit.session.execute(
            delete(entity).where(entity.org_id == unit.org_id, entity.version_id == version_id)
        )


async def _fill(unit: Unit, row: models.PipelineVersion, graph: Graph, ids: Ids) -> None:
    row.mode, row.content_hash = graph.mode.value, content_hash(graph)
    stages = [stage.key for stage in graph.stages]
    stage_ids = await _identities(unit, models.Stage, row.pipeline_id, stages, ids.stages)
    steps = [step.key for step in graph.steps]
    step_ids = await _identities(unit, models.Step, row.pipeline_id, steps, ids.steps)
    await _add_stage_versions(unit, row.id, graph, stage_ids)
    await _add_step_versions(unit, row.id, graph, stage_ids, step_ids)
    await _add_transitions(unit, row.id, graph, step_ids)


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
