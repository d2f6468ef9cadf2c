"""Sequences of courses sold as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import flag
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.operations.pricing import PRICES, Price
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

LEARNING_PATH = Noun(
    models.LearningPath,
    Permission.SET_UP,
    "learning_path",
    {
        "code": Field("code", text.required_text, is_unique=True),
        "name": Field("name", text.required_text),
        "description": Field("description", partial(text.optional_text, limit=text.DESCRIPTION)),
        "is_active": Field("is_active", flag),
    },
    required=frozenset({"code", "name"}),
    lists=PRICES,
)


@dataclass(frozen=True, slots=True)
class CreateLearningPath:
    code: str | None = None
    name: str | None = None
    description: str | None = None
    is_active: bool | None = None
    prices: Sequence[Price] | None = None


@dataclass(frozen=True, slots=True)
class UpdateLearningPath:
    """`changes` holds what was sent, under the names of `CreateLearningPath`; None clears."""

    learning_path_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateLearningPath) -> Done:
    return Done({"learning_path": await keeping.create(unit, viewer, LEARNING_PATH, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateLearningPath) -> Done:
    key, changes = command.learning_path_id, command.changes
    await keeping.update(unit, viewer, LEARNING_PATH, key, changes, command.expected_version)
    return Done({"learning_path": key})
