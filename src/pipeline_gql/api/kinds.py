"""graphql-core's predicates on types, free of its partly unknown annotations."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLUnionType,
)

Type = Any
"""A type of graphql-core. `of_type`, `fields` and `name` are there where the predicate says so."""


def is_list(type: Type) -> bool:
    return isinstance(type, GraphQLList)


def is_required(type: Type) -> bool:
    return isinstance(type, GraphQLNonNull)


def is_enum(type: Type) -> bool:
    return isinstance(type, GraphQLEnumType)


def is_input(type: Type) -> bool:
    return isinstance(type, GraphQLInputObjectType)


def is_abstract(type: Type) -> bool:
    return isinstance(type, GraphQLInterfaceType | GraphQLUnionType)


def nullable(type: Type) -> Type:
    """The type without its being required."""
    return type.of_type if is_required(type) else type


def named(type: Type) -> Type:
    """The type without its lists and requirements."""
    while is_list(type) or is_required(type):
        type = type.of_type
    return type
