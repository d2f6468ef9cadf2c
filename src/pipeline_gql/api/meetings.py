"""`meeting { … }`."""

from datetime import datetime
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    key,
    keys,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.usual import acting, creating, updating
from pipeline_gql.api.verbs import verb
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


create = creating(
    meetings.CreateMeeting, meetings.create, {**FIELDS, "opportunity_id": key("Opportunity")}
)
update = updating("Meeting", meetings.UpdateMeeting, meetings.update, FIELDS)
complete = acting("Meeting", Named, meetings.complete)
cancel = acting("Meeting", Named, meetings.cancel)
reopen = acting("Meeting", Named, meetings.reopen)
delete = acting("Meeting", Named, meetings.delete)


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
