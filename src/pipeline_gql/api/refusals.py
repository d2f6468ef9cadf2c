"""`errorCatalog`: every way in which a mutation may refuse, told before it does."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, cast

import strawberry
from strawberry import Info

from pipeline_gql.api.context import Context
from pipeline_gql.api.kinds import named
from pipeline_gql.api.payloads import MEANINGS, MutationErrorCode
from pipeline_gql.api.types.node import typed
from pipeline_gql.domain.errors import Code, Refusal

REMEDIES: Mapping[Code, str] = {
    Code.TRANSITION_NOT_FOUND: "Go by the shortest way that the remedies name, or to another step.",
    Code.TRANSITION_NOT_PERMITTED: "Ask one of those who may use the transition.",
    Code.CONDITION_NOT_MET: "Change what the condition asks about, then move.",
    Code.ATTRIBUTE_REQUIRED: "Give the value in the call's attributes, or set it before.",
    Code.VALUE_INVALID: "Send a value that the message allows.",
    Code.VALUE_REQUIRED: "Send the value.",
    Code.VERSION_CONFLICT: "Read the record again and send its version as expectedVersion.",
    Code.STEP_RETIRED: "Go to the step that took its place.",
    Code.NOT_ENOUGH_PLACES: "Take one of the other dates that the remedies name, or fewer places.",
    Code.ACTION_FAILED: "Do what helps against the cause that the message names.",
    Code.DRAFT_BEHIND: "Rebase the draft on the version that is published, as the remedies say.",
    Code.NOT_PERMITTED: "Ask somebody who may, as the remedies say.",
    Code.NOT_AN_ENTRY_STEP: "Start on one of the entry steps that the remedies name.",
    Code.ITEM_NOT_AVAILABLE: "Name another, or make it available.",
    Code.TOO_MANY_LEARNERS: "Raise the quantity, or name fewer learners.",
    Code.NOT_FOUND: "Send the id of a record that the viewer sees.",
    Code.ALREADY_CONVERTED: "Change the opportunity that the lead became.",
    Code.IDEMPOTENCY_KEY_REUSED: "Send a new idempotencyKey.",
    Code.QUOTA_EXCEEDED: "Delete attachments, or link to a document that is kept elsewhere.",
    Code.ROLLED_BACK: "Do what helps against the refusal of the verb that the value names.",
    Code.TRY_AGAIN: "Send the same call again after a moment.",
}

_MOVING = frozenset({"opportunities.progress", "opportunities.place"})
_WANTING = frozenset({"opportunities.addInterest", "opportunities.updateInterest"})
_STARTING = frozenset({"opportunities.create", "lead.convert"})
_HOLDING = frozenset(
    {"opportunities.reservePlacesForInterests", "opportunities.extendReservations"}
)
_PUBLISHING = frozenset({"pipeline.publish", "pipeline.revert"})
_FILES = frozenset({"opportunities.addAttachment", "lead.addAttachment", "opportunities.link"})
ONLY: Mapping[Code, frozenset[str]] = {
    Code.TRANSITION_NOT_FOUND: _MOVING,
    Code.TRANSITION_NOT_PERMITTED: _MOVING,
    Code.CONDITION_NOT_MET: _MOVING,
    Code.ATTRIBUTE_REQUIRED: _MOVING | _STARTING,
    Code.STEP_RETIRED: _MOVING | _STARTING,
    Code.ACTION_FAILED: _MOVING,
    Code.NOT_ENOUGH_PLACES: _MOVING | _WANTING | _HOLDING,
    Code.NOT_AN_ENTRY_STEP: _STARTING | _MOVING,
    Code.TOO_MANY_LEARNERS: _MOVING | _WANTING,
    Code.QUOTA_EXCEEDED: _FILES,
    Code.DRAFT_BEHIND: _PUBLISHING,
}
"""The mutations that a code is for, of those that are not for nearly all."""


@strawberry.type(description="A way in which mutations refuse.")
class ErrorDescription:
    code: Any = typed(MutationErrorCode, "The kind of refusal, for programs.")
    label: str = strawberry.field(description="The kind of refusal, in Title Case.")
    message: str = strawberry.field(
        description="The sentence for people, with names in braces for what varies."
    )
    meaning: str = strawberry.field(description="When it arises.")
    remedy: str | None = strawberry.field(description="What helps; null where nothing is known to.")
    retryable: bool = strawberry.field(
        description="Whether the same call may succeed later as it is."
    )
    mutations: list[str] = strawberry.field(
        description="The mutations that may answer it, as namespace.verb."
    )


def error_catalog(
    info: Info[Context, None],
    mutation: Annotated[
        str | None,
        strawberry.argument(description="Only what this one may answer, as namespace.verb."),
    ] = None,
) -> list[ErrorDescription]:
    found = catalog(cast(Any, info.schema)._schema)
    if mutation is None:
        return list(found)
    return [each for each in found if mutation in each.mutations]


@cache
def catalog(schema: Any) -> tuple[ErrorDescription, ...]:
    """All kinds of refusals, by code as they are listed there."""
    verbs = dict(_verbs(schema))
    order = list(Code)
    return tuple(
        ErrorDescription(
            code=MutationErrorCode[kind.code.name],
            label=kind.title(),
            message=kind.message,
            meaning=MEANINGS[kind.code],
            remedy=REMEDIES.get(kind.code),
            retryable=kind.retryable,
            mutations=[verb for verb, input in verbs.items() if _may(kind.code, verb, input)],
        )
        for kind in sorted(_kinds(Refusal), key=lambda kind: order.index(kind.code))
    )


def _kinds(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)


def _verbs(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every mutation and its input's members."""
    for namespace, field in schema.mutation_type.fields.items():
        for verb, known in named(field.type).fields.items():
            yield f"{namespace}.{verb}", named(known.args["input"].type).fields


def _may(code: Code, verb: str, input: Mapping[str, Any]) -> bool:
    if code is Code.VERSION_CONFLICT:
        return "expectedVersion" in input
    if code is Code.ALREADY_CONVERTED:
        return "leadId" in input or verb.startswith("lead.")
    return code not in ONLY or verb in ONLY[code]
