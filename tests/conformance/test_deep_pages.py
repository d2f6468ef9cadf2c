"""A page far down a long list costs what the first one costs, counted in blocks read."""

from collections.abc import Iterator
from typing import Any

import pytest

from pipeline_gql.store.database import Database
from tests.conformance.conftest import Asker
from tests.conformance.crowd import MANY, cost, crowd
from tests.conformance.lists import Sorting
from tests.conformance.reference import Reference
from tests.conformance.rows import Row, load
from tests.organisations import Organisation
from tests.server import DatabaseUrls

DEPTHS = [MANY // 20, MANY // 2, MANY * 4 // 5, MANY - 100]
ORDERS = ["id", "createdAt", "name", "expectedCloseDate", "actualCloseDate", "daysInStep"]
FEW = 60
"""Blocks that a page of 25 rows may touch: a row each in the worst case, some paths to them."""
SEARCH = """
query Search($region: String!, $first: Int) {
  opportunities(filters: [{field: regionName, operation: eq, value: $region}], first: $first) {
    pageInfo { totalRecords }
    edges { node { id name step { name stage { name } } value { grandTotal }
      interests { edges { node { totalAmount } } } } }
  }
}"""


@pytest.fixture
async def rows(
    urls: DatabaseUrls, database: Database, organisation: Organisation
) -> dict[str, list[Row]]:
    await crowd(urls, organisation)
    return await load(urls.admin, organisation.org_id)


def _places(rows: list[Row], order: dict[str, str], reference: Reference) -> Iterator[Any]:
    sorting = Sorting.asked(reference.nouns["Opportunity"], {"order": order})
    listed = sorting.sorted(rows)
    for depth in DEPTHS:
        yield depth, listed, sorting.cursor(listed[depth])


async def test_a_deep_page_costs_what_the_first_one_costs(
    asker: Asker, urls: DatabaseUrls, rows: Any, organisation: Organisation
) -> None:
    reference = Reference(rows, organisation.admin, rows["opportunity"][0].created_at)
    for name in ORDERS:
        for direction in ("asc", "desc"):
            order = {"field": name, "direction": direction}
            for depth, listed, cursor in _places(rows["opportunity"], order, reference):
                for size, bound, page in (
                    ("first", "after", listed[depth + 1 : depth + 26]),
                    ("last", "before", listed[depth - 25 : depth]),
                ):
                    text = f"""query Q($c: String) {{ opportunities(
                        order: {{field: {name}, direction: {direction}}}, {size}: 25, {bound}: $c
                    ) {{ nodes {{ legacyId step {{ name }} }}
                        pageInfo {{ hasNextPage hasPreviousPage }} }} }}"""
                    found = (await asker.read(text, {"c": cursor}))["opportunities"]
                    assert [node["legacyId"] for node in found["nodes"]] == [r.id for r in page]
                    assert found["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True}
                    asked = await cost(asker, urls, text, {"c": cursor})
                    assert asked.buffers < FEW, f"{name} {direction} {size} {depth}\n{asked.plan}"


async def test_a_deep_page_in_the_order_of_an_attribute_costs_what_the_first_one_costs(
    asker: Asker, urls: DatabaseUrls, rows: Any, organisation: Organisation
) -> None:
    """Nine of ten have a value; those that have none are found by looking, one by one."""
    reference = Reference(rows, organisation.admin, rows["opportunity"][0].created_at)
    for direction in ("asc", "desc"):
        order = {"attribute": "code", "direction": direction}
        for depth, listed, cursor in _places(rows["opportunity"], order, reference):
            text = f"""query Q($c: String) {{ opportunities(
                orderBy: [{{attribute: "code", direction: {direction}}}], after: $c
            ) {{ nodes {{ legacyId }} }} }}"""
            found = (await asker.read(text, {"c": cursor}))["opportunities"]["nodes"]
            page = listed[depth + 1 : depth + 26]
            assert [node["legacyId"] for node in found] == [row.id for row in page]
            asked = await cost(asker, urls, text, {"c": cursor})
            bound = 4 * FEW if depth < MANY * 9 // 10 else 30 * FEW
            assert asked.buffers < bound, f"{direction} {depth}\n{asked.plan}"


async def test_the_search_by_a_regions_name_and_its_count_go_by_an_index(
    asker: Asker, urls: DatabaseUrls, rows: Any, organisation: Organisation
) -> None:
    for variables in ({"region": "UK"}, {"region": "UK", "first": 50}):
        asked = await cost(asker, urls, SEARCH, variables)
        assert "Index Only Scan using ix_opportunity_region_code_id" in asked.plan
        assert "Seq Scan on opportunity t" not in asked.plan
        assert asked.buffers < 2 * FEW, asked.plan
        seen = await cost(asker, urls, SEARCH, variables, organisation.member)
        assert "Seq Scan on opportunity t" not in seen.plan
