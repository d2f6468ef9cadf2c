"""Nothing that can be asked for is left out of what is compared with the reference."""

import json
from typing import Any, cast

import pytest
from graphql import GraphQLObjectType, get_named_type

from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.domain.viewer import Role
from tests.conformance.conftest import Asker, Both
from tests.conformance.lists import Field, Noun
from tests.conformance.reference import ROOTS
from tests.conformance.values import BY_KIND, elsewhere

SCHEMA = graphql_schema()
OPERATIONS = (
    *("eq", "ne", "gt", "ge", "lt", "le", "like", "wordlike"),
    *("in", "notin", "contains", "isnull", "notnull"),
)


def fields(type: Any) -> dict[str, Any]:
    return dict(cast(Any, get_named_type(type)).fields)


LISTS = {name: field for name, field in fields(SCHEMA.query_type).items() if "order" in field.args}


LISTED = {
    named.removesuffix("Connection"): field
    for type in SCHEMA.type_map.values()
    if isinstance(type, GraphQLObjectType)
    for field in type.fields.values()
    if "order" in field.args and (named := get_named_type(field.type).name)
}
"""A list of each noun, at the root or below a record."""


def members(noun: str, argument: str) -> tuple[set[str], dict[str, Any]]:
    """The fields by which a list is filtered or ordered, and its input's members."""
    input = fields(LISTED[noun].args[argument].type)
    return set(cast(Any, get_named_type(input["field"].type)).values), input


def test_every_list_of_the_schema_is_compared(prepared: Any) -> None:
    assert set(LISTS) == set(ROOTS)
    assert set(LISTED) <= set(prepared.references[Role.ADMIN].nouns)
    assert set(ROOTS.values()) < set(LISTED)


@pytest.mark.parametrize("name", sorted(LISTED))
def test_every_field_and_order_of_a_list_is_compared(prepared: Any, name: str) -> None:
    noun: Noun = prepared.references[Role.ADMIN].nouns[name]
    filters, input = members(name, "filters")
    assert set(noun.fields) == filters | ({"attribute"} & set(input))
    assert {"any", "all", "not", "operation", "value", "values"} <= set(input)
    assert set(cast(Any, get_named_type(input["operation"].type)).values) == set(OPERATIONS)
    orders, _ = members(name, "order")
    assert {"id", *noun.orders} == orders
    assert members(name, "orderBy")[0] == orders


@pytest.mark.parametrize("root", ROOTS)
async def test_an_operation_that_is_not_compared_is_refused(both: Both, root: str) -> None:
    noun = both.references[Role.ADMIN].nouns[ROOTS[root]]
    for name, known in noun.fields.items():
        for operation in OPERATIONS:
            found = await _codes(both, root, name, known, operation)
            assert found == ([] if _means(name, known, operation) else ["FILTER_MALFORMED"]), (
                name,
                operation,
            )


def _means(name: str, known: Field, operation: str) -> bool:
    if operation == "contains":
        return known.is_list
    return operation in ("isnull", "notnull", *BY_KIND[known.kind])


async def _codes(asker: Asker, root: str, name: str, known: Field, operation: str) -> list[str]:
    subject = {"attribute": {"key": "k1"}} if name == "attribute" else {"field": name}
    value: dict[str, Any] = {"value": "a" if "like" in operation else elsewhere(known)[0]}
    if operation in ("in", "notin", "contains"):
        value = {"values": list(value.values())}
    elif operation in ("isnull", "notnull"):
        value = {}
    type = cast(Any, get_named_type(LISTS[root].args["filters"].type)).name
    answered = await asker.ask(
        f"query Q($filters: [{type}!]) {{ {root}(filters: $filters) {{ totalCount }} }}",
        {"filters": [{**subject, "operation": operation, **value}]},
    )
    told = json.loads(answered.body)
    return [error["extensions"]["code"] for error in told.get("errors", [])]
