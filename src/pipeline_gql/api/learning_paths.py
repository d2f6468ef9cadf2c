"""`learningPath { … }`."""

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
from pipeline_gql.operations import learning_paths


@strawberry.input(description="The fields of a learning path that may be left out.")
class LearningPathFields:
    description: str | None = optional("What it leads to.")
    is_active: bool | None = optional("Whether it can be sold; yes in a new path unless given.")
    prices: list[PriceInput] | None = optional("What it costs: the whole list.")


@strawberry.input(description="A new learning path.")
class LearningPathCreateInput(LearningPathFields, WriteInput):
    code: str = needed("The path's code, unique among paths.")
    name: str = needed("The path's name.")


@strawberry.input(description="Changes of a learning path: absent is untouched, null is cleared.")
class LearningPathUpdateInput(LearningPathFields, ChangeInput):
    learning_path_id: strawberry.ID | None = optional("The learning path to change.")
    id: strawberry.ID | None = optional("The same as learningPathId.")
    code: str | None = optional("The path's code, unique among paths.")
    name: str | None = optional("The path's name.")


@strawberry.type(description="What a mutation of a learning path answers.")
class LearningPathPayload(Payload):
    learning_path: Any = of("LearningPath", "catalogue", "learning path")


FIELDS: Fields = {
    "code": plain,
    "name": plain,
    "description": plain,
    "is_active": plain,
    "prices": prices,
}


create = creating(learning_paths.CreateLearningPath, learning_paths.create, FIELDS)
update = updating("LearningPath", learning_paths.UpdateLearningPath, learning_paths.update, FIELDS)


@strawberry.type(description="What can be done to learning paths.")
class LearningPathMutations:
    create: Any = verb(
        LearningPathCreateInput, LearningPathPayload, create, "Creates a learning path."
    )
    update: Any = verb(
        LearningPathUpdateInput, LearningPathPayload, update, "Changes a learning path."
    )
