"""Records follow their pipeline to a version: in batches, each a transaction of its own.

Where a batch ended is kept with what it did, so a server that was killed goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_gql.domain import facts
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.migrating import (
    Pair,
    Placed,
    Policy,
    Way,
    agreed,
    landed,
    put,
    require_known,
)
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.problems import invalid
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import migrations, models, pipelines, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.migrations import Found
from pipeline_gql.store.records import snapshot
from pipeline_gql.store.resettling import Resettled, remember, resettle

BATCH = 500
TYPE = "PipelineMigration"


@dataclass(frozen=True, slots=True)
class Migrate:
    """Records that were left in older versions of a pipeline, to the one that is published."""

    pipeline_id: int
    mapping: Sequence[Pair] = ()
    policy: Policy = Policy.MAP
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class UndoMigration:
    migration_id: int
    expected_version: int | None = None


async def migrate(unit: Unit, viewer: Viewer, command: Migrate) -> Done:
    """Brings along what an earlier publication left where it was."""
    viewer.require(Permission.SET_UP, "migrate", "Pipeline")
    pipeline = await rows.locked(unit, models.Pipeline, command.pipeline_id, ("pipeline_id",))
    await check_version(unit, Ref("Pipeline", pipeline.id), pipeline, command.expected_version)
    await require_steps(unit, command.pipeline_id, command.mapping)
    version = await pipelines.published(unit, command.pipeline_id)
    if version is None:
        raise invalid(("pipeline_id",), "must name a published pipeline")
    started = await begin(unit, viewer, version, command.mapping, command.policy)
    return Done({"pipeline": version.pipeline_id, "migration": started.id})


async def require_steps(unit: Unit, pipeline_id: int, pairs: Sequence[Pair]) -> None:
    """Raises NotFound for a mapping that names steps of other pipelines, or none at all."""
    require_known(await migrations.steps(unit, pipeline_id) if pairs else (), pairs)


async def begin(
    unit: Unit, viewer: Viewer | None, version: Version, pairs: Sequence[Pair], policy: Policy
) -> models.PipelineMigration:
    """Sends the pipeline's records on their way to `version`; the pipeline must be locked.

    If a batch is enough they arrive at once, else the worker goes on once this is committed.
    """
    held = await migrations.holdings(unit, version.pipeline_id, version.id)
    way = agreed(version, pairs, policy, held)
    await migrations.supersede(unit, version.pipeline_id)
    migration = _begun(unit, viewer, way)
    unit.session.add(migration)
    await unit.session.flush()
    if sum(each.count for each in held) < BATCH:
        await go_on(unit, migration)
    _record(unit, viewer, migration, "migrate", "begun")
    return migration


def _begun(unit: Unit, viewer: Viewer | None, way: Way) -> models.PipelineMigration:
    return models.PipelineMigration(
        org_id=unit.org_id,
        pipeline_id=way.version.pipeline_id,
        version_id=way.version.id,
        policy=way.policy.value,
        mapping=[[source, target] for source, target in way.mapping.items()],
        state="RUNNING",
        cursor=0,
        moved=0,
        kept=0,
        stayed=0,
        undone=0,
        created_by_id=viewer.user_id if viewer else None,
        request_id=unit.request_id,
        created_at=unit.now,
        updated_at=unit.now,
    )


async def undo(unit: Unit, viewer: Viewer, command: UndoMigration) -> Done:
    """Sends the records back that are still where the migration put them."""
    viewer.require(Permission.SET_UP, "undo", TYPE)
    path = ("migration_id",)
    known = await rows.find(unit, models.PipelineMigration, command.migration_id)
    if known is not None:
        await rows.locked(unit, models.Pipeline, known.pipeline_id)
    migration = await rows.locked(unit, models.PipelineMigration, command.migration_id, path)
    await check_version(unit, Ref(TYPE, migration.id), migration, command.expected_version)
    await _check_undoable(unit, migration, path)
    before = snapshot(migration)
    migration.state, migration.cursor, migration.ended_at = "UNDOING", 0, None
    if migration.moved + migration.kept < BATCH:
        await go_on(unit, migration)
    _record(unit, viewer, migration, "undo", "undone", before)
    return Done({"pipeline": migration.pipeline_id, "migration": migration.id})


async def _check_undoable(unit: Unit, migration: models.PipelineMigration, path: Path) -> None:
    ref = Ref(TYPE, migration.id)
    if migration.state in ("UNDOING", "UNDONE"):
        raise invalid(path, "is undone already", ref)
    version = await pipelines.published(unit, migration.pipeline_id)
    if version is None or version.id != migration.version_id:
        raise invalid(path, "can no longer be undone: the pipeline was published since", ref)
    if migration.state == "SUPERSEDED":
        raise invalid(path, "can no longer be undone: another migration took its place", ref)
    latest = await migrations.latest(unit, migration.pipeline_id)
    if latest and latest.id != migration.id and latest.state in migrations.ACTIVE:
        raise invalid(path, "must wait until the latest migration has ended", ref)


async def go_on_with_any(unit: Unit) -> bool:
    """A batch of some migration of the organisation; whether there may be more."""
    migration = await migrations.active(unit)
    if migration is None:
        return False
    await go_on(unit, migration)
    return True


async def go_on(unit: Unit, migration: models.PipelineMigration) -> None:
    """The next batch of a locked migration; one that finds nothing more to do is its end."""
    if migration.state == "RUNNING":
        count = await _migrate_batch(unit, migration)
    else:
        count = await _undo_batch(unit, migration)
    if count < BATCH:
        migration.state = "DONE" if migration.state == "RUNNING" else "UNDONE"
        migration.ended_at = unit.now
    await unit.session.flush()


async def _migrate_batch(unit: Unit, migration: models.PipelineMigration) -> int:
    found = await migrations.next_to_migrate(unit, migration, BATCH)
    way = await _way(unit, migration)
    today = facts.day_of(unit.now, await migrations.time_zone(unit))
    goes: list[Resettled] = []
    for each in found:
        before = await pipelines.version(unit, each.version_id)
        placed = landed(before, way, each.placed, today)
        if placed is not None:
            goes.append(_resettled(unit, each, migration.version_id, placed))
    await resettle(unit, migration, goes)
    await remember(unit, migration, goes)
    moved = sum(each.moves for each in goes)
    migration.moved += moved
    migration.kept += len(goes) - moved
    migration.stayed += len(found) - len(goes)
    migration.cursor = found[-1].id if found else migration.cursor
    return len(found)


async def _undo_batch(unit: Unit, migration: models.PipelineMigration) -> int:
    found = await migrations.next_to_undo(unit, migration, BATCH)
    version = await pipelines.version(unit, migration.version_id)
    today = facts.day_of(unit.now, await migrations.time_zone(unit))
    back: list[Resettled] = []
    for each in found:
        assert each.was is not None
        if each.was.is_where_it_was_put:
            before = await pipelines.version(unit, each.was.version_id)
            placed = each.was.placed
            if not each.was.is_untouched:
                placed = put(version, before, each.placed, placed.step_id, today)
            back.append(_resettled(unit, each, before.id, placed))
    await resettle(unit, migration, back)
    migration.undone += len(back)
    migration.cursor = found[-1].id if found else migration.cursor
    return len(found)


def _resettled(unit: Unit, found: Found, version_id: int, placed: Placed) -> Resettled:
    return Resettled(found, version_id, placed, facts.after(unit.now, found.entered_at))


async def _way(unit: Unit, migration: models.PipelineMigration) -> Way:
    version = await pipelines.version(unit, migration.version_id)
    return Way(version, dict(migration.mapping), Policy(migration.policy))


def _record(
    unit: Unit,
    viewer: Viewer | None,
    migration: models.PipelineMigration,
    verb: str,
    event: str,
    before: dict[str, object] | None = None,
) -> None:
    record(
        unit,
        viewer,
        Ref(TYPE, migration.id),
        migration,
        verb=verb,
        event=f"pipelineMigration.{event}",
        before=before,
        after=snapshot(migration),
    )
