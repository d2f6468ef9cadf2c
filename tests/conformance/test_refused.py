"""Requests that mean nothing are refused as such, before anything is read."""

import json
from base64 import b64encode
from time import monotonic
from typing import Any

import pytest

from pipeline_gql.api.planning import Plan
from pipeline_gql.api.questions import Question
from tests.conformance.conftest import Asker
from tests.conformance.rows import global_id

BY_NAME = "order: {field: name}"
CREATED = "order: {field: createdAt}"


def cursor(*parts: Any) -> str:
    return b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ("", ""),
        ("", "x"),
        ("", "é"),
        ("", b64encode(b"\xff\xfe").decode()),
        ("", b64encode(b"[" * 5000).decode()),
        ("", b64encode(b'["id:asc",null,1e999]').decode()),
        ("", cursor("id:asc", None, 2**63)),
        ("", cursor("id:asc", None, 2**64)),
        ("", cursor("id:asc", None, 2**80)),
        ("", cursor("id:asc", None, -(2**63) - 1)),
        ("", cursor("id:asc", None, "1")),
        ("", cursor("id:asc", None, True)),
        ("", cursor("id:asc", None, None)),
        ("", cursor("id:asc", "x", 1)),
        ("", cursor("id:desc", None, 1)),
        ("", cursor(["id:asc"], None, 1)),
        ("", cursor("name:asc", "x", 1)),
        (BY_NAME, cursor("name:asc", None, 1)),
        (BY_NAME, cursor("name:asc", 5, 1)),
        (BY_NAME, cursor("name:asc", "a\0b", 1)),
        (BY_NAME, cursor("id:asc", None, 1)),
        (CREATED, cursor("createdAt:asc", 2**62, 1)),
        (CREATED, cursor("createdAt:asc", 2**80, 1)),
        (CREATED, cursor("createdAt:asc", "2026-01-01", 1)),
        ("order: {field: expectedCloseDate}", cursor("expectedCloseDate:asc", "2026-13-01", 1)),
        ("order: {field: grandTotal}", cursor("grandTotal:asc", 1.5, 1)),
    ],
)
async def test_a_cursor_that_no_page_gave_is_refused(
    asker: Asker, arguments: str, given: str
) -> None:
    for name in ("after", "before"):
        page = f"({arguments} {name}: {json.dumps(given)})"
        await refused(asker, f"{{ opportunities{page} {{ totalCount edges {{ cursor }} }} }}")
        page = f"opportunities({arguments} {name}: $c)"
        text = f"query Q($c: String) {{ {page} {{ edges {{ cursor }} }} }}"
        await refused(asker, text, {"c": given})
        nested = f"query Q($c: String) {{ accounts {{ nodes {{ {page} {{ totalCount }} }} }} }}"
        await refused(asker, nested, {"c": given})


async def refused(
    asker: Asker, text: str, variables: dict[str, Any] | None = None, code: str = "PAGE_MALFORMED"
) -> str:
    for _ in range(2):
        answer = await asker.ask(text, variables)
        body = json.loads(answer.body)
        assert answer.request_error
        assert "data" not in body
        assert [error["extensions"]["code"] for error in body["errors"]] == [code]
        assert answer.statements == 0
    return body["errors"][0]["message"]


@pytest.mark.parametrize(
    "arguments",
    ["first: -1", "last: -5", "offset: -1", "first: 1, last: 1", "last: 1, offset: 1"],
)
async def test_a_page_that_cannot_be_is_refused(asker: Asker, arguments: str) -> None:
    await refused(asker, f"{{ opportunities({arguments}) {{ totalCount }} }}")
    await refused(
        asker, f"{{ accounts {{ nodes {{ contacts({arguments}) {{ nodes {{ id }} }} }} }} }}"
    )


