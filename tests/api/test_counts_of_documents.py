"""What a document costs the database: transactions and statements, of writes above all."""

import re
from time import monotonic
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, print_ast

from pipeline_gql.api.questions import Question
from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.store.lending import Lender
from tests.api.asking import Ask, gid
from tests.test_readme import README

EVERYTHING = """{
    id name step { name stage { state } } account { name } value { grandTotal }
    contacts { nodes { name } } interests(first: %d) { totalCount nodes { item { id } } }
}"""


class Counted:
    """What was asked of the database while a document was answered."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.lender: Lender = vars(ask.database)["_lender"]

    async def during(self, document: str) -> tuple[int, int, int]:
        """Transactions that write, transactions that read, statements that read."""
        reads = self.ask.database.reads
        before = self.lender.lent, reads.transactions
        answer = await self.ask.executor.answer(
            Question(document),
            self.ask.organisation.admin,
            deadline=monotonic() + 15,
            request_id="test",
            query_only=False,
        )
        assert b'"message"' not in answer.body, answer.body
        return self.lender.lent - before[0], reads.transactions - before[1], answer.statements


def renaming(id: str, *names: str, size: int = 5) -> str:
    verbs = [
        f'{name}: update(input: {{id: "{id}", name: "{name}"}})'
        f" {{ errors {{ message }} opportunity {EVERYTHING % size} }}"
        for name in names
    ]
    return f"mutation {{ opportunities {{ {' '.join(verbs)} }} }}"


async def test_each_verb_is_one_transaction_and_its_payload_one_statement_in_it(ask: Ask) -> None:
    id = await ask.opportunity()
    counted = Counted(ask)
    for _ in range(2):
        assert await counted.during(renaming(id, "one")) == (1, 0, 1)
        assert await counted.during(renaming(id, "two", "three")) == (2, 0, 2)


@pytest.mark.parametrize("size", [0, 1, 100])
async def test_the_size_of_a_payload_adds_no_statement(ask: Ask, size: int) -> None:
    id = await ask.opportunity()
    for _ in range(3):
        await ask.interest(id, gid("Event", 1))
    assert await Counted(ask).during(renaming(id, "name", size=size)) == (1, 0, 1)


async def test_whether_it_committed_is_asked_where_it_was_written(ask: Ask) -> None:
    """A replica that lags would deny it; so this one field has a transaction of its own."""
    document = '{ mutationResult(key: "k") { committed } tags { totalCount } }'
    assert await Counted(ask).during(document) == (1, 1, 1)


async def test_a_record_by_its_id_is_one_statement_and_so_are_several_of_mixed_types(
    ask: Ask,
) -> None:
    id, other = await ask.opportunity(), gid("Event", 1)
    one = f'a: opportunity(id: "{id}") {{ name }}'
    node = f'b: node(id: "{other}") {{ id ... on Event {{ title }} }}'
    nodes = f'c: nodes(ids: ["{id}", "{other}", "{gid("Tag", 1)}"]) {{ __typename id }}'
    assert await Counted(ask).during(f"{{ {one} {node} {nodes} }}") == (0, 1, 3)


async def test_what_goes_through_graphql_core_is_what_the_readme_says(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = re.search(r"^(.*) have no shape and go through graphql-core", README, re.MULTILINE)
    assert said
    executed: set[str] = set()

    def note(_: object, document: DocumentNode, **__: object) -> ExecutionResult:
        (operation,) = document.definitions
        assert isinstance(operation, OperationDefinitionNode)
        executed.update(print_ast(each) for each in operation.selection_set.selections)
        return ExecutionResult({}, None)

    monkeypatch.setattr("pipeline_gql.api.running.execute", note)
    required = {"opportunity": '(id: "x")', "node": '(id: "x")', "nodes": "(ids: [])"}
    required["mutationResult"] = '(key: "x")'
    query: Any = graphql_schema().query_type
    roots = list[str](query.fields)
    asked = [f"{name}{required.get(name, '')} {{ __typename }}" for name in roots]
    for field in (*asked, "__schema { __typename }", '__type(name: "Tag") { __typename }'):
        await ask(f"{{ {field} __typename }}")
    names = {re.split(r"\W", field, maxsplit=1)[0] for field in executed}
    assert names == set(re.findall(r"`(\w+)`", said[1]))
