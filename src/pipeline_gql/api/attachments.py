"""Attachments: the inputs of `addAttachment deleteAttachment` of opportunities and leads."""

from time import monotonic

import strawberry

from pipeline_gql.api.hosting import LeadChangeInput, may_host, must_host
from pipeline_gql.api.inputs import (
    ChangeInput,
    OpportunityChangeInput,
    needed,
    optional,
)
from pipeline_gql.api.verbs import Call, Place, Work, given
from pipeline_gql.domain.errors import Refusal, Refused
from pipeline_gql.operations import attachments
from pipeline_gql.operations.attachments import AddAttachment
from pipeline_gql.operations.done import Done
from pipeline_gql.store.database import Serialization, Unit
from pipeline_gql.store.spooling import Received


@strawberry.input(description="A file, or the address of a document that is kept elsewhere.")
class NewAttachmentFields:
    file: Received | None = optional(
        "The file, sent as the GraphQL multipart request specification says; or else give url."
    )
    url: str | None = optional(
        "The http or https address of a document that is kept elsewhere; the server does not "
        "look at it."
    )
    name: str | None = optional("What it is called; the file's own name, or the url, unless given.")


@strawberry.input(description="What is to be attached to an opportunity.")
class OpportunityAddAttachmentInput(NewAttachmentFields, OpportunityChangeInput):
    pass


@strawberry.input(description="What is to be attached to a lead.")
class LeadAddAttachmentInput(NewAttachmentFields, LeadChangeInput):
    pass


@strawberry.input(description="The attachment of a lead to delete.")
class LeadDeleteAttachmentInput(ChangeInput):
    attachment_id: strawberry.ID = needed("The attachment, whose version expectedVersion means.")
    lead_id: strawberry.ID | None = optional("Its lead; found by the attachment unless given.")
    id: strawberry.ID | None = optional("The same as leadId.")


@strawberry.input(description="The attachment to delete.")
class OpportunityDeleteAttachmentInput(ChangeInput):
    attachment_id: strawberry.ID = needed("The attachment, whose version expectedVersion means.")
    opportunity_id: strawberry.ID | None = optional(
        "Its opportunity; found by the attachment unless given."
    )
    id: strawberry.ID | None = optional("The same as opportunityId.")


def add(input: OpportunityAddAttachmentInput | LeadAddAttachmentInput, call: Call) -> Work:
    command = AddAttachment(
        **must_host(input, call),
        file=given(input.file),
        url=given(input.url),
        name=given(input.name),
        expected_version=given(input.expected_version),
    )
    if command.file is None:
        return lambda unit: attachments.add_attachment(unit, call.viewer, command)
    upload = _Upload(call, command, command.file)
    call.prepare(upload.prepare)
    return upload.attach


def delete(input: OpportunityDeleteAttachmentInput | LeadDeleteAttachmentInput, call: Call) -> Work:
    command = attachments.DeleteAttachment(
        attachment_id=call.key(input.attachment_id, "Attachment", "attachment_id"),
        **may_host(input, call),
        expected_version=given(input.expected_version),
    )
    return lambda unit: attachments.delete_attachment(unit, call.viewer, command)


class _Upload:
    """A file that is stored before the transaction that makes a row of it.

    What is only rehearsed is stored nowhere: its transaction announces it, and undoes that.
    """

    def __init__(self, call: Call, command: AddAttachment, file: Received) -> None:
        self._call = call
        self._command = command
        self._file = file
        self._quota = 0

    async def prepare(self, place: Place) -> None:
        """A refusal is not said here: the call may be a retry, whose answer is known already."""
        self._quota = place.files.quota
        if self._call.is_dry:
            return
        try:
            await self._store(place)
        except (Refusal, Refused) as refused:
            self._file.refused = refused
        except Serialization:
            pass

    async def attach(self, unit: Unit) -> Done:
        if self._call.is_dry:
            await self._reserve(unit)
            self._file.kept = True
        return await attachments.add_attachment(unit, self._call.viewer, self._command)

    async def _store(self, place: Place) -> None:
        org_id = self._call.viewer.org_id
        async with place.database.writing(
            org_id, deadline=place.deadline - monotonic(), tells=False
        ) as unit:
            is_stored = await self._reserve(unit)
        if not is_stored:
            await place.files.put(org_id, self._file)
        self._file.kept = True

    async def _reserve(self, unit: Unit) -> bool:
        return await attachments.reserve(unit, self._call.viewer, self._command, self._quota)
