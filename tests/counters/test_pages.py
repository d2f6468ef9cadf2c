"""What a page reads of a long list: what it shows, in every order, however far down."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest

from tests.counters.conftest import Crowded
from tests.counters.lists import Listed, lists
from tests.counters.plans import Spent
from tests.organisations import FIRST

SIZE = 25
PROBED = SIZE + 1
"""Rows of a page and the one that tells whether there are more."""
SORTED = 2 * PROBED
"""Records without a value come last: two halves, of which a page is put together."""
FEW_ROWS = 5 * PROBED
FEW_BLOCKS = 12 * PROBED
"""A page of tasks looks up the opportunity of each."""
SEEN_BY = 8
"""A member sees one of so many records at least, and passes over the others."""
LARGE = 2_000
"""Rows of a table that nobody should read through."""

SHORT = {
    "AttributeDefinition": "made by administrators, and as many as a form can show",
    "FinancialUnit": "the currencies of the world",
    "OpportunityStage": "a pipeline's",
    "OpportunityStep": "a pipeline's",
    "Pipeline": "made by administrators",
    "PipelineMigration": "one at a time for a pipeline",
    "PipelineVersion": "made by administrators",
    "Region": "made by administrators",
    "TaxType": "made by administrators",
    "Team": "made by administrators",
    "TrainingTokenType": "made by administrators",
}
"""Lists of which an organisation has tens or hundreds; they are sorted when they are asked for."""
PAGE = "nodes { __typename } pageInfo { hasNextPage hasPreviousPage }"


@pytest.fixture
async def large(crowded: Crowded) -> set[str]:
    """The tables and indexes with many rows."""
    connection = await asyncpg.connect(crowded.urls.admin)
    rows = await connection.fetch("SELECT relname FROM pg_class WHERE reltuples >= $1", LARGE)
    await connection.close()
    return {name for (name,) in rows}


async def middle(crowded: Crowded, listed: Listed, order: str, count: int) -> str | None:
    """The cursor of the record in the middle of a list."""
    arguments = f"order: {order}, first: 1, offset: {count // 2}"
    answer = await crowded.asker.read(listed.document(arguments, "pageInfo { endCursor }"))
    return listed.found(answer)["pageInfo"]["endCursor"]


async def pages(crowded: Crowded, listed: Listed) -> AsyncGenerator[str]:
    """Documents: forwards in a rising order and backwards in a falling one, from the middle."""
    answer = await crowded.asker.read(listed.document("", "totalCount"))
    count = listed.found(answer)["totalCount"]
    for order in listed.orders:
        for direction, window in (("asc", "first: 25, after"), ("desc", "last: 25, before")):
            asked = f"{{field: {order}, direction: {direction}}}"
            cursor = await middle(crowded, listed, asked, count)
            place = window.split(",")[0] if cursor is None else f'{window}: "{cursor}"'
            yield listed.document(f"order: {asked}, {place}", PAGE)


def excess(spent: Spent, large: set[str], times: int = 1) -> bool:
    """Whether it is more than a page should cost that passes over so many for each it shows."""
    return bool(
        spent.read_through & large
        or spent.sorted > SORTED
        or spent.rows > times * FEW_ROWS
        or spent.buffers > times * FEW_BLOCKS
    )


async def test_a_page_of_a_long_list_reads_what_it_shows(crowded: Crowded, large: set[str]) -> None:
    found: list[str] = []
    for listed in lists():
        if listed.parent != "Query" or listed.noun in SHORT:
            continue
        async for document in pages(crowded, listed):
            for viewer, times in ((FIRST.admin, 1), (FIRST.member, SEEN_BY)):
                spent = await crowded.spent(document, viewer)
                if excess(spent, large, times):
                    found.append(f"{viewer.role} {document}: {spent}")
    assert found == []
