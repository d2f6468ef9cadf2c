"""Inputs of verbs, as documents give them: ours are what graphql-core says they are."""

from typing import Any

import pytest
from graphql import GraphQLError, parse
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from pipeline_gql.api import arguments
from pipeline_gql.api.arguments import input_of
from pipeline_gql.api.schema import graphql_schema

DEFINED = (
    "$a: ID, $n: String = null, $o: OpportunityCreateInput, $t: [ID!], $d: Boolean,"
    ' $s: String = "x"'
)
INPUTS = {
    "create": (
        "$o",
        '{name: "x"}',
        "{name: $n}",
        '{name: "x", regionId: $a, tags: $t, dryRun: $d}',
        '{tags: ["a"], name: "x", amount: "1.50", expectedCloseDate: "2026-01-31"}',
        '{name: "x", tags: "a", teamIds: [$a], contactIds: [{contactId: $a, primary: $d}]}',
        '{name: "x", amount: null, accountId: 3, probability: 7}',
        "{regionId: $a}",
    ),
    "progress": (
        "{opportunityId: $a, stepId: $a}",
        '{opportunityId: "x", noop: true, reason: $s,'
        ' attributes: [{definitionKey: "k", value: $n}]}',
    ),
}
GIVEN: tuple[dict[str, Any], ...] = (
    {},
    {"a": "x", "n": "y", "d": True, "t": ["a", "b"]},
    {"a": None, "n": None, "d": None, "t": None, "o": None},
    {"o": {"name": "x", "tags": []}, "t": []},
)
CASES = [(verb, input) for verb, inputs in INPUTS.items() for input in inputs]


def said(ask: Any) -> Any:
    try:
        return repr(ask())
    except GraphQLError as error:
        return error.message


def asking(verb: str, input: str, given: dict[str, Any]) -> tuple[Any, Any, VariableValues]:
    text = f"mutation ({DEFINED}) {{ opportunities {{ {verb}(input: {input}) {{ replayed }} }} }}"
    schema, operation = graphql_schema(), parse(text).definitions[0]
    whole: Any = operation
    node = whole.selection_set.selections[0].selection_set.selections[0]
    types: Any = schema.type_map
    field = types["OpportunityMutations"].fields[verb]
    values = get_variable_values(schema, whole.variable_definitions, given)
    assert isinstance(values, VariableValues)
    return field, node, values


@pytest.mark.parametrize(("verb", "input"), CASES)
@pytest.mark.parametrize("given", GIVEN)
def test_an_input_is_what_graphql_core_says(verb: str, input: str, given: dict[str, Any]) -> None:
    field, node, values = asking(verb, input, given)
    ours = input_of(field, node)
    for _ in range(2):
        theirs = said(lambda: get_argument_values(field, node, values)["input"])
        assert said(lambda: ours(values)) == theirs


@pytest.mark.parametrize(("verb", "input"), CASES)
def test_graphql_core_is_not_asked_for_what_is_given(
    verb: str, input: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    field, node, values = asking(verb, input, {**GIVEN[1], **GIVEN[3]})
    if "name" in input or verb == "progress" or input == "$o":
        monkeypatch.setattr(arguments, "get_argument_values", None)
    assert said(lambda: input_of(field, node)(values))


def test_the_lists_of_a_request_are_its_own() -> None:
    field, node, values = asking("create", '{name: "x", tags: "a"}', {})
    read = input_of(field, node)
    read(values)["tags"].append("b")
    assert read(values)["tags"] == ["a"]
