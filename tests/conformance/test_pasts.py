"""The list of opportunities as it stood at any moment equals an overlay of plain rows."""

import json
import os
from datetime import timedelta
from typing import Any, cast

from graphql import get_named_type, is_leaf_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.domain.viewer import Role
from tests.conformance.conftest import Asker, Both
from tests.conformance.documents import plain
from tests.conformance.values import BY_KIND, Choices

EXAMPLES = int(os.environ.get("PAST_EXAMPLES", "40"))
SCHEMA = cast(Any, graphql_schema())
DOCUMENT = """
query Q($at: DateTime, $filters: [OpportunityFieldGraphFilter!], $order: OpportunityOrder,
        $first: Int, $last: Int, $after: String) {
    opportunities(asOf: $at, filters: $filters, order: $order, first: $first, last: $last,
            after: $after) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        totals { currency count value weighted stalledCount }
        edges { cursor node { __typename id legacyId name step { id name stage { state } }
            pipeline { id } value { grandTotal netTotal taxTotal weighted currency } currency
            financialUnit { id } probability region { id } account { id name } owner { id name }
            createdBy { id } expectedCloseDate actualCloseDate leadSource forecastCategory
            stepEnteredAt createdAt daysInStep isStalled } } } }"""


def _named(text: str) -> list[str]:
    return text.split()


FIELDS = _named(
    "id legacyId name step pipeline value currency financialUnit probability region account owner"
    " createdBy expectedCloseDate actualCloseDate leadSource forecastCategory stepEnteredAt"
    " createdAt daysInStep isStalled"
)
FILTERS = _named(
    "id legacyId name stepId stepName stageId stageName state pipelineId pipelineName accountId"
    " accountName ownerId ownerName createdById regionId regionName leadSource forecastCategory"
    " currency grandTotal netTotal taxTotal weighted probability expectedCloseDate actualCloseDate"
    " stepEnteredAt createdAt daysInStep isStalled"
)
ORDERS = _named(
    "id createdAt name grandTotal probability expectedCloseDate actualCloseDate stepEnteredAt"
    " daysInStep"
)
"""What is promised to have a past."""


def moments(both: Both) -> st.SearchStrategy[str]:
    """About when something changed: just then, just before, and where nothing did."""
    rows = both.references[Role.ADMIN].tables["opportunity_revision"]
    times = sorted({row.since for row in rows})
    near = st.sampled_from([timedelta(0), timedelta(microseconds=-1), timedelta(hours=11)])
    exact = st.tuples(st.sampled_from(times), near).map(lambda each: sum(each[1:], each[0]))
    return exact.map(lambda at: at.isoformat()) | exact.map(
        lambda at: at.replace(tzinfo=None).isoformat()
    )


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_the_list_as_it_stood_is_what_the_revisions_say(
    both: Both, data: st.DataObject
) -> None:
    reference = both.references[Role.ADMIN]
    choices = Choices(data.draw, reference)
    asked: dict[str, Any] = {"at": data.draw(moments(both))}
    if choices.chance(6):
        noun = reference.nouns["Opportunity"]
        name = choices.choice(FILTERS)
        operation = choices.choice([*BY_KIND[noun.fields[name].kind], "isnull", "notnull"])
        condition: dict[str, Any] = {"field": name, "operation": operation}
        if operation in ("in", "notin"):
            condition["values"] = [choices.value(noun, name) for _ in range(choices.up_to(3))]
        elif operation == "wordlike":
            condition["value"] = "deal"
        elif operation not in ("isnull", "notnull"):
            condition["value"] = choices.value(noun, name, escaped=operation == "like")
        asked["filters"] = [condition]
    if choices.chance(7):
        asked["order"] = {
            "field": choices.choice(ORDERS),
            "direction": choices.choice(["asc", "desc"]),
        }
    asked["last" if choices.chance(3) else "first"] = choices.up_to(9)
    for role in (Role.ADMIN, Role.MEMBER):
        found = await both.compare(DOCUMENT, plain(asked), role)
        after = found["opportunities"]["pageInfo"]["endCursor"]
        if after and "first" in asked:
            await both.compare(DOCUMENT, plain({**asked, "after": after}), role)


async def codes(asker: Asker, document: str) -> list[str]:
    told = json.loads((await asker.ask(document)).body)
    return [error["extensions"]["code"] for error in told.get("errors", [])]


AT = 'asOf: "2026-01-01T00:00:00Z"'


async def test_what_has_no_past_is_refused_and_nothing_is_answered_as_it_is_now(
    both: Both,
) -> None:
    known = SCHEMA.type_map["Opportunity"].fields
    for name, field in known.items():
        below = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
        found = await codes(both, f"{{ opportunities({AT}) {{ nodes {{ {name}{below} }} }} }}")
        assert found == ([] if name in FIELDS else ["ARGUMENT_MALFORMED"]), name
    for name in SCHEMA.type_map["OpportunityField"].values:
        asked = f"filters: {{field: {name}, operation: notnull}}"
        found = await codes(both, f"{{ opportunities({AT}, {asked}) {{ totalCount }} }}")
        assert found == ([] if name in FILTERS else ["FILTER_MALFORMED"]), name
    orders = get_named_type(SCHEMA.type_map["OpportunityOrder"].fields["field"].type)
    for name in cast(Any, orders).values:
        asked = f"order: {{field: {name}}}"
        found = await codes(both, f"{{ opportunities({AT}, {asked}) {{ totalCount }} }}")
        assert found == ([] if name in ORDERS else ["ARGUMENT_MALFORMED"]), name
    for asked in (
        'search: "deal"',
        'filters: {attribute: {key: "k1"}, operation: notnull}',
        'orderBy: {attribute: "k1"}',
    ):
        assert await codes(both, f"{{ opportunities({AT}, {asked}) {{ totalCount }} }}")


async def test_a_moment_before_everything_and_one_after_all(both: Both) -> None:
    for role in (Role.ADMIN, Role.MEMBER):
        for at in ("1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
            found = await both.compare(DOCUMENT, {"at": at}, role)
            assert bool(found["opportunities"]["totalCount"]) is at.startswith("2999")
