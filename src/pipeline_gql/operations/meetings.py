"""Meetings about an opportunity: when, where, and who takes part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from pipeline_gql.domain import tasks
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import Problems, invalid
from pipeline_gql.domain.tasks import Columns, MeetingState
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.hanging import Named, check_people, close, opened
from pipeline_gql.store import hanging, models, opportunities
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts, snapshot

PEOPLE = {"user_ids": "User", "contact_ids": "Contact"}
People = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class CreateMeeting:
    """None is absent."""

    opportunity_id: int
    subject: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    location: str | None = None
    notes: str | None = None
    user_ids: Sequence[int] | None = None
    contact_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class UpdateMeeting:
    """`changes` holds what was sent, under the names of `CreateMeeting`; None clears."""

    meeting_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateMeeting) -> Done:
    viewer.require(Permission.SELL, "create", "Meeting")
    opportunity = await opportunities.locked(unit, viewer, command.opportunity_id, weakly=True)
    given = {each.name: getattr(command, each.name) for each in fields(command)}
    needed = ("subject", "starts_at")
    sent = {name: value for name, value in given.items() if value is not None or name in needed}
    columns, people = await _judged(unit, viewer, opportunity.id, sent, None)
    row = models.Meeting(
        org_id=unit.org_id,
        opportunity_id=opportunity.id,
        state=MeetingState.PLANNED.value,
        created_by_id=viewer.user_id,
        version=1,
        created_at=unit.now,
        updated_at=unit.now,
        **columns,
    )
    await hanging.add(unit, row)
    for name, keys in people.items():
        await hanging.set_attending(unit, row.id, name, keys)
    after = await _facts(unit, row)
    close(unit, viewer, row, "create", "created", None, after, after["user_ids"])
    return _done(row)


async def update(unit: Unit, viewer: Viewer, command: UpdateMeeting) -> Done:
    """What changes nothing is no change."""
    named = Named(command.meeting_id, command.expected_version)
    row = await opened(unit, viewer, models.Meeting, named)
    before = await _facts(unit, row)
    columns, people = await _judged(unit, viewer, row.opportunity_id, command.changes, row)
    for name, value in columns.items():
        setattr(row, name, value)
    for name, keys in people.items():
        await hanging.set_attending(unit, row.id, name, keys)
    after = await _facts(unit, row)
    invited = set(after["user_ids"]) - set(before["user_ids"])
    close(unit, viewer, row, "update", "updated", before, after, invited)
    return _done(row)


async def complete(unit: Unit, viewer: Viewer, command: Named) -> Done:
    """Says that it was held."""
    row = await opened(unit, viewer, models.Meeting, command)
    return await _turned(unit, viewer, row, MeetingState.HELD, "complete", "completed")


async def cancel(unit: Unit, viewer: Viewer, command: Named) -> Done:
    """Says that it will not be held."""
    row = await opened(unit, viewer, models.Meeting, command)
    return await _turned(unit, viewer, row, MeetingState.CANCELLED, "cancel", "cancelled")


async def reopen(unit: Unit, viewer: Viewer, command: Named) -> Done:
    """Says that it is to be held after all."""
    row = await opened(unit, viewer, models.Meeting, command)
    return await _turned(unit, viewer, row, MeetingState.PLANNED, "reopen", "reopened")


async def delete(unit: Unit, viewer: Viewer, command: Named) -> Done:
    """Hides it from everybody, for good."""
    row = await opened(unit, viewer, models.Meeting, command)
    before = await _facts(unit, row)
    row.deleted_at, row.deleted_by_id = unit.now, viewer.user_id
    close(unit, viewer, row, "delete", "deleted", before, await _facts(unit, row))
    return _done(row)


async def _turned(
    unit: Unit, viewer: Viewer, row: models.Meeting, state: MeetingState, verb: str, event: str
) -> Done:
    """What was held is not cancelled, nor the other way round: it is reopened first."""
    if row.state not in (state, MeetingState.PLANNED) and state is not MeetingState.PLANNED:
        problem = "must name a meeting that is planned"
        raise invalid(("meeting_id",), problem, Ref("Meeting", row.id))
    before = await _facts(unit, row)
    row.state = state.value
    close(unit, viewer, row, verb, event, before, await _facts(unit, row))
    return _done(row)


async def _judged(
    unit: Unit,
    viewer: Viewer,
    opportunity_id: int,
    given: Mapping[str, object],
    row: models.Meeting | None,
) -> tuple[Columns, People]:
    problems = Problems()
    columns = tasks.read_meeting(given, viewer.time_zone, problems)
    starts_at = columns.get("starts_at", row and row.starts_at)
    ends_at = columns.get("ends_at", row and row.ends_at)
    if isinstance(starts_at, datetime) and isinstance(ends_at, datetime):
        problems.check(tasks.require_order, starts_at, ends_at)
    people = {
        name: problems.check(tasks.attending, given[name], (name,)) or []
        for name in PEOPLE
        if name in given
    }
    await _check(unit, opportunity_id, people, row, problems)
    problems.raise_if_any()
    return columns, people


async def _check(
    unit: Unit,
    opportunity_id: int,
    people: People,
    row: models.Meeting | None,
    problems: Problems,
) -> None:
    """Who takes part already is not asked to be replaced."""
    refs: dict[Path, Ref] = {}
    kept: set[Path] = set()
    for name, keys in people.items():
        had = await hanging.attending(unit, row.id, name) if row is not None else []
        refs |= {(name, place): Ref(PEOPLE[name], key) for place, key in enumerate(keys)}
        kept |= {(name, place) for place, key in enumerate(keys) if key in had}
    await check_people(unit, opportunity_id, refs, problems, kept)


async def _facts(unit: Unit, row: models.Meeting) -> Facts:
    people = {name: await hanging.attending(unit, row.id, name) for name in PEOPLE}
    return {**snapshot(row), **people}


def _done(row: models.Meeting) -> Done:
    return Done({"meeting": row.id})
