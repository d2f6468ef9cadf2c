"""Actions of transitions as typed input: the members of a document's, under the same names."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import chosen, demanded, optional
from pipeline_gql.api.rules import enum
from pipeline_gql.api.types.actions import TransitionActionType
from pipeline_gql.api.types.tasks import TaskPriority
from pipeline_gql.domain.actions import Somebody

Part = enum(
    "PipelineSomebody",
    "A user, said by their part in a move.",
    {
        Somebody.OWNER: "The opportunity's owner.",
        Somebody.MOVER: "Who moves it.",
        Somebody.CREATOR: "Who created it.",
        Somebody.ACCOUNT_OWNER: "The account's owner.",
    },
)


@strawberry.input(
    description="What a transition does beside moving; a member that its type has not is refused."
)
class PipelineActionInput:
    type: Any = demanded(TransitionActionType, "What it does.")
    name: str | None = optional(
        "Of CREATE_ACCOUNT and OPEN_FOLLOW_ON: the name; the opportunity's unless given."
    )
    role: str | None = optional("Of CREATE_CONTACT: the contact's part.")
    field: str | None = optional("Of SET_FIELD: the field, such as forecastCategory.")
    value: str | None = optional("Of SET_FIELD: its value; it is cleared unless given.")
    in_days: int | None = optional("Of SET_FIELD: for expectedCloseDate, so many days from then.")
    probability: int | None = optional("Of SET_PROBABILITY: in percent.")
    to: Any = chosen(Part, "Of SET_OWNER: who.")
    user: str | None = optional("Of SET_OWNER: the e-mail address of who.")
    title: str | None = optional("Of CREATE_TASK: what is to be done.")
    description: str | None = optional("Of CREATE_TASK: what is worth knowing.")
    due_in_days: int | None = optional("Of CREATE_TASK: due so many days from then.")
    priority: TaskPriority | None = optional("Of CREATE_TASK: NORMAL unless given.")
    assign_to: Any = chosen(Part, "Of CREATE_TASK: whose it is; the owner's unless given.")
    pipeline: str | None = optional("Of OPEN_FOLLOW_ON: the key of the other pipeline.")
    step: str | None = optional("Of OPEN_FOLLOW_ON: the key of its entry step.")
