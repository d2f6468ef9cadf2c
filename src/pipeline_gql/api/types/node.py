"""What all records share, and fields whose types stand in other modules."""

from typing import Annotated, Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import StrawberryField


@strawberry.interface(description="A record that its id alone finds.")
class Node:
    id: strawberry.ID = strawberry.field(description="The record's global id.")


def told(description: str) -> Any:
    """A field that is only described."""
    return strawberry.field(description=description)


def _named(type: str, module: str) -> Any:
    return Annotated[type, strawberry.lazy(f"pipeline_gql.api.types.{module}")]


def typed(type: Any, description: str) -> Any:
    """A field whose type is made, such as an enum of the domain."""
    return StrawberryField(type_annotation=StrawberryAnnotation(type), description=description)


def one(type: str, module: str, description: str) -> Any:
    """A record that is always there."""
    return typed(_named(type, module), description)


def maybe(type: str, module: str, description: str) -> Any:
    """A record or null."""
    return typed(_named(type, module) | None, description)


def several(type: str, module: str, description: str) -> Any:
    """A short plain list."""
    return typed(list[_named(type, module)], description)


def some(type: str, module: str, description: str) -> Any:
    """A short plain list, or null."""
    return typed(list[_named(type, module)] | None, description)
