"""`trainingTokenType { … }`."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    filled,
    named,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.prices import PriceInput, prices
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.operations import training_token_types


@strawberry.input(description="The fields of a training token type that may be left out.")
class TrainingTokenTypeFields:
    is_active: bool | None = optional("Whether it can be sold; yes in a new type unless given.")
    prices: list[PriceInput] | None = optional("What a token costs: the whole list.")


@strawberry.input(description="A new training token type.")
class TrainingTokenTypeCreateInput(TrainingTokenTypeFields, WriteInput):
    name: str = needed("The token type's name, unique among token types.")


@strawberry.input(
    description="Changes of a training token type: absent is untouched, null is cleared."
)
class TrainingTokenTypeUpdateInput(TrainingTokenTypeFields, ChangeInput):
    training_token_type_id: strawberry.ID | None = optional("The training token type to change.")
    id: strawberry.ID | None = optional("The same as trainingTokenTypeId.")
    name: str | None = optional("The token type's name, unique among token types.")


@strawberry.type(description="What a mutation of a training token type answers.")
class TrainingTokenTypePayload(Payload):
    training_token_type: Any = of("TrainingTokenType", "catalogue", "training token type")


FIELDS: Fields = {"name": plain, "is_active": plain, "prices": prices}


def create(input: TrainingTokenTypeCreateInput, call: Call) -> Work:
    command = training_token_types.CreateTrainingTokenType(**filled(input, call, FIELDS))
    return lambda unit: training_token_types.create(unit, call.viewer, command)


def update(input: TrainingTokenTypeUpdateInput, call: Call) -> Work:
    command = training_token_types.UpdateTrainingTokenType(
        training_token_type_id=named(input, call, "TrainingTokenType", "training_token_type_id"),
        changes=sent(input, call, FIELDS),
        expected_version=given(input.expected_version),
    )
    return lambda unit: training_token_types.update(unit, call.viewer, command)


@strawberry.type(description="What can be done to training token types.")
class TrainingTokenTypeMutations:
    create: Any = verb(
        TrainingTokenTypeCreateInput,
        TrainingTokenTypePayload,
        create,
        "Creates a training token type.",
    )
    update: Any = verb(
        TrainingTokenTypeUpdateInput,
        TrainingTokenTypePayload,
        update,
        "Changes a training token type.",
    )
