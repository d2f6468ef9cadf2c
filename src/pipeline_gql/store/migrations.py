"""Migrations of a pipeline's records: which are next, and the rows that a batch writes.

Records are locked in the order of their ids, as everywhere.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from pipeline_gql.domain.migrating import Holding, Placed
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

ACTIVE = ("RUNNING", "UNDOING")


@dataclass(frozen=True, slots=True)
class Found:
    """A locked record; `was` is what it was before the migration that is to be undone, and
    `untouched` whether nobody has changed it since."""

    id: int
    version_id: int
    placed: Placed
    entered_at: datetime
    record_version: int
    was: "Before | None" = None


@dataclass(frozen=True, slots=True)
class Before:
    version_id: int
    placed: Placed
    is_where_it_was_put: bool
    is_untouched: bool


async def holdings(unit: Unit, pipeline_id: int, but_version: int) -> list[Holding]:
    """How many records stand where in the pipeline's other versions, deleted ones too: who is
    restored must find its step."""
    record, step = models.Opportunity, models.StepVersion
    deleted = func.count(record.deleted_at)
    rows = await unit.session.execute(
        select(record.version_id, record.step_id, step.name, func.count(), deleted)
        .join(step, (step.version_id == record.version_id) & (step.step_id == record.step_id))
        .where(
            record.org_id == unit.org_id,
            step.org_id == unit.org_id,
            record.pipeline_id == pipeline_id,
            record.version_id != but_version,
        )
        .group_by(record.version_id, record.step_id, step.name)
        .order_by(record.version_id, record.step_id)
    )
    return [Holding(*row) for row in rows]


async def steps(unit: Unit, pipeline_id: int) -> set[int]:
    """The ids of all steps that a pipeline ever had."""
    step = models.Step
    found = await unit.session.scalars(
        select(step.id).where(step.org_id == unit.org_id, step.pipeline_id == pipeline_id)
    )
    return set(found)


async def step_names(unit: Unit, pipeline_id: int) -> dict[int, str]:
    """What the steps of a pipeline are called where they were last, removed ones included."""
    step, named = models.Step, models.StepVersion
    found = await unit.session.execute(
        select(step.id, named.name)
        .join(named, named.step_id == step.id)
        .where(
            step.org_id == unit.org_id,
            named.org_id == unit.org_id,
            step.pipeline_id == pipeline_id,
        )
        .order_by(named.version_id)
    )
    return {row.id: row.name for row in found}


async def active(unit: Unit) -> models.PipelineMigration | None:
    """One that is under way, held until the transaction ends; none that somebody else holds."""
    entity = models.PipelineMigration
    return await unit.session.scalar(
        select(entity)
        .where(entity.org_id == unit.org_id, entity.state.in_(ACTIVE))
        .order_by(entity.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )


async def supersede(unit: Unit, pipeline_id: int) -> None:
    """Ends what is under way, after the batch that may be running: its pipeline goes elsewhere."""
    entity = models.PipelineMigration
    await unit.session.execute(
        update(entity)
        .where(
            entity.org_id == unit.org_id,
            entity.pipeline_id == pipeline_id,
            entity.state.in_(ACTIVE),
        )
        .values(state="SUPERSEDED", ended_at=unit.now)
    )


async def next_to_migrate(
    unit: Unit, migration: models.PipelineMigration, most: int
) -> list[Found]:
    """The next records that are in another version than the migration's, locked; deleted ones
    come along."""
    record = models.Opportunity
    rows = await unit.session.scalars(
        select(record)
        .where(
            record.org_id == unit.org_id,
            record.pipeline_id == migration.pipeline_id,
            record.version_id != migration.version_id,
            record.id > migration.cursor,
        )
        .order_by(record.id)
        .limit(most)
        .with_for_update(key_share=True, of=record)
        .execution_options(populate_existing=True)
    )
    return [_found(row) for row in rows]


async def next_to_undo(unit: Unit, migration: models.PipelineMigration, most: int) -> list[Found]:
    """The next records that the migration brought to its version, locked."""
    record, before = models.Opportunity, models.MigratedRecord
    rows = await unit.session.execute(
        select(record, before)
        .join(before, before.opportunity_id == record.id)
        .where(
            record.org_id == unit.org_id,
            before.org_id == unit.org_id,
            before.migration_id == migration.id,
            before.opportunity_id > migration.cursor,
        )
        .order_by(before.opportunity_id)
        .limit(most)
        .with_for_update(key_share=True, of=record)
        .execution_options(populate_existing=True)
    )
    return [_found(row, _before(migration, row, was)) for row, was in rows]


def _found(row: models.Opportunity, was: Before | None = None) -> Found:
    return Found(row.id, row.version_id, _placed(row), row.step_entered_at, row.version, was)


def _before(
    migration: models.PipelineMigration, row: models.Opportunity, was: models.MigratedRecord
) -> Before:
    there = (row.version_id, row.step_id, row.step_entered_at)
    return Before(
        was.version_id,
        _placed(was),
        is_where_it_was_put=there == (migration.version_id, was.to_step_id, was.entered_at),
        is_untouched=row.version == was.record_version,
    )


def _placed(row: models.Opportunity | models.MigratedRecord) -> Placed:
    return Placed(row.step_id, row.probability, row.probability_is_manual, row.actual_close_date)


async def latest(unit: Unit, pipeline_id: int) -> models.PipelineMigration | None:
    """The last migration of a pipeline that was begun."""
    entity = models.PipelineMigration
    return await unit.session.scalar(
        select(entity)
        .where(entity.org_id == unit.org_id, entity.pipeline_id == pipeline_id)
        .order_by(entity.id.desc())
        .limit(1)
    )


async def time_zone(unit: Unit) -> str:
    """The organisation's."""
    organisation = models.Organisation
    found = await unit.session.scalar(
        select(organisation.time_zone).where(organisation.org_id == unit.org_id)
    )
    assert found is not None
    return found
