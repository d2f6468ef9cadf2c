"""The attributes that an organisation defines for its opportunities."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.types.node import Node, told, typed
from pipeline_gql.domain.attribute_types import DECIMALS, Type

_WORDS = {
    Type.TEXT: "A text of at most 255 characters.",
    Type.LONG_TEXT: "A text of at most 10,000 characters; ordered by its first 255.",
    Type.INTEGER: "A whole number of at most 64 bits, such as -12.",
    Type.DECIMAL: f"A number of at most 19 digits and {DECIMALS} decimals, such as 12.5.",
    Type.BOOLEAN: "`true` or `false`.",
    Type.DATE: "A day, such as 2026-01-31.",
    Type.DATETIME: "A date and time, such as 2026-01-31T12:00:00Z; told in UTC. One without "
    "offset is read in the organisation's time zone.",
    Type.CHOICE: "One of the choices.",
    Type.MULTI_CHOICE: 'Some of the choices: a JSON list of them, such as ["A", "B"].',
}
_types: Any = Enum(
    "AttributeType",
    {type.name: strawberry.enum_value(type.value, description=_WORDS[type]) for type in Type},
)
AttributeType = strawberry.enum(
    _types, description="What the values of an attribute are; as texts all of them."
)


@strawberry.type(description="An attribute that opportunities of the organisation may have.")
class AttributeDefinition(Node):
    key: str = told("What its values are known by. Never changes.")
    label: str = told("What it is called.")
    description: str | None = told("What it is for.")
    type: Any = typed(AttributeType, "What its values are. Never changes.")
    choices: list[str] = told("What there is to choose from; empty where values are not chosen.")
    required_at_creation: bool = told("Whether no opportunity is created without a value.")
    is_archived: bool = told(
        "Whether it is archived: its values stay and may be cleared, and none is given any more."
    )
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")
