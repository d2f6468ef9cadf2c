"""What every verb of `opportunities { … }` answers."""

from typing import Any

import strawberry

from pipeline_gql.api.payloads import Payload, of, some
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
