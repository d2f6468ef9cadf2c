"""`opportunities { … }`: inputs, payloads, and what each verb asks of its operation."""

from typing import Any

import strawberry

from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.operations import opportunities


@strawberry.input(description="Where an opportunity is to go.")
class OpportunityProgressInput:
    opportunity_id: strawberry.ID = strawberry.field(description="The opportunity.")
    step_id: strawberry.ID | None = strawberry.field(
        description="The step to go to.", default=strawberry.UNSET
    )
    idempotency_key: str | None = strawberry.field(
        description="A key under which a retry is answered, not done again.",
        default=strawberry.UNSET,
    )


@strawberry.type(description="What a verb about an opportunity answers.")
class OpportunityPayload(Payload):
    opportunity: Any = of("Opportunity", "opportunities", "opportunity")


def progress(input: OpportunityProgressInput, call: Call) -> Work:
    command = opportunities.Progress(
        opportunity_id=call.key(input.opportunity_id, "Opportunity", "opportunity_id"),
        step_id=call.key(given(input.step_id), "OpportunityStep", "step_id"),
    )
    return lambda unit: opportunities.progress(unit, call.viewer, command)


@strawberry.type(description="What can be done to opportunities.")
class OpportunityMutations:
    progress: Any = verb(
        OpportunityProgressInput, OpportunityPayload, progress, "Moves an opportunity to a step."
    )
