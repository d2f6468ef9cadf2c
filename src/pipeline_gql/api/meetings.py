"""`meeting { … }`."""

from datetime import datetime
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    filled,
    key,
    keys,
    named,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.operations import meetings
from pipeline_gql.operations.hanging import Named


@strawberry.input(description="The fields of a meeting that may be empty.")
class MeetingFields:
    ends_at: datetime | None = optional(
        "When it ends; without an offset, in the organisation's time zone."
    )
    location: str | None = optional("Where it is held.")
    notes: str | None = optional("What is worth knowing.")
    user_ids: list[strawberry.ID] | None = optional(
        "The users who take part, active ones who see the opportunity: the whole list, at most 500."
    )
    contact_ids: list[strawberry.ID] | None = optional(
        "The contacts who take part: the whole list, at most 500."
    )


@strawberry.input(description="A new meeting about an opportunity.")
class MeetingCreateInput(MeetingFields, WriteInput):
    opportunity_id: strawberry.ID = needed("What it is about.")
    subject: str = needed("What it is called.")
    starts_at: datetime = needed(
        "When it begins; without an offset, in the organisation's time zone."
    )


@strawberry.input(description="What every change of one meeting takes.")
class MeetingChangeInput(ChangeInput):
    meeting_id: strawberry.ID | None = optional("The meeting.")
    id: strawberry.ID | None = optional("The same as meetingId.")


@strawberry.input(description="Changes of a meeting: absent is untouched, null is cleared.")
class MeetingUpdateInput(MeetingFields, MeetingChangeInput):
    subject: str | None = optional("What it is called.")
    starts_at: datetime | None = optional(
        "When it begins; without an offset, in the organisation's time zone."
    )


@strawberry.input(description="The planned meeting that was held.")
class MeetingCompleteInput(MeetingChangeInput):
    pass


@strawberry.input(description="The planned meeting that will not be held.")
class MeetingCancelInput(MeetingChangeInput):
    pass


@strawberry.input(description="The meeting that is to be held after all.")
class MeetingReopenInput(MeetingChangeInput):
    pass


@strawberry.input(description="The meeting to delete.")
class MeetingDeleteInput(MeetingChangeInput):
    pass


@strawberry.type(description="What a mutation of a meeting answers.")
class MeetingPayload(Payload):
    meeting: Any = of("Meeting", "tasks", "meeting")


FIELDS: Fields = {
    "subject": plain,
    "starts_at": plain,
    "ends_at": plain,
    "location": plain,
    "notes": plain,
    "user_ids": keys("User"),
    "contact_ids": keys("Contact"),
}


def create(input: MeetingCreateInput, call: Call) -> Work:
    starting = {"opportunity_id": key("Opportunity")}
    asked = filled(input, call, {**FIELDS, **starting})
    return lambda unit: meetings.create(unit, call.viewer, meetings.CreateMeeting(**asked))


def update(input: MeetingUpdateInput, call: Call) -> Work:
    command = meetings.UpdateMeeting(
        meeting_id=named(input, call, "Meeting", "meeting_id"),
        changes=sent(input, call, FIELDS),
        expected_version=given(input.expected_version),
    )
    return lambda unit: meetings.update(unit, call.viewer, command)


def _named(input: MeetingChangeInput, call: Call) -> Named:
    return Named(named(input, call, "Meeting", "meeting_id"), given(input.expected_version))


def complete(input: MeetingCompleteInput, call: Call) -> Work:
    command = _named(input, call)
    return lambda unit: meetings.complete(unit, call.viewer, command)


def cancel(input: MeetingCancelInput, call: Call) -> Work:
    command = _named(input, call)
    return lambda unit: meetings.cancel(unit, call.viewer, command)


def reopen(input: MeetingReopenInput, call: Call) -> Work:
    command = _named(input, call)
    return lambda unit: meetings.reopen(unit, call.viewer, command)


def delete(input: MeetingDeleteInput, call: Call) -> Work:
    command = _named(input, call)
    return lambda unit: meetings.delete(unit, call.viewer, command)


def _verb(input: Any, read: Any, description: str) -> Any:
    return verb(input, MeetingPayload, read, description)


@strawberry.type(description="What can be done to meetings.")
class MeetingMutations:
    create: Any = _verb(MeetingCreateInput, create, "Creates a meeting about an opportunity.")
    update: Any = _verb(MeetingUpdateInput, update, "Changes a meeting.")
    complete: Any = _verb(MeetingCompleteInput, complete, "Says that a planned meeting was held.")
    cancel: Any = _verb(MeetingCancelInput, cancel, "Says that a planned meeting will not be held.")
    reopen: Any = _verb(
        MeetingReopenInput, reopen, "Plans a meeting again that was held or cancelled."
    )
    delete: Any = _verb(MeetingDeleteInput, delete, "Hides a meeting from everybody.")
