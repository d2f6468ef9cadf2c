"""A plan made for one request serves others: their values, their viewer, their organisation."""

import json
from random import Random
from typing import Any

import pytest

from pipeline_gql.api.kept import Kept
from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.database import Database
from tests.conformance.conftest import Asker, Both
from tests.conformance.lists import Sorting
from tests.conformance.rows import global_id
from tests.conformance.told import BOARD, IDS, IN_A_STEP, KINDS, SEARCH
from tests.organisations import FIRST, SECOND, Organisation

EVERYTHING = """
query Everything(
  $first: Int, $last: Int, $after: String, $before: String, $offset: Int, $search: String
  $order: OpportunityOrder, $by: [OpportunityOrder!], $filters: [OpportunityFieldGraphFilter!]
  $value: String, $values: [String!], $skip: Boolean = false
) {
  opportunities(
    first: $first, last: $last, after: $after, before: $before, offset: $offset, search: $search
    order: $order, orderBy: $by, filters: $filters
  ) { pageInfo { totalRecords startCursor endCursor hasNextPage hasPreviousPage }
      nodes { id name @skip(if: $skip) ... @include(if: $skip) { __typename } } }
  named: opportunities(filters: [{any: [
    {field: name, operation: eq, value: $value}, {field: leadSource, operation: in, values: $values}
  ]}]) { totalCount }
}"""
ONE = "query One($id: ID!) { node(id: $id) { __typename id } opportunity(id: $id) { name } }"


def orders(asker: Both) -> list[dict[str, Any]]:
    """Variables of EVERYTHING: many shapes, and many values of each."""
    noun = asker.references[asker.admin.role].nouns["Opportunity"]
    rows = asker.references[asker.admin.role].tables["opportunity"]
    made: list[dict[str, Any]] = [{}, {"skip": True}, {"skip": False}]
    made += [{"first": n} for n in (0, 1, 3, 100, None)] + [{"last": n} for n in (1, 4)]
    made += [{"offset": n, "first": 2} for n in (0, 1, 30)]
    made += [{"search": text} for text in ("deal", "SALES", "%", "", None)]
    keys = [{"field": field} for field in ("name", "expectedCloseDate", "createdAt")]
    keys += [{"attribute": key} for key in ("k1", "k3", "none")]
    for key in keys:
        for direction in ("asc", "desc"):
            order = {**key, "direction": direction}
            sorting = Sorting.asked(noun, {"order": order})
            for row in rows[:2]:
                cursor = sorting.cursor(row)
                made.append({"order": order, "after": cursor, "first": 3})
                made.append({"by": [order], "before": cursor, "last": 2})
    for value in ("UK", "United States", "x"):
        condition = {"field": "regionName", "operation": "eq", "value": value}
        made.append({"filters": [condition]})
        made.append({"filters": [{"not": condition}]})
        made.append({"filters": [condition | {"operation": "ne"}]})
    for key in (3, 4, 99):
        condition = {"field": "stepId", "operation": "in"}
        made.append({"filters": [condition | {"values": [global_id("OpportunityStep", key)]}]})
    return made


def _requests(both: Both) -> list[tuple[str, dict[str, Any]]]:
    common = {"value": "zebra", "values": ["Web"]}
    made = [(EVERYTHING, variables | common) for variables in orders(both)]
    made += [(SEARCH, {"region": region}) for region in ("UK", "United States", "Nowhere")]
    made += [(IN_A_STEP, {"step": global_id("OpportunityStep", key)}) for key in (3, 4, 5)]
    made += [
        (KINDS, {"ids": IDS[n:], "deep": deep}) for n in (0, 1, 3, 9) for deep in (True, False)
    ]
    made += [(KINDS, {"ids": list(reversed(IDS)), "deep": True}), (BOARD, {"any": []})]
    types = ("Opportunity", "Account", "Region", "Price", "OpportunityInterest", "Event")
    for key in (1, 2, 3):
        made += [(ONE, {"id": global_id(type, key)}) for type in types]
    return [*made, (ONE, {"id": "DR"}), (ONE, {"id": global_id("Region", "DR")})]