async def test_two_orders_are_refused(asker: Asker) -> None:
    two = "orderBy: [{field: name}, {field: id}]"
    await refused(asker, f"{{ accounts({two}) {{ totalCount }} }}", code="ARGUMENT_MALFORMED")
    two = "order: {field: name}, orderBy: [{field: id}]"
    await refused(asker, f"{{ accounts({two}) {{ totalCount }} }}", code="ARGUMENT_MALFORMED")


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"field": "name"},
        {"field": "name", "operation": None, "value": "x"},
        {"operation": "eq", "value": "x"},
        {"field": "name", "operation": "eq"},
        {"field": "name", "operation": "eq", "value": None},
        {"field": "name", "operation": "eq", "values": ["x"]},
        {"field": "name", "operation": "in", "value": "x"},
        {"field": "name", "operation": "in"},
        {"field": "name", "operation": "isnull", "value": "x"},
        {"field": "name", "operation": "contains", "values": ["x"]},
        {"field": "name", "operation": "eq", "value": "a\0b"},
        {"field": "name", "operation": "eq", "value": "\ud800"},
        {"field": "name", "operation": "like", "value": "a\\"},
        {"field": "name", "operation": "like", "value": "%" * 5000},
        {"field": "name", "operation": "wordlike", "value": " "},
        {"field": "name", "operation": "wordlike", "value": "x" * 5000},
        {"field": "probability", "operation": "like", "value": "1%"},
        {"field": "probability", "operation": "eq", "value": "1.5"},
        {"field": "probability", "operation": "eq", "value": "9223372036854775808"},
        {"field": "probability", "operation": "eq", "value": "١"},
        {"field": "probability", "operation": "in", "values": ["1", "x"]},
        {"field": "amount", "operation": "eq", "value": "NaN"},
        {"field": "amount", "operation": "eq", "value": "1e5"},
        {"field": "amount", "operation": "eq", "value": "1.00001"},
        {"field": "amount", "operation": "eq", "value": "1" * 15},
        {"field": "isStalled", "operation": "eq", "value": "True"},
        {"field": "isStalled", "operation": "gt", "value": "true"},
        {"field": "createdAt", "operation": "gt", "value": "yesterday"},
        {"field": "createdAt", "operation": "gt", "value": "0001-01-01T00:00:00+05:00"},
        {"field": "createdAt", "operation": "gt", "value": "10000-01-01"},
        {"field": "expectedCloseDate", "operation": "gt", "value": "2026-02-30"},
        {"field": "expectedCloseDate", "operation": "gt", "value": "2026-W01-1"},
        {"field": "expectedCloseDate", "operation": "gt", "value": "20260101"},
        {"field": "expectedCloseDate", "operation": "gt", "value": "2026-W01-1T10:00:00"},
        {"field": "createdAt", "operation": "gt", "value": "2026-W01-1"},
        {"field": "createdAt", "operation": "gt", "value": "20260101T100000"},
        {"field": "stepId", "operation": "eq", "value": "3"},
        {"field": "stepId", "operation": "eq", "value": global_id("Opportunity", 1)},
        {"field": "interestItemId", "operation": "eq", "value": global_id("Opportunity", 1)},
        {"field": "interestItemId", "operation": "gt", "value": global_id("Event", 1)},
        {"field": "name", "attribute": {"key": "x"}, "operation": "eq", "value": "x"},
        {"attribute": {"key": "a\0b"}, "operation": "eq", "value": "x"},
        {"any": [], "all": []},
        {"any": [{}]},
        {"not": {"field": "name"}},
    ],
)
async def test_a_filter_that_means_nothing_is_refused(
    asker: Asker, condition: dict[str, Any]
) -> None:
    text = (
        "query Q($f: [OpportunityFieldGraphFilter!]) { opportunities(filters: $f) { totalCount } }"
    )
    message = await refused(asker, text, {"f": [condition]}, "FILTER_MALFORMED")
    assert message.startswith("opportunities: filters[0]")
    page = "opportunities(filters: [$f]) { totalCount }"
    nested = f"query Q($f: OpportunityFieldGraphFilter!) {{ accounts {{ nodes {{ {page} }} }} }}"
    await refused(asker, nested, {"f": condition}, "FILTER_MALFORMED")


async def test_a_search_for_more_than_anybody_writes_is_refused(asker: Asker) -> None:
    for text in (
        "query Q($s: String) { opportunities(search: $s) { totalCount } }",
        "query Q($s: String) { accounts { nodes { contacts(search: $s) { totalCount } } } }",
        'query Q($s: String) { funnel(pipelineId: "x", search: $s) { moreGroups } }',
    ):
        await asker.read(text, {"s": "x " * 500})
        message = await refused(asker, text, {"s": "x" * 1001}, "ARGUMENT_MALFORMED")
        assert message.endswith("search is longer than 1000 characters")


@pytest.mark.parametrize("report", ["funnel", "velocity", "refusals", "pipelineChanges"])
async def test_a_period_that_ends_before_it_begins_is_refused_and_one_to_come_is_empty(
    asker: Asker, report: str
) -> None:
    id = global_id("Pipeline", 1)
    shown = "changes { count }" if report == "pipelineChanges" else "groups { count }"
    asked = f'{report}(pipelineId: "{id}", from: $a, to: $b) {{ {shown} }}'
    text = f"query Q($a: Date!, $b: Date) {{ {asked} }}"
    backwards = {"a": "2026-03-02", "b": "2026-03-01"}
    message = await refused(asker, text, backwards, "ARGUMENT_MALFORMED")
    assert message.endswith("from must not be after to")
    for end in (None, "2999-12-31"):
        (told,) = (await asker.read(text, {"a": "2999-01-01", "b": end}))[report].values()
        assert told in ([], [{"count": 0}]), told


