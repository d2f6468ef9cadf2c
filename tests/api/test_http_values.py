"""No value of a variable breaks the server: wherever one goes, the answer is an answer.

The arguments are found by walking the served schema, so a new one is tried without being named.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)

from pipeline_gql.api.schema import graphql_schema
from tests.api.exchanges import Client

HOSTILE: list[Any] = [
    None, True, 0, -1, 2**31, 2**53 + 1, 2**63 - 1, 1.5, 1e300, "", " ", "0", "-1", "1e400", "NaN",
    "Infinity", "garbage", "\0", "a\0b", "\u202e", "🦊" * 50, "x" * 100_000, "%", "_\\", "'; --",
    "9" * 40, "0." + "1" * 40, "2024-02-30", "0000-00-00", "99999-01-01T00:00:00Z",
    "2024-01-01T00:00:00+99:00", "T3Bwb3J0dW5pdHk6MQ==", "T3Bwb3J0dW5pdHk6OTk5OTk5OTk5OTk5OTk5OTk5",
    "T3Bwb3J0dW5pdHk6AA==", "UmVnaW9uOgA=", [], [[]], {}, {"a": {"b": [None]}},
]  # fmt: skip
TEXTS = ["", "\0", "NaN", "1e400", "9" * 40, "2024-02-30", "99999-01-01T00:00:00Z", "%\\",
         "T3Bwb3J0dW5pdHk6OTk5OTk5OTk5OTk5OTk5OTk5", "T3Bwb3J0dW5pdHk6AA=="]  # fmt: skip
OPERATIONS = ("eq", "wordlike", "in")


PLAIN: dict[str, object] = {
    "ID": "T3Bwb3J0dW5pdHk6MQ==",
    "String": "x",
    "Int": 1,
    "Boolean": True,
    "Decimal": "1",
    "Date": "2026-01-31",
    "DateTime": "2026-01-31T12:00:00Z",
    "JSON": {},
}
"""Of each scalar a value that coerces, so that what is hostile beside it is reached."""
UNREAD = {"BAD_REQUEST", "BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
"""Of what is sent back before anybody has looked at its values."""


def filler(type: Any) -> object:
    """A value of any other type that coerces."""
    named = get_named_type(type)
    if isinstance(named, GraphQLInputObjectType):
        value: object = fillers(named)
    else:
        value = (
            next(iter(named.values)) if isinstance(named, GraphQLEnumType) else PLAIN[named.name]
        )
    return [value] if is_list(type) else value


def fillers(input: GraphQLInputObjectType) -> dict[str, object]:
    return {n: filler(f.type) for n, f in input.fields.items() if must_have(f.type)}


def must_have(type: object) -> bool:
    return isinstance(type, GraphQLNonNull)


def is_list(type: Any) -> bool:
    return isinstance(type.of_type if isinstance(type, GraphQLNonNull) else type, GraphQLList)


def selection(type: GraphQLNamedType) -> str:
    return " { __typename }" if is_composite_type(type) else ""


def root_fields(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLField]]:
    assert schema.query_type
    yield from schema.query_type.fields.items()


def asked(name: str, field: GraphQLField, *arguments: str) -> str:
    """A document with a variable of its own name for each of these."""
    declared = ", ".join(f"${each}: {field.args[each].type}" for each in arguments)
    given = ", ".join(f"{each}: ${each}" for each in arguments)
    return f"query ({declared}) {{ {name}({given}){selection(get_named_type(field.type))} }}"


def filters(schema: GraphQLSchema) -> Iterator[str]:
    """Every operation on every field that opportunities are filtered by."""
    enum: Any = schema.type_map["OpportunityField"]
    for name in enum.values:
        for operation in OPERATIONS:
            given = "values: [$v]" if operation == "in" else "value: $v"
            yield (
                f"opportunities(filters: [{{field: {name}, operation: {operation}, {given}}}])"
                " { totalCount nodes { id } }"
            )


def verbs(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLInputObjectType]]:
    assert schema.mutation_type
    for namespace, field in schema.mutation_type.fields.items():
        type = get_named_type(field.type)
        assert isinstance(type, GraphQLObjectType)
        for verb, inner in type.fields.items():
            if "input" in inner.args:
                declared: Any = get_named_type(inner.args["input"].type)
                yield namespace, verb, declared


async def refuse_to_break(client: Client, document: str, variables: dict[str, Any]) -> set[str]:
    """The codes of the answer."""
    reply = await client.post(document, variables)
    where = f"{document[:200]} {repr(variables)[:200]}"
    assert reply.status < 500, where
    codes = {error["extensions"]["code"] for error in reply.json.get("errors", ())}
    assert "INTERNAL" not in codes, where
    return codes


async def reach(client: Client, document: str, variables: dict[str, Any]) -> None:
    """What is sent is coerced, and judged by whoever is to answer."""
    assert not await refuse_to_break(client, document, variables) & UNREAD, (document, variables)


async def test_arguments_of_root_fields(client: Client) -> None:
    for name, field in root_fields(graphql_schema()):
        needed = {n: filler(a.type) for n, a in field.args.items() if must_have(a.type)}
        for argument, declared in field.args.items():
            if not is_leaf_type(get_named_type(declared.type)):
                continue
            document = asked(name, field, *dict.fromkeys([*needed, argument]))
            await reach(client, document, {**needed, argument: filler(declared.type)})
            for value in HOSTILE:
                await refuse_to_break(client, document, {**needed, argument: value})
                if is_list(declared.type):
                    await refuse_to_break(client, document, {**needed, argument: [value]})


async def test_values_of_filters(client: Client) -> None:
    for document in filters(graphql_schema()):
        for value in TEXTS:
            await refuse_to_break(client, f"query ($v: String) {{ {document} }}", {"v": value})


@pytest.mark.parametrize("as_list", [False, True])
async def test_members_of_inputs(client: Client, as_list: bool) -> None:
    for namespace, verb, declared in verbs(graphql_schema()):
        document = (
            f"mutation ($v: {declared.name}!) {{ {namespace} {{ {verb}(input: $v)"
            " { errors { code path message } } } }"
        )
        needed = fillers(declared)
        await reach(client, document, {"v": {**needed, "dryRun": True}})
        for name, field in declared.fields.items():
            if as_list is not is_list(field.type):
                continue
            for value in HOSTILE:
                wrapped = [value] if as_list else value
                await refuse_to_break(client, document, {"v": {**needed, name: wrapped}})
