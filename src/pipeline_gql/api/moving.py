"""What every move of an opportunity may bring along."""

from typing import Any

import strawberry

from pipeline_gql.api.attributes import OpportunityAttributeInput, values
from pipeline_gql.api.inputs import OpportunityChangeInput, optional
from pipeline_gql.api.verbs import Call, given


@strawberry.input(description="What every move of an opportunity takes.")
class MovingInput(OpportunityChangeInput):
    transition_id: strawberry.ID | None = optional(
        "The transition to take, where stepId alone leaves a choice."
    )
    attributes: list[OpportunityAttributeInput] | None = optional(
        "Values that come with the move: what the transition requires counts as given, and all "
        "are kept. Those that are not named stay as they are."
    )
    reason: str | None = optional("Why it moves, for its history.")
    comment: str | None = optional("A comment that is added to it, if it moves.")
    override: bool | None = optional(
        "Whether to move it past the rules and requirements of the transition, which is recorded: "
        "for administrators and managers, with a reason. Where no transition leads it cannot go."
    )


def moved(input: Any, call: Call) -> dict[str, Any]:
    """The members of such an input, as a command takes them."""
    return {
        "step_id": call.key(input.step_id, "OpportunityStep", "step_id"),
        "transition_id": call.key(input.transition_id, "Transition", "transition_id"),
        "attributes": values(call, given(input.attributes) or [], ("attributes",)),
        "reason": given(input.reason),
        "comment": given(input.comment),
        "override": bool(given(input.override)),
    }
