"""What is to be done next: a task, or a related opportunity in another pipeline."""

from datetime import timedelta

from pipeline_gql.domain.actions import CreateTask, OpenFollowOn
from pipeline_gql.domain.errors import NotAnEntryStep, NotFound, Ref
from pipeline_gql.domain.facts import day_of
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.operations import tasks
from pipeline_gql.operations.acting.deeds import Acting, Deed, did, skipped
from pipeline_gql.operations.acting.people import user_of
from pipeline_gql.operations.opening import CARRIED, Create, open_new
from pipeline_gql.store import hanging, opportunities, pipelines, references

TYPE = opportunities.TYPE


async def create_task(acting: Acting, action: CreateTask) -> Deed:
    """Given to somebody who is active and sees the opportunity, else to nobody."""
    unit, row = acting.unit, acting.row
    if await hanging.has_open_task(unit, row.id, action.title):
        return skipped("There is such an open task already.")
    today = day_of(unit.now, acting.viewer.time_zone)
    days = action.due_in_days
    command = tasks.CreateTask(
        row.id,
        action.title,
        action.description,
        due_date=None if days is None else today + timedelta(days=days),
        priority=action.priority.value,
        assigned_to_id=await _assignee(acting, action),
    )
    task = await tasks.add(unit, acting.viewer, row, command)
    return did(f"Created the task {task.title}.", {"task": task.id}, Ref("Task", task.id))


async def _assignee(acting: Acting, action: CreateTask) -> int | None:
    user = await user_of(acting, action.assign_to)
    if user is None or await references.retired(acting.unit, {Ref("User", user)}):
        return None
    return None if await hanging.blind(acting.unit, acting.row.id, [user]) else user


async def open_follow_on(acting: Acting, action: OpenFollowOn) -> Deed:
    """Once in each pipeline, deleted ones included, with the customers and people of this one.

    It holds what that pipeline means while this opportunity is held. Whoever publishes it may want
    them the other way round: the database ends one of both, which is tried again.
    """
    unit, row = acting.unit, acting.row
    found = await pipelines.numbered(unit, action.pipeline, None)
    if found is None:
        raise NotFound(type="Pipeline", id=action.pipeline, value=action.pipeline)
    pipeline, version = found
    if await opportunities.is_followed(unit, row.id, version.pipeline_id):
        return skipped(f"There is a follow-on in {pipeline} already.")
    command = await _opening(acting, action, version)
    made = await open_new(unit, acting.viewer, command, CARRIED, follows_id=row.id)
    return did(f"Opened {made.name} in {pipeline}.", {"follow_on": made.id}, Ref(TYPE, made.id))


async def _opening(acting: Acting, action: OpenFollowOn, version: Version) -> Create:
    unit, row = acting.unit, acting.row
    return Create(
        action.name or row.name,
        region_id=row.region_code,
        financial_unit_id=row.currency,
        account_id=row.account_id,
        pipeline_id=version.pipeline_id,
        entry_step_id=_entry(action, version),
        contact_ids=await opportunities.parts(unit, row),
        owner_id=row.owner_id,
        assigned_to_ids=await opportunities.links(unit, "assigned_to_ids", row.id),
        team_ids=await opportunities.links(unit, "team_ids", row.id),
        tags=await opportunities.links(unit, "tags", row.id),
        lead_source=row.lead_source,
    )


def _entry(action: OpenFollowOn, version: Version) -> int:
    """The wanted entry step, else where sales start in that pipeline."""
    graph = version.graph
    step = graph.entry_step if action.step is None else graph.step.get(action.step)
    if step is None or not step.is_entry:
        raise NotAnEntryStep(step=action.step, elsewhere=f" of pipeline {action.pipeline}")
    return version.step_ids[step.key]
