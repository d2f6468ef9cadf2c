"""`link`: what hangs on one opportunity comes to hang on another; documents are attached."""

from dataclasses import dataclass

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.problems import Problems, field_name, invalid, missing
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import named
from pipeline_gql.operations.attachments import AddAttachment, add_attachment
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.hanging import Named, close, opened
from pipeline_gql.operations.recording import check_version
from pipeline_gql.store import hanging, models, opportunities
from pipeline_gql.store.database import Unit
from pipeline_gql.store.hanging import Hung
from pipeline_gql.store.records import snapshot

TYPE = "Opportunity"


@dataclass(frozen=True, slots=True)
class Link:
    """A task, a meeting, or a document by its `url`, of which `name` is the name; exactly one."""

    opportunity_id: int
    task_id: int | None = None
    meeting_id: int | None = None
    url: str | None = None
    name: str | None = None
    expected_version: int | None = None


async def link(unit: Unit, viewer: Viewer, command: Link) -> Done:
    """Whoever it is for must see the opportunity that it comes to. No version but its own grows."""
    viewer.require(Permission.SELL, "change", TYPE)
    _require_one(command)
    if command.url is not None:
        return await add_attachment(
            unit,
            viewer,
            AddAttachment(
                command.opportunity_id,
                url=command.url,
                name=command.name,
                expected_version=command.expected_version,
            ),
        )
    opportunity = await opportunities.locked(unit, viewer, command.opportunity_id, weakly=True)
    await check_version(unit, Ref(TYPE, opportunity.id), opportunity, command.expected_version)
    if command.task_id is not None:
        task = await opened(unit, viewer, models.Task, Named(command.task_id))
        await _move(unit, viewer, task, opportunity.id, [task.assigned_to_id])
    if command.meeting_id is not None:
        meeting = await opened(unit, viewer, models.Meeting, Named(command.meeting_id))
        invited = await hanging.attending(unit, meeting.id, "user_ids")
        await _move(unit, viewer, meeting, opportunity.id, invited)
    return Done({"opportunity": opportunity.id})


def _require_one(command: Link) -> None:
    given = [
        name for name in ("task_id", "meeting_id", "url") if getattr(command, name) is not None
    ]
    if not given:
        raise missing(("task_id",), "name a task, a meeting or the url of a document")
    if len(given) > 1:
        raise invalid((given[1],), f"must be absent beside {field_name((given[0],))}")
    if command.name is not None and command.url is None:
        raise invalid(("name",), "is for a document: it must be absent without url", command.name)


async def _move(
    unit: Unit,
    viewer: Viewer,
    row: Hung,
    opportunity_id: int,
    users: list[int] | list[int | None],
) -> None:
    name = type(row).__name__
    path = (f"{name.lower()}_id",)
    if row.opportunity_id == opportunity_id:
        return
    problems = Problems()
    for key in sorted(await hanging.blind(unit, opportunity_id, [key for key in users if key])):
        await named.refuse_blind(unit, TYPE, {path: Ref("User", key)}, problems)
    problems.raise_if_any()
    before, came_from = snapshot(row), row.opportunity_id
    row.opportunity_id = opportunity_id
    close(unit, viewer, row, "link", "linked", before, snapshot(row), came_from=came_from)
