"""Variables that are plainly of their types take a short way; it ends where graphql-core's does."""

from random import Random
from typing import Any

import pytest
from graphql import is_enum_type, is_input_object_type, is_list_type, is_non_null_type, parse
from graphql.execution.values import VariableValues, get_variable_values

from pipeline_gql.api import coercing
from pipeline_gql.api.coercing import MOST_ERRORS, Coercer
from pipeline_gql.api.schema import graphql_schema
from tests.api.test_permissions import VERBS

DEFINED = (
    "$a: ID!",
    "$a: String",
    '$a: String = "x", $b: ID!',
    "$a: [ID!]!",
    "$a: [[Int]], $b: String",
    "$a: ID!, $b: Int",
    "$a: DateTime",
    "$a: Boolean, $b: Float! = 2",
    "$a: OpportunityGraphFilter, $b: JSON",
)
GIVEN: list[dict[str, Any]] = [
    {"a": "one", "b": "two"},
    {"a": "one"},
    {"a": "\0\ud800", "b": "", "other": 3},
    {"a": None, "b": "two"},
    {"a": 1, "b": 2},
    {"a": ["one"], "b": True},
    {"a": [[1, None], None], "b": None},
    {"a": {"b": "c"}, "b": 1.5},
    {"a": {"any": [{"all": []}]}, "b": {"c": []}},
    {},
]
LEAVES: dict[str, tuple[Any, ...]] = {
    "Boolean": (True, False),
    "Int": (0, 7, -1, 2**31 - 1),
    "Float": (0, 1.5),
    "Decimal": ("1.50", 3, "0"),
    "Date": ("2026-01-31",),
    "DateTime": ("2026-01-31T09:00:00Z", "2026-01-31T09:00:00"),
    "JSON": ({"a": [1, None]}, "x", 1, []),
}
WRONG: tuple[Any, ...] = ("", 0, 2**31, 1.5, True, [], {}, {"strange": 1}, "Infinity", "2026-02-30")


def agree(defined: str, given: dict[str, Any]) -> None:
    node: Any = parse(f"query ({defined}) {{ __typename }}").definitions[0]
    schema, definitions = graphql_schema(), node.variable_definitions
    ours = Coercer(schema, definitions).coerced(given)
    theirs = get_variable_values(schema, definitions, given, max_errors=MOST_ERRORS)
    assert _told(ours) == _told(theirs)


@pytest.mark.parametrize("defined", DEFINED)
@pytest.mark.parametrize("given", GIVEN)
def test_variables_are_what_graphql_core_says(defined: str, given: dict[str, Any]) -> None:
    agree(defined, given)


def made_up(type: Any, random: Random, wrong: float) -> Any:
    """Of a type, as a client sends it; each part of it wrong every now and then."""
    if random.random() < wrong:
        return random.choice(WRONG)
    if is_non_null_type(type):
        type = type.of_type
    elif random.random() < 0.1:
        return None
    if is_list_type(type):
        return [made_up(type.of_type, random, wrong) for _ in range(random.randrange(3))]
    if is_enum_type(type):
        return random.choice([*type.values])
    if not is_input_object_type(type):
        return random.choice(LEAVES.get(type.name, ("", "x", "T3Bwb3J0dW5pdHk6MQ==")))
    needed = 1 - wrong
    members = [
        (name, field.type)
        for name, field in type.fields.items()
        if random.random() < (needed if is_non_null_type(field.type) else 0.4)
    ]
    random.shuffle(members)
    return {name: made_up(member, random, wrong) for name, member in members}


@pytest.mark.parametrize("verb", VERBS)
def test_an_input_is_what_graphql_core_says(verb: str) -> None:
    type = VERBS[verb].args["input"].type
    for seed in range(20):
        random = Random(seed)
        wrong = random.choice([0, 0, 0.02, 0.2])
        agree(f"$a: {type}", {"a": made_up(type, random, wrong)})


def test_graphql_core_is_asked_for_what_is_wrong_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(coercing, "get_variable_values", lambda *it, **_: asked.append(it[2]))
    type = VERBS["opportunities.create"].args["input"].type
    node: Any = parse(f"query ($a: {type}) {{ __typename }}").definitions[0]
    coercer = Coercer(graphql_schema(), node.variable_definitions)
    for seed in range(20):
        coercer.coerced({"a": made_up(type, Random(seed), 0)})
    assert asked == []
    coercer.coerced({"a": {}})
    assert asked == [{"a": {}}]


def _told(values: Any) -> Any:
    if not isinstance(values, VariableValues):
        return [error.message for error in values]
    sources = {name: (each.signature.name, each.value) for name, each in values.sources.items()}
    # Their order too: what is asked under a key is known again by it.
    return repr(values.coerced), sources
