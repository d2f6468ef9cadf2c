"""Tasks: what is to be done about an opportunity, by whom and until when.

Whoever may change the opportunity may change its tasks; the opportunity's version stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.tasks import Columns, read_task
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.hanging import Named, check_people, close, opened
from pipeline_gql.store import hanging, models, opportunities
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import snapshot

ASSIGNEE = "assigned_to_id"


@dataclass(frozen=True, slots=True)
class CreateTask:
    """None is absent. A `due_date` is over when its day is, where the organisation is."""

    opportunity_id: int
    title: str | None = None
    description: str | None = None
    due_date: date | None = None
    due_at: datetime | None = None
    priority: str | None = None
    assigned_to_id: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateTask:
    """`changes` holds what was sent, under the names of `CreateTask`; None clears."""

    task_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateTask) -> Done:
    viewer.require(Permission.SELL, "create", "Task")
    opportunity = await opportunities.locked(unit, viewer, command.opportunity_id, weakly=True)
    return _done(await add(unit, viewer, opportunity, command))


async def add(
    unit: Unit, viewer: Viewer, opportunity: models.Opportunity, command: CreateTask
) -> models.Task:
    """On an opportunity that is locked."""
    given = {each.name: getattr(command, each.name) for each in fields(command)}
    sent = {name: value for name, value in given.items() if value is not None or name == "title"}
    row = models.Task(
        org_id=unit.org_id,
        opportunity_id=opportunity.id,
        created_by_id=viewer.user_id,
        version=1,
        created_at=unit.now,
        updated_at=unit.now,
        **await _judged(unit, viewer, opportunity.id, sent, None),
    )
    await hanging.add(unit, row)
    await unit.session.refresh(row)
    close(unit, viewer, row, "create", "created", None, snapshot(row), _assigned(row, None))
    return row


async def update(unit: Unit, viewer: Viewer, command: UpdateTask) -> Done:
    """What changes nothing is no change."""
    named = Named(command.task_id, command.expected_version)
    row = await opened(unit, viewer, models.Task, named)
    before, had = snapshot(row), row.assigned_to_id
    columns = await _judged(unit, viewer, row.opportunity_id, command.changes, row)
    for name, value in columns.items():
        setattr(row, name, value)
    close(unit, viewer, row, "update", "updated", before, snapshot(row), _assigned(row, had))
    return _done(row)


async def complete(unit: Unit, viewer: Viewer, command: Named) -> Done:
    """Says that it is done, which it is since the first time that anybody said so."""
    row = await opened(unit, viewer, models.Task, command)
    before = snapshot(row)
    if row.done_at is None:
        row.done_at, row.done_by_id = unit.now, viewer.user_id
    close(unit, viewer, row, "complete", "completed", before, snapshot(row))
    return _done(row)


async def reopen(unit: Unit, viewer: Viewer, command: Named) -> Done:
    """Says that it is not done after all."""
    row = await opened(unit, viewer, models.Task, command)
    before = snapshot(row)
    row.done_at = row.done_by_id = None
    close(unit, viewer, row, "reopen", "reopened", before, snapshot(row))
    return _done(row)


async def delete(unit: Unit, viewer: Viewer, command: Named) -> Done:
    """Hides it from everybody, for good."""
    row = await opened(unit, viewer, models.Task, command)
    before = snapshot(row)
    row.deleted_at, row.deleted_by_id = unit.now, viewer.user_id
    close(unit, viewer, row, "delete", "deleted", before, snapshot(row))
    return _done(row)


async def _judged(
    unit: Unit,
    viewer: Viewer,
    opportunity_id: int,
    given: Mapping[str, object],
    row: models.Task | None,
) -> Columns:
    problems = Problems()
    columns = read_task(given, viewer.time_zone, problems)
    if ASSIGNEE in given:
        user_id = columns[ASSIGNEE] = given[ASSIGNEE]
        path: Path = (ASSIGNEE,)
        people: dict[Path, Ref] = {path: Ref("User", user_id)} if isinstance(user_id, int) else {}
        kept = {path} if row is not None and row.assigned_to_id == user_id else ()
        await check_people(unit, opportunity_id, people, problems, kept)
    problems.raise_if_any()
    return columns


def _assigned(row: models.Task, had: int | None) -> list[int]:
    """Who has it now and had it not."""
    return [] if row.assigned_to_id in (None, had) else [row.assigned_to_id]


def _done(row: models.Task) -> Done:
    return Done({"task": row.id})