async def test_more_ids_than_a_hundred_are_refused_by_a_plan_made_for_few_too(asker: Asker) -> None:
    text, id = "query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }", global_id("Account", 1)
    assert len((await asker.read(text, {"ids": [id] * 100}))["nodes"]) == 100
    await refused(asker, text, {"ids": [id] * 101}, "ARGUMENT_MALFORMED")


async def test_a_page_cut_to_a_hundred_is_warned_of_once_a_place(asker: Asker) -> None:
    text = """query Q($n: Int) { accounts { nodes { opportunities { nodes { interests { nodes {
      ... on EventInterest { opportunity { contacts(first: $n) { totalCount } } }
      ... on TrainingTokenInterest { legacyId opportunity { contacts(first: $n) { totalCount } } }
    } } } } } } tags(last: 101) { totalCount } }"""
    warnings = json.loads((await asker.ask(text, {"n": 500})).body)["extensions"]["warnings"]
    deep = [
        "accounts",
        "nodes",
        "opportunities",
        "nodes",
        "interests",
        "nodes",
        "opportunity",
        "contacts",
    ]
    assert [warning["path"] for warning in warnings] == [deep, ["tags"]]
    assert "extensions" not in json.loads(
        (await asker.ask(text.replace("101", "1"), {"n": 100})).body
    )


async def test_conditions_without_number_are_refused_before_any_is_compiled(asker: Asker) -> None:
    each = {"field": "contactName", "operation": "contains", "values": ["x"]}
    lists = " ".join(f"a{i}: opportunities(filters: $f) {{ totalCount }}" for i in range(5))
    text = f"""query Q($f: [OpportunityFieldGraphFilter!]) {{
        {lists} accounts {{ nodes {{ opportunities(filters: $f) {{ totalCount }} }} }} }}"""
    await asker.read(text, {"f": [each] * 15})
    for given in ([each] * 17, [{"all": [each] * 8}, {"not": {"any": [each] * 8}}], [each] * 9000):
        await refused(asker, text, {"f": given}, "LIMIT_EXCEEDED")


async def test_types_of_an_interface_do_not_multiply_with_depth(asker: Asker) -> None:
    """Five levels of four types each, a thousand ways through, are five levels to read."""
    inner = "legacyId"
    for i in range(5):
        inner = f"""interests(first: 1) {{ nodes {{
            ... on EventInterest {{ x{i}: quantity }} opportunity {{ name {inner} }} }} }}"""
    await asker.read(f"{{ opportunities(first: 1) {{ nodes {{ {inner} }} }} }}")
    ((statement,),) = [
        [root.statement for root in plan.roots if root.statement]
        for plan, _ in asker.executor.plans._values.values()
        if isinstance(plan, Plan)
    ]
    assert len(statement.sql) < 10_000


NULLS = [
    ('$v: String = "x"', "tags(filters: [{field: name, operation: in, values: [$v]}])"),
    ("$v: TagOrderField = name", "tags(order: {field: $v})"),
    ("$v: TagFieldGraphFilter = {field: name, operation: isnull}", "tags(filters: [$v])"),
    ("$v: Boolean = true", "tags @skip(if: $v)"),
    ("$v: Boolean = true", "tags @include(if: $v)"),
]


@pytest.mark.parametrize(("definition", "field"), NULLS)
async def test_a_null_where_only_a_default_let_the_variable_stand_is_refused(
    asker: Asker, definition: str, field: str
) -> None:
    text = f"query Q({definition}) {{ {field} {{ totalCount }} }}"
    await asker.read(text)
    message = await refused(asker, text, {"v": None}, "BAD_USER_INPUT")
    assert message == "Variable $v must not be null here."
    await asker.read(text)


async def test_a_null_id_is_refused(asker: Asker) -> None:
    for field in ("node(id: $v)", "nodes(ids: [$v])", "opportunity(id: $v)"):
        text = f'query Q($v: ID = "x") {{ {field} {{ id }} }}'
        await asker.read(text)
        await refused(asker, text, {"v": None}, "BAD_USER_INPUT")


async def test_a_null_for_a_verb_is_refused_before_any_verb_runs(asker: Asker) -> None:
    text = """mutation M($v: String = "x") { opportunities {
        first: create(input: {name: "O"}) { opportunity { name } }
        create(input: {name: $v}) { errors { code } }
    } }"""
    answer = await asker.executor.answer(
        Question(text, None, {"v": None}),
        asker.admin,
        deadline=monotonic() + 10,
        request_id="x",
        query_only=False,
    )
    body = json.loads(answer.body)
    assert [error["extensions"]["code"] for error in body["errors"]] == ["BAD_USER_INPUT"]
    assert "data" not in body
    assert await asker.read("{ opportunities { totalCount } }") == {
        "opportunities": {"totalCount": 0}
    }
