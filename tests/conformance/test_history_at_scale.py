"""Reports on history read each table about once, and the past's pages read what they show."""

import asyncpg
import pytest

from tests.bench.history import ASKED, AT
from tests.conformance.conftest import Asker
from tests.conformance.crowd import cost
from tests.conformance.histories import remember_many
from tests.organisations import Organisation
from tests.server import DatabaseUrls

COUNT = 4_000
FEW = 250
"""Blocks of a page of 25 as of a moment: a record and its revisions each, and the paths to them."""
READ = ("step_stay", "opportunity", "opportunity_revision", "interest", "transition_attempt")
PAGE = f"""query($after: String) {{ opportunities({AT}, first: 25, after: $after) {{
    pageInfo {{ endCursor hasNextPage }}
    nodes {{ id name step {{ name }} value {{ grandTotal }} owner {{ name }} }} }} }}"""


@pytest.fixture
async def sizes(urls: DatabaseUrls, organisation: Organisation) -> dict[str, tuple[int, int]]:
    """Blocks and rows of the tables that are read, full of history."""
    await remember_many(urls, organisation, COUNT)
    connection = await asyncpg.connect(urls.admin)
    rows = await connection.fetch(
        "SELECT relname, relpages, reltuples::bigint FROM pg_class WHERE relname = ANY ($1)", READ
    )
    await connection.close()
    return {name: (pages, tuples) for name, pages, tuples in rows}


async def test_each_report_reads_the_tables_about_once(
    asker: Asker, urls: DatabaseUrls, sizes: dict[str, tuple[int, int]]
) -> None:
    blocks = sum(pages for pages, _ in sizes.values())
    rows = max(rows for _, rows in sizes.values())
    for name, document in ASKED.items():
        spent = await cost(asker, urls, document)
        assert spent.buffers < 3 * blocks, (name, spent.buffers, blocks, spent.plan)
        assert spent.rows < 3 * rows, (name, spent.rows, rows, spent.plan)


async def test_a_page_of_the_past_reads_what_it_shows_however_far_down(
    asker: Asker, urls: DatabaseUrls, sizes: dict[str, tuple[int, int]]
) -> None:
    asked: dict[str, str] = {}
    for _ in range(4):
        spent = await cost(asker, urls, PAGE, asked)
        assert spent.buffers < FEW, spent.plan
        found = (await asker.read(PAGE, asked))["opportunities"]
        assert len(found["nodes"]) == 25
        asked = {"after": found["pageInfo"]["endCursor"]}
