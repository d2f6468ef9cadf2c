"""What a page reads: what it shows, in every order and by every filter, however far down."""

import asyncpg
import orjson
import pytest

from tests.counters.conftest import walking
from tests.counters.filters import INDEXED, OTHERS
from tests.counters.lists import Listed, lists
from tests.counters.test_requests import SEARCH
from tests.counters.walking import SHORT, Page, Walked
from tests.organisations import FIRST
from tests.server import DatabaseUrls

PROBED = 26
"""Rows of a page and the one that tells whether there are more."""
SORTED = 2 * PROBED
"""Records without a value come last: two halves, of which a page is put together."""
FEW_ROWS = 5 * PROBED
FEW_BLOCKS = 12 * PROBED
"""A page of tasks looks up the opportunity of each."""
DESCENT = 6
"""Blocks of an index on the way to a place, which for the first one are fewer."""
SEEN_BY = 8
"""A member sees one of so many records at least, and passes over the others."""
LARGE = 2_000
"""Rows of a table that nobody should read through."""
COLUMNS = 5
"""Of the board."""
READ_WHOLE = {
    "Comment.edits": "few, and by time unless asked otherwise",
    "Opportunity.mentionableUsers": "who may see a record is told of each user",
    "Opportunity.timeline": "mostly short, then an index by kind does as well as one by time",
    "PipelineMigration.leftBehind": "looked for among all of the pipeline, mostly in vain",
    "Team.members": "few, found among the users",
}
"""Lists on a record whose first page reads more than it shows, all of its rows at worst."""


@pytest.fixture
async def large(admin: asyncpg.Connection) -> set[str]:
    """The tables and indexes with many rows."""
    rows = await admin.fetch("SELECT relname FROM pg_class WHERE reltuples >= $1", LARGE)
    return {name for (name,) in rows}


def _costs_too_much(page: Page) -> bool:
    times = 1 if page.viewer is FIRST.admin else SEEN_BY
    times *= COLUMNS if page.listed.parent == "BoardColumn" else 1
    spent = page.spent
    return (
        spent.sorted > SORTED or spent.rows > times * FEW_ROWS or spent.buffers > times * FEW_BLOCKS
    )


def _hangs(listed: Listed) -> bool:
    return listed.parent not in ("Query", "PipelineChanges") and listed.noun not in SHORT


def _nouns(pages: list[Page]) -> set[str]:
    return {page.listed.noun for page in pages}


def test_every_filter_is_decided_on() -> None:
    for listed in lists():
        if listed.parent == "Query" and listed.noun not in SHORT:
            indexed, others = INDEXED[listed.noun].split(), OTHERS[listed.noun].split()
            assert sorted([*indexed, *others]) == sorted(listed.filters), listed.noun


def test_no_page_reads_through_a_large_table(walked: Walked, large: set[str]) -> None:
    """Not for whatever is asked: each scan begins with the organisation."""
    assert "opportunity" in large
    assert [str(page) for page in walked.pages if page.spent.read_through & large] == []


def test_a_page_of_a_long_list_reads_what_it_shows(walked: Walked) -> None:
    """In each order, from the middle on and back, and an administrator as a member."""
    assert len(walked.ordered) > 300
    assert [str(page) for page in walked.ordered if _costs_too_much(page)] == []


async def test_page_2000_costs_what_page_1_costs(crowd_urls: DatabaseUrls) -> None:
    """Of ten records each, in every order: an index leads to both."""
    (listed,) = [each for each in lists() if str(each) == "Query.opportunities"]
    async with walking(crowd_urls) as walker:
        for order in listed.orders:
            first, last = [page.spent for page in await walker.first_and_last(listed, order)]
            assert last.rows <= first.rows, (order, str(last))
            assert last.buffers <= first.buffers + DESCENT, (order, str(first), str(last))


def test_a_page_by_an_indexed_filter_reads_what_it_shows(walked: Walked) -> None:
    asked = sum(len(INDEXED[noun].split()) for noun in _nouns(walked.ordered))
    assert len(walked.indexed) >= asked > 100
    assert [str(page) for page in walked.indexed if _costs_too_much(page)] == []


def test_a_page_by_a_filter_and_an_order_reads_what_either_leaves(walked: Walked) -> None:
    """One index tells of both only where the order is by id; else what the filter finds is
    sorted, or the order is walked until the page is full."""
    assert walked.indexed_ordered
    assert [
        str(page)
        for page in walked.indexed_ordered
        if page.spent.sorted > max(SORTED, page.count)
        or page.spent.rows > 4 * max(page.count, PROBED * page.among / page.count)
    ] == []


def test_a_page_by_another_filter_reads_the_organisations_rows(walked: Walked) -> None:
    """A few for each record, such as its step's."""
    asked = sum(len(OTHERS[noun].split()) for noun in _nouns(walked.ordered))
    assert len(walked.filtered) == asked > 100
    assert [
        str(page)
        for page in walked.filtered
        if page.spent.rows > 15 * page.among or page.spent.buffers > 4 * page.among
    ] == []


def test_the_first_page_on_a_record_reads_what_it_shows(walked: Walked) -> None:
    """In the list's own order, however much hangs there."""
    hanging = {str(listed) for listed in lists() if _hangs(listed)}
    assert {str(page.listed) for page in walked.hanging} == hanging
    found = {str(page.listed) for page in walked.hanging if _costs_too_much(page)}
    assert found <= set(READ_WHOLE), [str(p) for p in walked.hanging if _costs_too_much(p)]


def test_in_another_order_what_hangs_on_the_record_is_read(walked: Walked) -> None:
    ordered = {str(listed) for listed in lists() if _hangs(listed) and listed.orders}
    assert {str(page.listed) for page in walked.hanging_ordered} == ordered
    assert [
        str(page)
        for page in walked.hanging_ordered
        if str(page.listed) not in READ_WHOLE
        and (
            page.spent.sorted > max(SORTED, page.count)
            or page.spent.rows > 6 * COLUMNS * max(PROBED, page.count)
        )
    ] == []


async def test_the_answer_to_a_search_is_as_long_as_what_it_tells(
    crowd_urls: DatabaseUrls,
) -> None:
    """Of 50 opportunities with their interests: not a space, and each name of a member once."""
    async with walking(crowd_urls) as walker:
        answer = await walker.asker.ask(SEARCH, {"region": "UK", "first": 50})
    edges = orjson.loads(answer.body)["data"]["opportunities"]["edges"]
    assert len(edges) == 50
    assert len(answer.body) <= len(orjson.dumps(orjson.loads(answer.body)))
    told = sum(1 + len(edge["node"]["interests"]["edges"]) for edge in edges)
    assert len(answer.body) < 50 * 320 + told * 40
