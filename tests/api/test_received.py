"""Inputs as objects: our reader makes of every verb's input what Strawberry makes of it."""

from random import Random
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, is_list_type, is_non_null_type
from strawberry.types.arguments import convert_argument

from pipeline_gql.api.received import reader
from pipeline_gql.api.schema import SCHEMA
from tests.api.test_permissions import VERBS

DEEPEST = 4


def made_up(type: Any, random: Random, depth: int = 0) -> Any:
    """A value as graphql-core coerces it; what a leaf is does not matter here."""
    if is_non_null_type(type):
        type = type.of_type
    elif random.random() < 0.15:
        return None
    if is_list_type(type):
        return [made_up(type.of_type, random, depth + 1) for _ in range(random.randrange(3))]
    if not isinstance(type, GraphQLInputObjectType):
        return random.choice(["", "x", 0, 7, True])
    return {
        name: made_up(field.type, random, depth + 1)
        for name, field in type.fields.items()
        if is_non_null_type(field.type) or (depth < DEEPEST and random.random() < 0.5)
    }


def strawberrys(type: Any, value: Any) -> Any:
    registry = SCHEMA.schema_converter.scalar_registry
    return convert_argument(value, type, registry, SCHEMA.config)


@pytest.mark.parametrize("verb", VERBS)
def test_an_input_is_read_as_strawberry_reads_it(verb: str) -> None:
    field = VERBS[verb]
    (argument,) = field.extensions["strawberry-definition"].arguments
    for seed in range(20):
        value = made_up(field.args["input"].type, Random(seed))
        assert reader(argument.type)(value) == strawberrys(argument.type, value), value


def test_the_lists_of_a_request_are_its_own() -> None:
    (argument,) = VERBS["opportunities.create"].extensions["strawberry-definition"].arguments
    tags = ["a"]
    read = reader(argument.type)({"name": "x", "tags": tags})
    assert read.tags == tags
    assert read.tags is not tags
