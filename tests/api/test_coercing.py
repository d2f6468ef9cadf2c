"""Variables that are texts take a short way; it ends where graphql-core's does."""

from typing import Any

import pytest
from graphql import parse
from graphql.execution.values import VariableValues, get_variable_values

from pipeline_gql.api.coercing import MOST_ERRORS, coerced, texts_of
from pipeline_gql.api.schema import graphql_schema

DEFINED = {
    "$a: ID!": True,
    "$a: String": True,
    '$a: String = "x", $b: ID!': True,
    "$a: [ID!]!": False,
    "$a: ID!, $b: Int": False,
    "$a: DateTime": False,
}
GIVEN: list[dict[str, Any]] = [
    {"a": "one", "b": "two"},
    {"a": "one"},
    {"a": "\0\ud800", "b": "", "other": 3},
    {"a": None, "b": "two"},
    {"a": 1, "b": 2},
    {"a": ["one"], "b": True},
    {"a": {"b": "c"}, "b": 1.5},
    {},
]


@pytest.mark.parametrize(("defined", "short"), DEFINED.items())
@pytest.mark.parametrize("given", GIVEN)
def test_variables_are_what_graphql_core_says(
    defined: str, short: bool, given: dict[str, Any]
) -> None:
    node: Any = parse(f"query ({defined}) {{ __typename }}").definitions[0]
    schema, definitions = graphql_schema(), node.variable_definitions
    texts = texts_of(schema, definitions)
    assert (texts is not None) == short
    ours = coerced(schema, definitions, texts, given)
    theirs = get_variable_values(schema, definitions, given, max_errors=MOST_ERRORS)
    assert _told(ours) == _told(theirs)


def _told(values: Any) -> Any:
    if not isinstance(values, VariableValues):
        return [error.message for error in values]
    sources = {name: (each.signature.name, each.value) for name, each in values.sources.items()}
    return list(values.coerced.items()), sources
