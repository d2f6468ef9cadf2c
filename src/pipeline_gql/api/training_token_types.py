"""`trainingTokenType { … }`."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.prices import PriceInput, prices
from pipeline_gql.api.usual import creating, updating
from pipeline_gql.api.verbs import verb
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


create = creating(training_token_types.CreateTrainingTokenType, training_token_types.create, FIELDS)
update = updating(
    "TrainingTokenType",
    training_token_types.UpdateTrainingTokenType,
    training_token_types.update,
    FIELDS,
)


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
