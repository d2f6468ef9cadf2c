"""What transitions do beside moving an opportunity."""

from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.types.node import told, typed
from pipeline_gql.domain.actions import ActionType, Outcome

_DOING = {
    ActionType.CREATE_ACCOUNT: "Gives the opportunity an account, which is made if need be.",
    ActionType.CREATE_CONTACT: "Makes a learner the main contact.",
    ActionType.CREATE_REGISTRATION: "Books the places of interests in events.",
    ActionType.CREATE_INVOICE: "Drafts an invoice with one line for each interest.",
    ActionType.ISSUE_TRAINING_TOKENS: "Issues the training tokens of interests to the account.",
    ActionType.SET_FIELD: "Sets a field of the opportunity.",
    ActionType.SET_PROBABILITY: "Sets the probability of winning.",
    ActionType.SET_OWNER: "Gives the opportunity to another owner.",
    ActionType.CREATE_TASK: "Creates a task on the opportunity.",
    ActionType.OPEN_FOLLOW_ON: "Opens a related opportunity in another pipeline.",
}
_OUTCOMES = {
    Outcome.DONE: "It was carried out.",
    Outcome.SKIPPED: "There was nothing to do: what it makes is there already, or not wanted.",
}

_types: Any = Enum(
    "TransitionActionType",
    {each.name: strawberry.enum_value(each.name, description=_DOING[each]) for each in ActionType},
)
TransitionActionType = strawberry.enum(_types, description="What an action of a transition does.")
_outcomes: Any = Enum(
    "TransitionActionOutcome",
    {each.name: strawberry.enum_value(each.name, description=_OUTCOMES[each]) for each in Outcome},
)
TransitionActionOutcome = strawberry.enum(_outcomes, description="What became of an action.")


@strawberry.type(description="What an action of a transition did. One that fails undoes the move.")
class ActionResult:
    type: Any = typed(TransitionActionType, "What it does.")
    outcome: Any = typed(TransitionActionOutcome, "What became of it.")
    message: str = told("One sentence for people.")
    written: list[strawberry.ID] = told("The ids of the records that it made.")
