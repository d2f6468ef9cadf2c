"""Totals of a list: a currency apart from the other, over the whole filter, and only if asked."""

import json
from decimal import Decimal
from typing import Any

import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from tests.conformance.conftest import Asker, Both
from tests.conformance.crowd import MANY, cost, crowd, overheard
from tests.conformance.test_differential import ROLES
from tests.organisations import Organisation
from tests.server import DatabaseUrls

TOTALS = "totals { currency count value weighted stalledCount }"
NESTED = f"""
query Totals($search: String, $state: String = "Open") {{
  opportunities(search: $search, first: 1) {{ {TOTALS} totalCount }}
  none: opportunities(filters: {{field: name, operation: eq, value: "nobody"}}) {{ {TOTALS} }}
  open: opportunities(filters: {{field: state, operation: eq, value: $state}}, first: 0) {{
    again: totals {{ __typename code: currency weighted }} {TOTALS}
  }}
  accounts {{ nodes {{ opportunities(first: 1, offset: 1) {{ {TOTALS} nodes {{ name }} }} }} }}
  pipelines {{ nodes {{ opportunities {{ {TOTALS} }} steps {{ nodes {{
    opportunities(filters: {{field: probability, operation: gt, value: "30"}}) {{ {TOTALS} }}
  }} }} }} }}
}}"""


@pytest.mark.parametrize("role", ROLES)
async def test_totals_equal_a_recount(both: Both, role: Role) -> None:
    for variables in ({}, {"search": "deal"}, {"search": "sales", "state": "Won"}):
        await both.compare(NESTED, variables, role)


async def test_totals_add_up_the_records_of_the_list(both: Both) -> None:
    """The same once more, from what the server says of each record."""
    found = await both.read(
        f"{{ opportunities(first: 100) {{ {TOTALS} totalCount nodes {{ isStalled"
        " value { currency grandTotal weighted } } } }"
    )
    listed = found["opportunities"]
    counted: dict[str, list[Any]] = {}
    for node in listed["nodes"]:
        value = node["value"]
        sums = counted.setdefault(value["currency"], [0, Decimal(), Decimal(), 0])
        sums[0] += 1
        sums[1] += Decimal(value["grandTotal"])
        sums[2] += Decimal(value["weighted"])
        sums[3] += node["isStalled"]
    told = {
        each["currency"]: [
            each["count"],
            Decimal(each["value"]),
            Decimal(each["weighted"]),
            each["stalledCount"],
        ]
        for each in listed["totals"]
    }
    assert told == counted
    assert len(told) > 2
    assert list(told) == sorted(told)
    assert listed["totalCount"] == sum(count for count, *_ in told.values())


async def test_a_member_s_totals_are_of_what_the_member_sees(both: Both) -> None:
    text = f"{{ opportunities {{ {TOTALS} totalCount }} }}"
    seen = {}
    for role in ROLES:
        answered = await both.read(text, {}, both.references[role].viewer)
        seen[role] = answered["opportunities"]
    assert seen[Role.MEMBER]["totalCount"] < seen[Role.ADMIN]["totalCount"]
    assert (
        sum(each["count"] for each in seen[Role.MEMBER]["totals"])
        == (seen[Role.MEMBER]["totalCount"])
    )
    assert seen[Role.READ_ONLY] == seen[Role.ADMIN]


async def test_totals_are_added_up_in_the_list_s_own_statement_and_only_when_selected(
    asker: Asker, urls: DatabaseUrls, database: Database, organisation: Organisation
) -> None:
    await crowd(urls, organisation)
    page = "query Q($with: Boolean!) { opportunities { nodes { id } %s } }"
    text = page % "totals @include(if: $with) { currency value stalledCount }"
    without = await cost(asker, urls, text, {"with": False})
    plain = await cost(asker, urls, "{ opportunities { nodes { id } } }")
    assert without.buffers == plain.buffers < 60
    assert (await cost(asker, urls, text, {"with": True})).buffers > 10 * plain.buffers
    before = database.reads.statements
    with overheard() as asked:
        answer = await asker.ask(text, {"with": True})
    assert database.reads.statements - before == len(asked) == 1
    (totals,) = json.loads(answer.body)["data"]["opportunities"]["totals"]
    assert Decimal(totals["value"]) == sum(range(1000, MANY + 1000))
