"""The input of `opportunities { link }`."""

import strawberry

from pipeline_gql.api.inputs import OpportunityChangeInput, named, optional
from pipeline_gql.api.verbs import Call, Work, given
from pipeline_gql.operations import linking


@strawberry.input(
    description="What is to hang on an opportunity from now on: a task, a meeting or a document."
)
class OpportunityLinkInput(OpportunityChangeInput):
    task_id: strawberry.ID | None = optional("A task of another opportunity that the viewer sees.")
    meeting_id: strawberry.ID | None = optional(
        "A meeting of another opportunity that the viewer sees."
    )
    url: str | None = optional(
        "The http or https address of a document, which becomes an attachment."
    )
    name: str | None = optional("What the document is called; the url unless given.")


def link(input: OpportunityLinkInput, call: Call) -> Work:
    command = linking.Link(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        task_id=call.key(input.task_id, "Task", "task_id"),
        meeting_id=call.key(input.meeting_id, "Meeting", "meeting_id"),
        url=given(input.url),
        name=given(input.name),
        expected_version=given(input.expected_version),
    )
    return lambda unit: linking.link(unit, call.viewer, command)
