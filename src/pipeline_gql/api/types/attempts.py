"""Moves that were refused."""

from datetime import datetime
from typing import Any

import strawberry

from pipeline_gql.api.payloads import MutationErrorCode, RefusalRule
from pipeline_gql.api.types.node import Node, maybe, one, told, typed


@strawberry.type(description="A reason why a move was refused, as it was told then.")
class TransitionFailure:
    code: Any = typed(MutationErrorCode, "The kind of refusal, for programs.")
    field: str | None = told("What the reason was about, such as a field or an attribute.")
    message: str | None = told("The sentence for people; null if it was not kept.")
    rule: RefusalRule | None = told("The rule that was not kept; null if none was the reason.")


@strawberry.type(description="A move of an opportunity that was tried and refused.")
class TransitionAttempt(Node):
    opportunity: Any = one("Opportunity", "opportunities", "What was to be moved.")
    at: datetime = told("When it was tried.")
    actor: Any = maybe("User", "people", "Who tried; null if nobody in particular.")
    from_step: Any = maybe(
        "OpportunityStep",
        "pipelines",
        "The step it stood on, as it is published or else as it last was.",
    )
    to_step: Any = maybe(
        "OpportunityStep",
        "pipelines",
        "The step that was wanted, as it is published or else as it last was; null if it is not "
        "known which.",
    )
    failures: list[TransitionFailure] = told("Why it was refused: all reasons that were told.")
