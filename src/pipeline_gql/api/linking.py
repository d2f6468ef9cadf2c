"""The input of `opportunities { link }`."""

import strawberry

from pipeline_gql.api.inputs import OpportunityChangeInput, named, optional
from pipeline_gql.api.verbs import Call, Work, given
from pipeline_gql.operations import linking


@strawberry.input(
    description="What is to hang on an opportunity from now on: one task or one meeting."
)
class OpportunityLinkInput(OpportunityChangeInput):
    task_id: strawberry.ID | None = optional("A task of another opportunity that the viewer sees.")
    meeting_id: strawberry.ID | None = optional(
        "A meeting of another opportunity that the viewer sees."
    )


def link(input: OpportunityLinkInput, call: Call) -> Work:
    command = linking.Link(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        task_id=call.key(input.task_id, "Task", "task_id"),
        meeting_id=call.key(input.meeting_id, "Meeting", "meeting_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: linking.link(unit, call.viewer, command)