def _viewers(first: Organisation, second: Organisation) -> list[Viewer]:
    some = [first.admin, first.member, first.other_member, first.reader]
    return [*some, second.admin, second.member]


async def test_a_plan_used_warm_gives_what_it_gives_cold(both: Both) -> None:
    database, organisation = both.database, FIRST
    viewers = _viewers(FIRST, SECOND)
    asked = [(*request, viewer) for request in _requests(both) for viewer in viewers]
    cold: dict[int, Any] = {}
    for i, (text, variables, viewer) in enumerate(asked):
        fresh = Asker(database, viewer)
        cold[i] = await fresh.read(text, variables)
    for seed in range(2):
        warm = Asker(database, organisation.admin)
        for i in Random(seed).sample(range(len(asked)), len(asked)):
            text, variables, viewer = asked[i]
            assert await warm.read(text, variables, viewer) == cold[i], (variables, viewer)
        assert len(warm.executor.plans) < len(asked) / 3


async def test_values_make_no_new_plan_and_what_changes_the_statement_does(both: Both) -> None:
    condition = {"field": "name", "operation": "eq", "value": "a"}
    like = condition | {"operation": "like"}
    name, created = ({"field": field} for field in ("name", "createdAt"))
    plans = [
        ([{"first": 1}, {"first": 50}, {"first": 3}], 1),
        ([{"first": None}], 1),
        ([{}], 1),
        ([{"filters": [condition]}, {"filters": [condition | {"value": "b"}]}], 1),
        ([{"filters": [like]}], 1),
        ([{"filters": [condition, condition]}, {"filters": [condition, like]}], 2),
        ([{"order": name}, {"order": created}, {"order": name | {"direction": "desc"}}], 3),
        ([{"skip": True}], 1),
        ([{"values": ["x"]}, {"values": ["x", "y"]}, {"values": []}], 0),
    ]
    made = 0
    for requests, new in plans:
        for variables in requests:
            given = {"value": "x", "values": []} | variables
            await both.read(EVERYTHING, given)
        made += new
        assert len(both.executor.plans) == made, requests
    ids = [[global_id("Tag", 1)], [global_id("Tag", 2), "x"], ["x", global_id("Tag", 3)]]
    before = len(both.executor.plans)
    for some in ids:
        await both.read(KINDS, {"ids": some, "deep": True})
    assert len(both.executor.plans) == before + 2


async def test_plans_are_kept_in_bounds(database: Database, organisation: Organisation) -> None:
    few = Asker(database, organisation.admin, Settings(plan_cache_entries=3))
    for i in range(10):
        await few.read(f"{{ a{i}: tags {{ totalCount }} }}")
    assert len(few.executor.plans) == 3
    small = Asker(database, organisation.admin, Settings(plan_cache_bytes=40_000))
    for i in range(40):
        await small.read(f"{{ a{i}: tags {{ totalCount }} }}")
    assert 1 <= len(small.executor.plans) < 20


def test_what_is_kept_is_what_was_asked_for_last() -> None:
    kept: Kept[str, int] = Kept(3, 100)
    for i, key in enumerate("abc"):
        kept.put(key, i, 10)
    assert kept.get("a") == 0
    kept.put("d", 3, 10)
    assert [kept.get(key) for key in "abcd"] == [0, None, 2, 3]
    kept.put("e", 4, 90)
    assert [kept.get(key) for key in "acde"] == [None, None, 3, 4]
    kept.put("f", 5, 101)
    assert kept.get("f") is None


@pytest.mark.parametrize("value", [1.0, 100.0, 100])
async def test_a_whole_number_with_a_point_costs_what_the_number_costs(
    asker: Asker, database: Database, value: float
) -> None:
    inner = "accounts(first: $n) { nodes { opportunities(first: $n) { nodes { %s } } } }"
    text = "query Q($n: Int) { " + inner % "interests(first: $n) { nodes { id } }" + " }"
    strict = Asker(database, asker.admin, Settings(max_cost=100_000))
    answer = json.loads((await strict.ask(text, {"n": value})).body)
    assert ("errors" in answer) == (value > 1)
