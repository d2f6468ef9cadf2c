"""Every query that stands anywhere in the tests, the README and the explorer, both ways."""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from pipeline_gql.api.graphiql import examples
from pipeline_gql.domain.viewer import Role
from tests.conformance.conftest import Both
from tests.conformance.reference import served
from tests.test_readme import DOCUMENTS

TESTS = Path(__file__).parents[1]
REFUSED = {
    *("FILTER_MALFORMED", "PAGE_MALFORMED", "ARGUMENT_MALFORMED"),
    *("LIMIT_EXCEEDED", "GRAPHQL_PARSE_FAILED"),
}
"""What may be wrong with a query that a test asks for the sake of that."""
WITHOUT_SHAPE = {"__schema", "__type", "mutationResult", "errorCatalog"}


def texts() -> Iterator[str]:
    yield from DOCUMENTS.values()
    yield from (example.query for example in examples())
    for file in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{" in node.value:
                yield node.value


@cache
def queries() -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts() if _can_be_asked(text)))


def _can_be_asked(text: str) -> bool:
    try:
        document = parse(text, max_tokens=5_000)
    except (GraphQLError, RecursionError):
        return False
    return _is_plain_query(document) and not validate(served, document)


def _is_plain_query(document: DocumentNode) -> bool:
    """One query that names nothing it must be given, of records alone."""
    found = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if len(found) != 1 or found[0].operation is not OperationType.QUERY:
        return False
    variables = found[0].variable_definitions or ()
    if any(isinstance(v.type, NonNullTypeNode) and v.default_value is None for v in variables):
        return False
    roots = found[0].selection_set.selections
    return not {r.name.value for r in roots if isinstance(r, FieldNode)} & WITHOUT_SHAPE


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
async def test_every_query_of_the_suite_is_answered_as_the_reference_answers(
    both: Both, role: Role
) -> None:
    compared, refused = 0, Counter[str]()
    for text in queries():
        answer = await both.ask(text, {}, both.references[role].viewer)
        if errors := json.loads(answer.body).get("errors"):
            refused.update(error["extensions"]["code"] for error in errors)
            continue
        await both.compare(text, {}, role)
        compared += 1
    assert set(refused) <= REFUSED
    assert compared > 15, refused
