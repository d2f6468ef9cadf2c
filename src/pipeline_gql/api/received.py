"""A verb's input as the object that its module declares.

As Strawberry would make it; but what it looks up anew for each member of each request (types,
names, defaults) is looked up once here.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from strawberry import UNSET
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition
from strawberry.types.lazy_type import LazyType

Reader = Callable[[Any], Any]
"""Of a value as graphql-core coerced it."""

_NAMES = StrawberryConfig().name_converter


@cache
def reader(type: Any) -> Reader:
    if isinstance(type, StrawberryOptional):
        return reader(type.of_type)
    if isinstance(type, LazyType):
        return reader(type.resolve_type())
    if isinstance(type, StrawberryList):
        return _list(type.of_type)
    return _as_is if get_object_definition(type) is None else _object(type)


def _as_is(value: Any) -> Any:
    return value


def _list(type: Any) -> Reader:
    each = reader(type)
    return lambda values: values if values in (None, UNSET) else [each(value) for value in values]


def _object(type: Any) -> Reader:
    def read(value: Mapping[str, Any] | None) -> Any:
        if value is None or value is UNSET:
            return value
        # Looked up now: an input may have members of its own type.
        members = _members(type)
        found: dict[str, Any] = {}
        for name, each in value.items():
            python_name, read = members[name]
            found[python_name] = read(each)
        return type(**found)

    return read


@cache
def _members(type: Any) -> dict[str, tuple[str, Reader]]:
    definition = get_object_definition(type, strict=True)
    return {
        _NAMES.from_field(field): (
            field.python_name,
            reader(field.resolve_type(type_definition=definition)),
        )
        for field in definition.fields
    }
