"""Attachments: files that were uploaded, and documents elsewhere that an address leads to."""

from dataclasses import dataclass

from pipeline_gql.domain.attachments import Kind, attachment_name, link_url
from pipeline_gql.domain.errors import NotPermitted, Ref, TryAgain
from pipeline_gql.domain.problems import Problems, invalid, missing, not_found
from pipeline_gql.domain.remedies import ask
from pipeline_gql.domain.viewer import Permission, Role, Viewer
from pipeline_gql.operations import hosting
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import attachments, hosts, models, rows
from pipeline_gql.store.attachments import Contents
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts, snapshot
from pipeline_gql.store.spooling import Received

TYPE = "Attachment"
ATTACHMENT = ("attachment_id",)


@dataclass(frozen=True, slots=True)
class AddAttachment:
    """A file or an address, not both; a file brings a name, an address is one."""

    opportunity_id: int | None
    file: Received | None = None
    url: str | None = None
    name: str | None = None
    expected_version: int | None = None
    lead_id: int | None = None


@dataclass(frozen=True, slots=True)
class DeleteAttachment:
    """`expected_version` is the attachment's. What it is on is the
    attachment's unless given."""

    attachment_id: int
    opportunity_id: int | None = None
    expected_version: int | None = None
    lead_id: int | None = None


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
    return Done({**_told(hosts.host_of(row)), "attachment": row.id})


async def delete_attachment(unit: Unit, viewer: Viewer, command: DeleteAttachment) -> Done:
    """One's own, or any as an administrator. Its contents go once nobody else's are the same."""
    viewer.require(Permission.SELL, "delete", TYPE)
    ref = Ref(TYPE, command.attachment_id)
    missing, key = not_found(ref, ATTACHMENT), command.attachment_id
    host = await hosting.reached_by(unit, viewer, command, models.Attachment, key, missing)
    row = await attachments.locked(unit, host, key)
    if row is None:
        raise missing
    if viewer.role is not Role.ADMIN and row.created_by_id != viewer.user_id:
        who = ask("whoever added it", "an administrator")
        raise NotPermitted(who=viewer.name, verb="delete", type=TYPE, path=ATTACHMENT, remedies=who)
    await check_version(unit, ref, row, command.expected_version)
    _record(unit, viewer, row, "deleteAttachment", "deleted", snapshot(row), {})
    await attachments.remove(unit, row)
    return Done(_told(host))


async def _judged(unit: Unit, viewer: Viewer, command: AddAttachment) -> models.Attachment:
    """The row that the command asks for, if the viewer may add it."""
    named = hosting.named(command)
    viewer.require(Permission.SELL, "change", named.type if named else "Opportunity")
    belonging = await hosting.reached(unit, viewer, named)
    host = rows.ref_of(type(belonging), belonging.id)
    await check_version(unit, host, belonging, command.expected_version)
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
        **hosts.naming(host),
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
        payload=_told(hosts.host_of(row)),
    )


def _told(host: Ref) -> dict[str, int | str]:
    return {host.type.lower(): host.key}
