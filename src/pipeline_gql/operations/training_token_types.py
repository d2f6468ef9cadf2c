"""Kinds of prepaid tokens."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import flag
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.operations.pricing import PRICES, Price
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

TRAINING_TOKEN_TYPE = Noun(
    models.TrainingTokenType,
    Permission.SET_UP,
    "training_token_type",
    {
        "name": Field("name", text.required_text, is_unique=True),
        "is_active": Field("is_active", flag),
    },
    required=frozenset({"name"}),
    lists=PRICES,
)


@dataclass(frozen=True, slots=True)
class CreateTrainingTokenType:
    name: str | None = None
    is_active: bool | None = None
    prices: Sequence[Price] | None = None


@dataclass(frozen=True, slots=True)
class UpdateTrainingTokenType:
    """`changes` holds what was sent, under the names of `CreateTrainingTokenType`; None clears."""

    training_token_type_id: str
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateTrainingTokenType) -> Done:
    key = secrets.token_hex(16)
    await keeping.create(unit, viewer, TRAINING_TOKEN_TYPE, command, key=key)
    return Done({"training_token_type": key})


async def update(unit: Unit, viewer: Viewer, command: UpdateTrainingTokenType) -> Done:
    key, changes = command.training_token_type_id, command.changes
    await keeping.update(unit, viewer, TRAINING_TOKEN_TYPE, key, changes, command.expected_version)
    return Done({"training_token_type": key})
