"""`opportunities { place }`: a card put somewhere on a board."""

import strawberry

from pipeline_gql.api.inputs import named, optional
from pipeline_gql.api.moving import MovingInput, moved
from pipeline_gql.api.verbs import Call, Work, given
from pipeline_gql.operations import boards


@strawberry.input(
    description="Where on the board an opportunity is put: on top of its column unless beside "
    "another, which need not be seen in the same page or under the same filter."
)
class OpportunityPlaceInput(MovingInput):
    after_id: strawberry.ID | None = optional("The opportunity that it is put right behind.")
    before_id: strawberry.ID | None = optional("The opportunity that it is put right before.")
    step_id: strawberry.ID | None = optional(
        "The step of the column: another than its own is a move, as progress does it, with the "
        "same rules; then it is put there, both or neither."
    )


def place(input: OpportunityPlaceInput, call: Call) -> Work:
    command = boards.Place(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        after_id=call.key(input.after_id, "Opportunity", "after_id"),
        before_id=call.key(input.before_id, "Opportunity", "before_id"),
        **moved(input, call),
        expected_version=given(input.expected_version),
    )
    return lambda unit: boards.place(unit, call.viewer, command)
