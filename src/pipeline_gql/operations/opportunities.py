"""Opportunities: create, update, progress, delete, restore.

Each verb requires, loads and locks, decides, applies and records, in this order.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_gql.domain.errors import NotPermitted, Ref
from pipeline_gql.domain.notices import newly_assigned
from pipeline_gql.domain.remedies import ask
from pipeline_gql.domain.viewer import Permission, Role, Viewer
from pipeline_gql.operations import drafting, moving, opened
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.moving import Progress
from pipeline_gql.operations.opening import Create, open_new
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import events, models, opportunities
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts


@dataclass(frozen=True, slots=True)
class Update:
    """`changes` holds the fields of Create that the client sent, except where it starts."""

    opportunity_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    opportunity_id: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Restore:
    opportunity_id: int
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: Create) -> Done:
    """Puts a new opportunity on an entry step of a pipeline as it is published now."""
    return _done(await open_new(unit, viewer, command))


async def update(unit: Unit, viewer: Viewer, command: Update) -> Done:
    """Changes what is named; the step never moves. What changes nothing is no change."""
    viewer.require(Permission.SELL, "change", opportunities.TYPE)
    row = await opportunities.locked(unit, viewer, command.opportunity_id)
    await check_version(unit, _ref(row), row, command.expected_version)
    before = await opportunities.facts(unit, row, command.changes)
    await drafting.change(unit, viewer, row, command.changes)
    after = await opportunities.facts(unit, row, command.changes)
    if before != after:
        _record(unit, viewer, row, "update", "updated", before, after)
    return _done(row)


async def progress(unit: Unit, viewer: Viewer, command: Progress) -> Done:
    """Moves an opportunity along a transition of the version that it is pinned to."""
    viewer.require(Permission.SELL, "move", opportunities.TYPE)
    row = await opportunities.locked(unit, viewer, command.opportunity_id)
    await check_version(unit, _ref(row), row, command.expected_version)
    return await moving.move(unit, viewer, row, command)


async def delete(unit: Unit, viewer: Viewer, command: Delete) -> Done:
    """Hides an opportunity from everybody, and gives its places back."""
    viewer.require(Permission.SELL, "delete", opportunities.TYPE)
    row = await opportunities.locked(unit, viewer, command.opportunity_id)
    _require_creator(viewer, row, "delete")
    await check_version(unit, _ref(row), row, command.expected_version)
    before = await opened.facts(unit, row)
    await events.release_holds(unit, row.id)
    row.deleted_at, row.deleted_by_id = unit.now, viewer.user_id
    after = await opened.facts(unit, row)
    _record(unit, viewer, row, "delete", "deleted", before, after)
    return _done(row)


async def restore(unit: Unit, viewer: Viewer, command: Restore) -> Done:
    """Brings a deleted opportunity back; its places must be reserved anew."""
    viewer.require(Permission.SELL, "restore", opportunities.TYPE)
    row = await opportunities.locked(unit, viewer, command.opportunity_id, deleted=True)
    _require_creator(viewer, row, "restore")
    await check_version(unit, _ref(row), row, command.expected_version)
    if row.deleted_at is None:
        return _done(row)
    before = await opportunities.facts(unit, row)
    row.deleted_at = row.deleted_by_id = None
    after = await opportunities.facts(unit, row)
    _record(unit, viewer, row, "restore", "restored", before, after)
    return _done(row)


def _require_creator(viewer: Viewer, row: models.Opportunity, verb: str) -> None:
    if viewer.role is not Role.ADMIN and row.created_by_id != viewer.user_id:
        raise NotPermitted(
            who=viewer.name,
            verb=verb,
            type=opportunities.TYPE,
            path=("opportunity_id",),
            remedies=ask("whoever created it", "an administrator"),
        )


def _ref(row: models.Opportunity) -> Ref:
    return Ref(opportunities.TYPE, row.id)


def _done(row: models.Opportunity) -> Done:
    return Done({"opportunity": row.id})


def _record(
    unit: Unit,
    viewer: Viewer,
    row: models.Opportunity,
    verb: str,
    event: str,
    before: Facts | None,
    after: Facts,
) -> None:
    record(
        unit,
        viewer,
        _ref(row),
        row,
        verb=verb,
        event=f"opportunity.{event}",
        before=before,
        after=after,
        payload={"assigned": newly_assigned(before, after)},
    )
