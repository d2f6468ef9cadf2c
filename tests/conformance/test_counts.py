"""One statement a root field, one connection and one transaction a document, whatever the page."""

import asyncio
import json
import re
from time import monotonic
from typing import Any

import pytest

from pipeline_gql.api.execution import Executor
from pipeline_gql.api.questions import Question
from pipeline_gql.config import Settings
from pipeline_gql.store.database import Database
from tests.conformance.conftest import Asker, Both
from tests.conformance.crowd import overheard
from tests.conformance.told import TOLD
from tests.organisations import Organisation

ROOTS = {
    "search": 1,
    "search without a page": 1,
    "in a step": 1,
    "an event": 1,
    "steps": 1,
    "kinds": 1,
    "kinds, not deep": 1,
    "a board": 2,
    "a board of nothing": 2,
    "columns": 1,
    "columns, searched": 1,
    "columns of nothing": 1,
}


class Counted:
    """What a database's read pool did while a document was answered."""

    def __init__(self, asker: Asker) -> None:
        self.asker, self.pool = asker, asker.database.reads

    async def ask(self, text: str, variables: dict[str, Any]) -> tuple[int, int, int]:
        """Statements as the pool counts them, transactions, connections opened."""
        pool = self.pool
        before = (pool.statements, pool.transactions, pool.opened)
        answer = await self.asker.ask(text, variables)
        assert "errors" not in json.loads(answer.body)
        after = (pool.statements, pool.transactions, pool.opened)
        statements, transactions, opened = (b - a for a, b in zip(before, after, strict=True))
        assert answer.statements == statements
        return statements, transactions, opened


@pytest.mark.parametrize("name", TOLD)
async def test_every_root_field_is_one_statement_and_every_document_one_transaction(
    both: Both, name: str
) -> None:
    text, variables = TOLD[name]
    counted = Counted(both)
    assert await counted.ask(text, variables) == (ROOTS[name], 1, 1)
    assert await counted.ask(text, variables) == (ROOTS[name], 1, 0)


@pytest.mark.parametrize("size", [0, 1, 10, 100])
async def test_the_size_of_the_page_adds_no_statement(both: Both, size: int) -> None:
    text = """query Q($n: Int) { opportunities(first: $n) { edges { node { interests(first: $n) {
        totalCount nodes { item { id } opportunity { contacts(first: $n) { nodes { name } } } }
    } } } } }"""
    statements, transactions, _ = await Counted(both).ask(text, {"n": size})
    assert (statements, transactions) == (1, 1)


async def test_many_root_fields_share_a_transaction_in_their_order(both: Both) -> None:
    text = (
        "{ a: accounts { totalCount } __typename b: tags { totalCount } c: users { totalCount } }"
    )
    assert await Counted(both).ask(text, {}) == (3, 1, 1)
    data = await both.read(text)
    assert list(data) == ["a", "__typename", "b", "c"]


async def test_what_is_known_without_asking_asks_nothing(both: Both) -> None:
    text = '{ __typename node(id: "nonsense") { id } opportunity(id: "UHJpY2U6MQ==") { id } }'
    assert await Counted(both).ask(text, {}) == (0, 0, 0)
    assert await both.read(text) == {"__typename": "Query", "node": None, "opportunity": None}
    introspection = '{ __schema { queryType { name } } __type(name: "Tag") { name } }'
    assert await Counted(both).ask(introspection, {}) == (0, 0, 0)


async def test_documents_at_once_have_a_transaction_each(
    database: Database, organisation: Organisation
) -> None:
    executor = Executor(database, Settings())
    question = Question("{ accounts { nodes { name contacts { nodes { name } } } } }")

    async def ask() -> bytes:
        deadline = monotonic() + 10
        answer = await executor.answer(
            question, organisation.admin, deadline=deadline, request_id="x", query_only=True
        )
        return answer.body

    pool = database.reads
    transactions = pool.transactions
    bodies = await asyncio.gather(*(ask() for _ in range(5)))
    assert len({*bodies}) == 1
    assert pool.transactions - transactions == 5


@pytest.mark.parametrize("name", TOLD)
async def test_json_is_put_together_as_text(both: Both, name: str) -> None:
    """PostgreSQL's own functions for JSON take twice as long; they are for single values."""
    with overheard() as asked:
        await both.ask(*TOLD[name])
    assert len(asked) == ROOTS[name]
    for sql, _ in asked:
        assert "concat(" in sql
        assert not re.search(r"json_(build|agg|object)|row_to_json", sql)


async def test_a_document_asked_again_is_a_statement_prepared_once(both: Both) -> None:
    with overheard() as asked:
        for _ in range(3):
            await both.ask(*TOLD["search"])
    assert len(asked) == 3
    async with both.database.reading(both.admin.org_id) as reader:
        found = await reader.json(
            "SELECT convert_to(concat(count(*), ' ', sum(generic_plans), ' ', sum(custom_plans)),"
            " 'UTF8') FROM pg_prepared_statements WHERE statement = $1",
            [asked[0][0]],
        )
    assert found == b"1 3 0", "one statement, run three times by a plan for all values"
