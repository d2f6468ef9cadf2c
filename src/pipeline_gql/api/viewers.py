"""`viewer { … }`: the viewer's own notifications, and what comes by mail."""

from datetime import datetime
from typing import Any

import strawberry

from pipeline_gql.api.inputs import WriteInput, optional
from pipeline_gql.api.payloads import Payload, of, some
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.domain.notices import Kind
from pipeline_gql.operations import viewers


@strawberry.input(
    description="What the viewer has read: either some, or all before a moment. What was read "
    "before stays as it is."
)
class ViewerMarkReadInput(WriteInput):
    notification_ids: list[strawberry.ID] | None = optional(
        f"Those notifications, at most {viewers.MOST_IDS}."
    )
    before: datetime | None = optional("All of which the viewer was told before that moment.")


@strawberry.input(
    description="Which kinds of notifications come by mail, too: absent or null is untouched."
)
class ViewerChooseMailInput(WriteInput):
    assigned: bool | None = optional("Those of kind ASSIGNED.")
    mentioned: bool | None = optional("Those of kind MENTIONED.")
    stalled: bool | None = optional("Those of kind STALLED.")
    goal_reached: bool | None = optional("Those of kind GOAL_REACHED.")


@strawberry.type(description="What a change of the viewer's own answers.")
class ViewerPayload(Payload):
    viewer: Any = of("Viewer", "notifications", "viewer")


@strawberry.type(description="What marking notifications answers.")
class ViewerMarkReadPayload(ViewerPayload):
    notifications: Any = some(
        "Notification", "notifications", "The notifications that were named by their ids."
    )


def mark_read(input: ViewerMarkReadInput, call: Call) -> Work:
    command = viewers.MarkRead(
        notification_ids=call.keys(input.notification_ids, "Notification", "notification_ids"),
        before=given(input.before),
    )
    return lambda unit: viewers.mark_read(unit, call.viewer, command)


def choose_mail(input: ViewerChooseMailInput, call: Call) -> Work:
    answers = {kind: given(getattr(input, kind.value.lower())) for kind in Kind}
    wanted = {kind: answer for kind, answer in answers.items() if answer is not None}
    command = viewers.ChooseMail(wanted)
    return lambda unit: viewers.choose_mail(unit, call.viewer, command)


@strawberry.type(description="What the viewer can do to what is the viewer's own.")
class ViewerMutations:
    mark_read: Any = verb(
        ViewerMarkReadInput, ViewerMarkReadPayload, mark_read, "Marks notifications as read."
    )
    choose_mail: Any = verb(
        ViewerChooseMailInput, ViewerPayload, choose_mail, "Says what is to come by mail."
    )
