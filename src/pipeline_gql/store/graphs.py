"""The graph of a version, put together from its rows."""

from sqlalchemy import select

from pipeline_gql.domain.pipeline import (
    Graph,
    Kind,
    Mode,
    Stage,
    State,
    Step,
    Transition,
    Version,
)
from pipeline_gql.domain.reading_actions import stored_action
from pipeline_gql.domain.rules import stored_rule
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def read(unit: Unit, row: models.PipelineVersion) -> Version:
    stages = await _stages(unit, row.id)
    steps = await _steps(unit, row.id)
    edges = await _edges(unit, row.id)
    stage_keys = {stage.stage_id: key for stage, key in stages}
    step_keys = {step.step_id: key for step, key in steps}
    graph = Graph(
        Mode(row.mode),
        tuple(Stage(key, stage.name, State(stage.state)) for stage, key in stages),
        tuple(_step(step, key, stage_keys[step.stage_id]) for step, key in steps),
        tuple(_transition(edge, step_keys) for edge in edges),
    )
    return Version(
        id=row.id,
        pipeline_id=row.pipeline_id,
        number=row.number,
        graph=graph,
        stage_ids={key: stage.stage_id for stage, key in stages},
        step_ids={key: step.step_id for step, key in steps},
        transition_ids={edge.key: edge.id for edge in edges},
    )


async def _stages(unit: Unit, version_id: int) -> list[tuple[models.StageVersion, str]]:
    entity, identity = models.StageVersion, models.Stage
    rows = await unit.session.execute(
        select(entity, identity.key)
        .join(identity, identity.id == entity.stage_id)
        .where(
            entity.org_id == unit.org_id,
            identity.org_id == unit.org_id,
            entity.version_id == version_id,
        )
        .order_by(entity.position, entity.stage_id)
    )
    return [(stage, key) for stage, key in rows]


async def _steps(unit: Unit, version_id: int) -> list[tuple[models.StepVersion, str]]:
    entity, identity = models.StepVersion, models.Step
    rows = await unit.session.execute(
        select(entity, identity.key)
        .join(identity, identity.id == entity.step_id)
        .where(
            entity.org_id == unit.org_id,
            identity.org_id == unit.org_id,
            entity.version_id == version_id,
        )
        .order_by(entity.position, entity.step_id)
    )
    return [(step, key) for step, key in rows]


async def _edges(unit: Unit, version_id: int) -> list[models.Transition]:
    entity = models.Transition
    rows = await unit.session.scalars(
        select(entity)
        .where(entity.org_id == unit.org_id, entity.version_id == version_id)
        .order_by(entity.id)
    )
    return list(rows)


def _step(row: models.StepVersion, key: str, stage: str) -> Step:
    return Step(
        key=key,
        name=row.name,
        stage=stage,
        probability=row.probability,
        is_entry=row.is_entry,
        is_default=row.is_default,
        expected_days=row.expected_days,
        stalled_after_days=row.stalled_after_days,
    )


def _transition(row: models.Transition, step_keys: dict[int, str]) -> Transition:
    return Transition(
        key=row.key,
        name=row.name,
        kind=Kind(row.kind),
        source=None if row.from_step_id is None else step_keys[row.from_step_id],
        target=step_keys[row.to_step_id],
        required_attributes=tuple(row.required_attributes),
        rules=tuple(stored_rule(rule) for rule in row.rules),
        actions=tuple(stored_action(action) for action in row.actions),
    )
