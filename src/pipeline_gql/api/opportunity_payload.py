"""What every verb of `opportunities { … }` answers."""

from typing import Any

import strawberry

from pipeline_gql.api.payloads import Payload, of, some
from pipeline_gql.api.types.actions import ActionResult
from pipeline_gql.api.types.node import maybe


@strawberry.type(description="What a mutation of an opportunity answers.")
class OpportunityPayload(Payload):
    opportunity: Any = of("Opportunity", "opportunities", "opportunity")
    interests: Any = some(
        "OpportunityInterest",
        "interests",
        "The interests that were added, changed, ordered, reserved or released, as asked; "
        "null if the mutation is not about interests, or was refused.",
    )
    comment: Any = maybe(
        "Comment",
        "comments",
        "The comment that was added, changed or deleted; "
        "null if the mutation is not about a comment, or was refused.",
    )
    attachment: Any = maybe(
        "Attachment", "attachments", "The attachment that was added; null in all other cases."
    )
    actions: list[ActionResult] | None = strawberry.field(
        description="What the transition did beside moving it, in its order; "
        "null if the mutation does not move it, or was refused."
    )
    registrations: Any = some("Registration", "papers", "The registrations that the move made.")
    invoice: Any = maybe("Invoice", "papers", "The draft of an invoice that the move made.")
    token_issues: Any = some("TokenIssue", "papers", "The training tokens that the move issued.")
    task: Any = maybe("Task", "tasks", "The first task that the move made.")
    account: Any = maybe("Account", "people", "The account that the move made.")
    contact: Any = maybe("Contact", "people", "The contact that the move made.")
    follow_on: Any = maybe(
        "Opportunity", "opportunities", "The first opportunity that the move opened."
    )
