"""The attributes that an organisation defines for its opportunities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline_gql.domain import attributes, text
from pipeline_gql.domain.attribute_types import Type
from pipeline_gql.domain.choices import flag, one_of
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


def _whole(row: models.AttributeDefinition) -> None:
    attributes.require_choices(row.type, row.choices or ())


ATTRIBUTE = Noun(
    models.AttributeDefinition,
    Permission.SET_UP,
    "attribute",
    {
        "key": Field("key", attributes.new_key, is_unique=True),
        "label": Field("label", text.required_text),
        "description": Field("description", partial(text.optional_text, limit=text.DESCRIPTION)),
        "type": Field("type", one_of(*Type)),
        "choices": Field("choices", attributes.choices_of),
        "required_at_creation": Field("required_at_creation", flag),
        "is_archived": Field("is_archived", flag),
    },
    required=frozenset({"key", "label", "type"}),
    whole=_whole,
)


@dataclass(frozen=True, slots=True)
class CreateAttribute:
    """None is absent. `type` is one of `attributes.Type`."""

    key: str | None = None
    label: str | None = None
    type: str | None = None
    description: str | None = None
    choices: Sequence[str] | None = None
    required_at_creation: bool | None = None


@dataclass(frozen=True, slots=True)
class UpdateAttribute:
    """`changes` holds what was sent, under the names of `CreateAttribute`, but neither key nor
    type; None clears."""

    attribute_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ArchiveAttribute:
    attribute_id: int
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateAttribute) -> Done:
    return Done({"attribute": await keeping.create(unit, viewer, ATTRIBUTE, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateAttribute) -> Done:
    """What opportunities have stays as it is, choices that are no more included."""
    return await _changed(unit, viewer, command, command.changes, "update")


async def archive(unit: Unit, viewer: Viewer, command: ArchiveAttribute) -> Done:
    """The values stay, can be filtered by and cleared; none is given any more."""
    return await _changed(unit, viewer, command, {"is_archived": True}, "archive")


async def restore(unit: Unit, viewer: Viewer, command: ArchiveAttribute) -> Done:
    return await _changed(unit, viewer, command, {"is_archived": False}, "restore")


async def _changed(
    unit: Unit,
    viewer: Viewer,
    command: UpdateAttribute | ArchiveAttribute,
    changes: Mapping[str, object],
    verb: str,
) -> Done:
    key, expected = command.attribute_id, command.expected_version
    await keeping.update(unit, viewer, ATTRIBUTE, key, changes, expected, verb)
    return Done({"attribute": key})
