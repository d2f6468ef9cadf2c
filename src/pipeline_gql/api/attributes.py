"""`attribute { … }`, and the values that inputs of opportunities have."""

from collections.abc import Sequence
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    demanded,
    filled,
    member,
    named,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.types.attributes import AttributeType
from pipeline_gql.api.verbs import Call, Work, given, legible, verb
from pipeline_gql.domain.attributes import MOST_CHOICES, Given
from pipeline_gql.domain.errors import Path
from pipeline_gql.operations import attributes


@strawberry.input(description="A value for an attribute that the organisation defined.")
class OpportunityAttributeInput:
    definition_key: str = needed("The key of the attribute.")
    value: str | None = optional("The value, as a text whatever the type; null clears it.")


def values(call: Call, value: Sequence[OpportunityAttributeInput], path: Path) -> object:
    """Attributes as commands take them."""
    del call, path
    return tuple(Given(legible(each.definition_key), given(each.value)) for each in value)


@strawberry.input(description="The fields of an attribute that may be left out.")
class AttributeFields:
    description: str | None = optional("What it is for.")
    choices: list[str] | None = optional(
        "What there is to choose from: the whole list, in its order, each once in any case; at "
        f"most {MOST_CHOICES}. Needed where values are chosen, and absent elsewhere. A choice "
        "that is left out stays where it was chosen."
    )
    required_at_creation: bool | None = optional(
        "Whether no opportunity is created without a value; false unless given."
    )


@strawberry.input(description="A new attribute.")
class AttributeCreateInput(AttributeFields, WriteInput):
    key: str = needed(
        "What its values are known by, unique and for good: small letters, digits and _, a letter "
        "first; not the name of what an opportunity has anyway."
    )
    label: str = needed("What it is called.")
    type: Any = demanded(AttributeType, "What its values are, for good.")


@strawberry.input(description="Which attribute.")
class AttributeChangeInput(ChangeInput):
    attribute_id: strawberry.ID | None = optional("The attribute to change.")
    id: strawberry.ID | None = optional("The same as attributeId.")


@strawberry.input(description="Changes of an attribute: absent is untouched, null is cleared.")
class AttributeUpdateInput(AttributeFields, AttributeChangeInput):
    label: str | None = optional("What it is called.")


@strawberry.input(description="The attribute that is to be given no more values.")
class AttributeArchiveInput(AttributeChangeInput):
    pass


@strawberry.input(description="The archived attribute that is to be used again.")
class AttributeRestoreInput(AttributeChangeInput):
    pass


@strawberry.type(description="What a mutation of an attribute answers.")
class AttributePayload(Payload):
    attribute: Any = of("AttributeDefinition", "attributes", "attribute")


CHANGING: Fields = {
    "label": plain,
    "description": plain,
    "choices": plain,
    "required_at_creation": plain,
}
FIELDS: Fields = {"key": plain, "type": member, **CHANGING}


def create(input: AttributeCreateInput, call: Call) -> Work:
    command = attributes.CreateAttribute(**filled(input, call, FIELDS))
    return lambda unit: attributes.create(unit, call.viewer, command)


def update(input: AttributeUpdateInput, call: Call) -> Work:
    command = attributes.UpdateAttribute(
        attribute_id=named(input, call, "AttributeDefinition", "attribute_id"),
        changes=sent(input, call, CHANGING),
        expected_version=given(input.expected_version),
    )
    return lambda unit: attributes.update(unit, call.viewer, command)


def archive(input: AttributeArchiveInput, call: Call) -> Work:
    command = _archiving(input, call)
    return lambda unit: attributes.archive(unit, call.viewer, command)


def restore(input: AttributeRestoreInput, call: Call) -> Work:
    command = _archiving(input, call)
    return lambda unit: attributes.restore(unit, call.viewer, command)


def _archiving(input: AttributeChangeInput, call: Call) -> attributes.ArchiveAttribute:
    return attributes.ArchiveAttribute(
        attribute_id=named(input, call, "AttributeDefinition", "attribute_id"),
        expected_version=given(input.expected_version),
    )


def _verb(input: Any, read: Any, description: str) -> Any:
    return verb(input, AttributePayload, read, description)


@strawberry.type(description="What can be done to attributes, by administrators.")
class AttributeMutations:
    create: Any = _verb(
        AttributeCreateInput, create, "Defines an attribute that opportunities may have."
    )
    update: Any = _verb(
        AttributeUpdateInput, update, "Changes an attribute; the values that there are stay."
    )
    archive: Any = _verb(
        AttributeArchiveInput, archive, "Leaves an attribute's values, and gives no more of them."
    )
    restore: Any = _verb(AttributeRestoreInput, restore, "Undoes archive.")
