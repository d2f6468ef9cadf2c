"""What a request takes: statements, waits, plans made."""

import asyncio
from collections.abc import Iterator
from time import monotonic
from typing import Any

import orjson
import pytest
from sqlalchemy import event

from pipeline_gql.api.questions import Question
from pipeline_gql.store.database import Database
from tests.api.asking import Ask, gid
from tests.organisations import Organisation

SEARCH = """
query Search($region: String!, $first: Int) {
  opportunities(filters: [{field: regionName, operation: eq, value: $region}], first: $first) {
    pageInfo { totalRecords }
    edges { node { id name step { id name stage { name } } account { name }
      value { grandTotal } interests { edges { node { totalAmount } } } } }
  }
}"""
READS = {
    SEARCH: [{"region": "UK", "first": 50}, {"region": "United States", "first": 10}],
    "query($id: ID!) { opportunity(id: $id) { name step { name } } }": [
        {"id": gid("Opportunity", key)} for key in (1, 2)
    ],
    "query($first: Int) { board { columns { step { name } count totals { value }"
    " opportunities(first: $first) { nodes { id name } } } } }": [{"first": 5}, {"first": 25}],
    "query($text: String) { opportunities(search: $text) { nodes { id name } } }": [
        {"text": "deal"},
        {"text": "other"},
    ],
}


@pytest.fixture
def ask(database: Database, organisation: Organisation) -> Ask:
    return Ask(database, organisation)


@pytest.fixture
def writers(database: Database) -> Iterator[list[Any]]:
    """The connections that are opened for writing."""
    opened: list[Any] = []

    def listen(connection: Any, *_: object) -> None:
        opened.append(connection.driver_connection)

    event.listen(database.engine, "connect", listen)
    yield opened
    event.remove(database.engine, "connect", listen)


@pytest.mark.parametrize(("document", "variables"), READS.items())
async def test_a_read_is_one_statement_in_one_wait_by_a_plan_that_serves_other_values(
    ask: Ask, document: str, variables: list[dict[str, Any]]
) -> None:
    reads, plans = ask.database.reads, ask.executor.plans
    for number, each in enumerate(variables, 1):
        await ask.read(document, each)
        assert (reads.statements, reads.in_one_wait, reads.transactions) == (number,) * 3
        assert (reads.opened, len(plans)) == (1, 1)
        assert (plans.misses, plans.hits) == (1, number - 1)


async def test_an_answer_holds_no_byte_that_says_nothing(ask: Ask) -> None:
    """What a page of rows may take is counted with the pages."""
    for document, variables in READS.items():
        for each in variables:
            question = Question(document, variables=each)
            answer = await ask.executor.answer(
                question, ask.organisation.admin, deadline=monotonic() + 15,
                request_id="test", query_only=True,
            )  # fmt: skip
            assert len(answer.body) <= len(orjson.dumps(orjson.loads(answer.body))), answer.body


DETAILS = {"id": gid("CourseTemplate", 11), "quantity": 1}
PLACES = {"id": gid("Event", 1), "quantity": 2, "reserve": True}
WRITES: dict[str, tuple[str, dict[str, Any], int]] = {
    # What is named, defined and published; the row, stay, audit, event, the answer and COMMIT.
    "create": ("create", {"name": "x"}, 2),
    # The key with the first, the answer under it with the last.
    "create by a key": ("create", {"name": "x", "idempotencyKey": "first"}, 2),
    # The row; its stay and where it may go; what is written, the answer and COMMIT.
    "progress": ("progress", {"stepId": gid("OpportunityStep", 4)}, 3),
    # The key before.
    "progress by a key": (
        "progress",
        {"stepId": gid("OpportunityStep", 4), "idempotencyKey": "first"},
        4,
    ),
    # The row; what is there and what is wanted; what is written, the answer and COMMIT.
    "addInterest": ("addInterest", {"interestDetails": DETAILS}, 3),
    "addInterest with places": ("addInterest", {"interestDetails": PLACES}, 3),
    "several": ("addInterest", {"interests": [DETAILS, PLACES, DETAILS]}, 3),
    "addInterest by a key": ("addInterest", {"interestDetails": PLACES, "idempotencyKey": ""}, 4),
}
"""Verbs, inputs, and how many times the server waits for the database: BEGIN goes with the first,
COMMIT with the last."""


@pytest.mark.parametrize("write", WRITES)
async def test_a_write_waits_for_the_database_few_times(
    ask: Ask, writers: list[Any], write: str
) -> None:
    verb, input, waits = WRITES[write]
    for time in range(2):
        # The first request of all looks its pipeline up, which is kept from then on.
        id = await ask.opportunity()
        record = {} if verb == "create" else {"opportunityId": id}
        given = {**record, **input}
        if "idempotencyKey" in input:
            given["idempotencyKey"] = f"{time}"
        before = sum(each._protocol.wire.writes for each in writers)
        await ask.done(f"opportunities.{verb}", given, "opportunity { id name }")
        waited = sum(each._protocol.wire.writes for each in writers) - before
    assert waited == waits


async def test_a_write_is_planned_once_for_all_values(ask: Ask) -> None:
    plans = ask.executor.plans
    for name in ("x", "y", "z"):
        await ask.done("opportunities.create", {"name": name}, "opportunity { id name }")
    assert (len(plans), plans.misses, plans.hits) == (1, 1, 2)


async def test_postgresql_too_plans_what_is_asked_of_an_interest_for_all_values(
    ask: Ask, writers: list[Any]
) -> None:
    """Its first five runs have plans of their own, whatever is asked."""
    one = {"id": gid("Event", 1), "quantity": 1, "reserve": True}
    for _ in range(8):
        given = {"opportunityId": await ask.opportunity(), "interestDetails": one}
        await ask.done("opportunities.addInterest", given, "opportunity { id name }")
    (writer,) = writers
    asked = await writer.fetch(
        "SELECT custom_plans, generic_plans FROM pg_prepared_statements"
        " WHERE statement LIKE 'SELECT (SELECT %seat_hold%'"
    )
    assert [tuple(each) for each in asked] == [(5, 3)]


async def test_places_that_are_left_are_held_without_a_look_at_what_others_hold(
    ask: Ask, writers: list[Any]
) -> None:
    """The event is locked meanwhile, and its holds may be thousands."""
    for quantity, looked in ((9, False), (2, True)):
        details = {"id": gid("Event", 1), "quantity": quantity, "reserve": True}
        given = {"opportunityId": await ask.opportunity(), "interestDetails": details}
        await ask.verb("opportunities.addInterest", given, "opportunity { id }")
        prepared = {text.query for each in writers for text in each._stmt_cache.iter_statements()}
        assert any("seat_hold.event_id = ANY" in text for text in prepared) is looked


async def test_many_who_come_at_once_wait_for_one_plan(ask: Ask) -> None:
    """After a start they all come with the same document; nothing is awaited while it is planned,
    so that nobody else begins to."""
    created = [
        ask.done("opportunities.create", {"name": f"{place}"}, "opportunity { id name }")
        for place in range(8)
    ]
    await asyncio.gather(*created)
    assert (ask.executor.plans.misses, ask.executor.plans.hits) == (1, 7)
