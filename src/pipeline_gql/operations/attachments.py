"""Attachments: files that were uploaded, and documents elsewhere that an address leads to."""

from dataclasses import dataclass

from pipeline_gql.domain.attachments import Kind, attachment_name, link_url
from pipeline_gql.domain.errors import NotFound, NotPermitted, Ref, TryAgain
from pipeline_gql.domain.problems import Problems, invalid, missing, not_found
from pipeline_gql.domain.viewer import Permission, Role, Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import attachments, models, opportunities
from pipeline_gql.store.attachments import Contents
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts, snapshot
from pipeline_gql.store.spooling import Received

TYPE = "Attachment"
ATTACHMENT = ("attachment_id",)


@dataclass(frozen=True, slots=True)
class AddAttachment:
    """A file or an address, not both; a file brings a name, an address is one."""

    opportunity_id: int
    file: Received | None = None
    url: str | None = None
    name: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class DeleteAttachment:
    """`expected_version` is the attachment's. Without `opportunity_id` it is the attachment's."""

    attachment_id: int
    opportunity_id: int | None = None
    expected_version: int | None = None


async def reserve(unit: Unit, viewer: Viewer, command: AddAttachment, quota: int) -> bool:
    """Refuses a file as `add_attachment` would, else announces it; whether it is stored already."""
    await _judged(unit, viewer, command)
    file = command.file
    assert file is not None
    return await attachments.reserve(unit, Contents(file.sha256, file.size), quota)


async def add_attachment(unit: Unit, viewer: Viewer, command: AddAttachment) -> Done:
    """Of a file that is stored: a row is never without its contents."""
    row = await _judged(unit, viewer, command)
    file = command.file
    if file is not None:
        if not file.kept:
            raise file.refused or TryAgain
        if not await attachments.take_up(unit, file.sha256):
            raise TryAgain
    unit.session.add(row)
    await unit.session.flush()
    _record(unit, viewer, row, "addAttachment", "added", None, snapshot(row))
    return Done({"opportunity": row.opportunity_id, "attachment": row.id})


async def delete_attachment(unit: Unit, viewer: Viewer, command: DeleteAttachment) -> Done:
    """One's own, or any as an administrator. Its contents go once nobody else's are the same."""
    viewer.require(Permission.SELL, "delete", TYPE)
    ref = Ref(TYPE, command.attachment_id)
    here = command.opportunity_id or await attachments.opportunity_of(unit, command.attachment_id)
    try:
        opportunity = await opportunities.locked(unit, viewer, here or 0, weakly=True)
    except NotFound:
        # It is seen exactly if its opportunity is; neither is confirmed otherwise.
        if command.opportunity_id is not None:
            raise
        raise not_found(ref, ATTACHMENT) from None
    row = await attachments.locked(unit, opportunity.id, command.attachment_id)
    if row is None:
        raise not_found(ref, ATTACHMENT)
    if viewer.role is not Role.ADMIN and row.created_by_id != viewer.user_id:
        raise NotPermitted(who=viewer.name, verb="delete", type=TYPE, path=ATTACHMENT)
    await check_version(unit, ref, row, command.expected_version)
    _record(unit, viewer, row, "deleteAttachment", "deleted", snapshot(row), {})
    await attachments.remove(unit, row)
    return Done({"opportunity": opportunity.id})


async def _judged(unit: Unit, viewer: Viewer, command: AddAttachment) -> models.Attachment:
    """The row that the command asks for, if the viewer may add it."""
    viewer.require(Permission.SELL, "change", opportunities.TYPE)
    opportunity = await opportunities.locked(unit, viewer, command.opportunity_id, weakly=True)
    ref = Ref(opportunities.TYPE, opportunity.id)
    await check_version(unit, ref, opportunity, command.expected_version)
    problems = Problems()
    file, name = command.file, command.name
    url = None
    if file is not None:
        name = file.name if name is None else name
        if command.url is not None:
            problems.add(invalid(("url",), "must be absent beside file"))
    elif command.url is None:
        problems.add(missing(("file",), "send a file, or the url of a document kept elsewhere"))
    else:
        url = problems.check(link_url, command.url, ("url",))
        name = (url or "")[:255] if name is None else name
    called = problems.check(attachment_name, name, ("name",)) if url or file else ""
    problems.raise_if_any()
    return models.Attachment(
        org_id=unit.org_id,
        opportunity_id=opportunity.id,
        kind=Kind.LINK if file is None else Kind.FILE,
        name=called,
        link_url=url,
        size=file and file.size,
        sha256=file and file.sha256,
        content_type=file and file.content_type,
        created_by_id=viewer.user_id,
        created_at=unit.now,
        updated_at=unit.now,
    )


def _record(
    unit: Unit,
    viewer: Viewer,
    row: models.Attachment,
    verb: str,
    event: str,
    before: Facts | None,
    after: Facts,
) -> None:
    record(
        unit,
        viewer,
        Ref(TYPE, row.id),
        row,
        verb=verb,
        event=f"attachment.{event}",
        before=before,
        after=after,
        payload={"opportunity": row.opportunity_id},
    )
