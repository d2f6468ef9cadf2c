"""Payloads: what every mutation answers. `wording.py` fills in the errors."""

from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.scalars import Json
from pipeline_gql.api.types.node import maybe, some, typed
from pipeline_gql.domain.errors import Code

MEANINGS = {
    Code.TRANSITION_NOT_FOUND: "No transition leads from the step to the wanted one.",
    Code.TRANSITION_NOT_PERMITTED: "The viewer may not use the transition.",
    Code.CONDITION_NOT_MET: "A condition of the transition does not hold.",
    Code.ATTRIBUTE_REQUIRED: "The transition needs an attribute that has no value.",
    Code.VALUE_INVALID: "A value is not acceptable.",
    Code.VALUE_REQUIRED: "A value is missing.",
    Code.VERSION_CONFLICT: "The record changed since the expected version.",
    Code.STEP_RETIRED: "The step was removed from the pipeline.",
    Code.NOT_ENOUGH_PLACES: "The event has fewer places left than were asked for.",
    Code.ACTION_FAILED: "An action of the transition failed.",
    Code.DRAFT_BEHIND: "Another version is in force than the draft began with or the call expects.",
    Code.NOT_PERMITTED: "The viewer may see the record, but not do this to it.",
    Code.NOT_AN_ENTRY_STEP: "An opportunity cannot start on the step.",
    Code.ITEM_NOT_AVAILABLE: "The item cannot be sold as things are.",
    Code.TOO_MANY_LEARNERS: "There are more learners than the quantity.",
    Code.NOT_FOUND: "The id names nothing that the viewer may see.",
    Code.ALREADY_CONVERTED: "The lead is an opportunity by now, and changes no more.",
    Code.IDEMPOTENCY_KEY_REUSED: "The key was used before with other input.",
    Code.QUOTA_EXCEEDED: "The organisation's files would take more room than they may.",
    Code.ROLLED_BACK: "Another verb of the atomic namespace was refused, so nothing was done.",
    Code.TRY_AGAIN: "The server was too busy; nothing was written, try again.",
}

_codes: Any = Enum(
    "MutationErrorCode",
    {code.name: strawberry.enum_value(code.value, description=MEANINGS[code]) for code in Code},
)
MutationErrorCode = strawberry.enum(_codes, description="Why a mutation was refused.")


@strawberry.type(description="The rule of a transition that was not kept.")
class RefusalRule:
    id: strawberry.ID = strawberry.field(description="The rule's id.")
    name: str = strawberry.field(description="The rule's name.")


@strawberry.type(description="What helps against a refusal.")
class Remedy:
    title: str = strawberry.field(description="What it does, in a few words.")
    mutation: str | None = strawberry.field(
        description="A document to execute as it is, with `variables`; null if it is only advice."
    )
    variables: Json | None = strawberry.field(
        description="The variables of `mutation`; null if it is only advice."
    )


@strawberry.type(description="A reason why a mutation did nothing.")
class MutationError:
    label: str = strawberry.field(description="The kind of refusal, in Title Case.")
    message: str = strawberry.field(description="One sentence for people.")
    value: str | None = strawberry.field(description="The offending input.")
    code: Any = typed(MutationErrorCode, "The kind of refusal, for programs.")
    path: list[str] = strawberry.field(
        description="Where in the arguments the reason stands, such as `input`, `stepId`; empty "
        "where it is no part of them, such as who asks, or how things stand."
    )
    rule: RefusalRule | None = strawberry.field(
        description="The rule that was not kept; null where no rule is the reason."
    )
    retryable: bool = strawberry.field(
        description="Whether the same call may succeed later as it is."
    )
    remedies: list[Remedy] = strawberry.field(
        description="What helps, the best first; empty where nothing is known to."
    )


@strawberry.interface(description="What every mutation answers.")
class Payload:
    errors: list[MutationError] = strawberry.field(
        description="Empty on success; else why nothing was written."
    )
    replayed: bool = strawberry.field(
        description="Whether this is the stored answer of an earlier call with the same key."
    )
    effects: Any = maybe(
        "Effects",
        "effects",
        "What it brought about, or with dryRun would; null if the mutation was refused, or if "
        "it is answered again and the first call did not select the same.",
    )


def of(type: str, module: str, name: str) -> Any:
    """The object of a payload; null when the mutation was refused."""
    return maybe(type, module, f"The {name}; null if the mutation was refused.")


__all__ = ["MutationError", "Payload", "of", "some"]
