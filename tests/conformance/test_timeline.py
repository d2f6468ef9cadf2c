"""A long history costs by the page, not by its length, and is answered as the reference does."""

from typing import Any

import asyncpg
import pytest

from pipeline_gql.domain.viewer import Role
from tests.conformance.conftest import Asker, Both
from tests.conformance.crowd import cost
from tests.conformance.rows import global_id
from tests.organisations import Organisation
from tests.server import DatabaseUrls

LONG = 20_000
FEW = 120
"""Blocks of a page of 25: an entry, its subject, a step or two, the paths to them."""
ENTRIES = """
query Entries($id: ID!, $after: String, $before: String, $first: Int, $last: Int,
        $filters: [TimelineEntryFieldGraphFilter!], $order: TimelineEntryOrder) {
    opportunity(id: $id) { timeline(first: $first, last: $last, after: $after, before: $before,
            filters: $filters, order: $order) {
        pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
        nodes { __typename id at actor { name }
            ... on TimelineMove { fromStep { name stage { state } } toStep { name } cause reason }
            ... on TimelineChange { changes { field before after } }
            ... on TimelineComment { comment { body author { name } } }
            ... on TimelineFile { attachment { name url } }
            ... on TimelineTask { task { title isDone } }
            ... on TimelineMeeting { meeting { subject startsAt } }
        } } } }"""
KINDS = ["MOVE", "CHANGE", "COMMENT", "FILE", "TASK", "MEETING"]
HISTORY = f"""
INSERT INTO audit (org_id, aggregate, aggregate_id, verb, actor_id, before, after, at)
SELECT $1, 'Opportunity', '900', 'update', 1, jsonb_build_object('name', 'a' || i, 'amount', i),
    jsonb_build_object('name', 'b' || i, 'amount', i + 1, 'version', i),
    timestamptz '2026-01-01' + i * interval '1 minute'
FROM generate_series(1, {LONG}) AS i"""
TALK = """
INSERT INTO comment (org_id, opportunity_id, author_id, body, created_at)
SELECT $1, 900, 1, 'Well ' || i, timestamptz '2026-01-01' + i * interval '1 day'
FROM generate_series(1, 10) AS i"""


@pytest.fixture
async def long(urls: DatabaseUrls, organisation: Organisation) -> str:
    """An opportunity with a history of many changes and a few comments, past the rules of moves."""
    connection = await asyncpg.connect(urls.admin)
    await connection.execute("ALTER TABLE opportunity DISABLE TRIGGER USER")
    await connection.execute(
        "INSERT INTO opportunity (org_id, id, name, pipeline_id, version_id, step_id,"
        " step_entered_at, currency, probability, owner_id)"
        " VALUES ($1, 900, 'Long', 1, 1, 3, now(), 'USD', 10, 1)",
        organisation.org_id,
    )
    await connection.execute(HISTORY, organisation.org_id)
    await connection.execute(TALK, organisation.org_id)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    return global_id("Opportunity", 900)


async def test_a_page_of_a_long_history_costs_what_the_first_one_costs(
    asker: Asker, urls: DatabaseUrls, long: str
) -> None:
    for direction in ("asc", "desc"):
        order = {"order": {"field": "at", "direction": direction}}
        asked: dict[str, Any] = {"id": long, "first": 25, **order}
        for page in range(6):
            found = (await asker.read(ENTRIES, asked))["opportunity"]["timeline"]
            assert len(found["nodes"]) == 25
            assert found["pageInfo"]["hasPreviousPage"] is (page > 0)
            spent = await cost(asker, urls, ENTRIES, asked)
            assert spent.buffers < FEW, spent.plan
            asked = {"id": long, "first": 25, "after": found["pageInfo"]["endCursor"], **order}
        # Backwards from far away too.
        back = {"id": long, "last": 25, "before": found["pageInfo"]["startCursor"], **order}
        spent = await cost(asker, urls, ENTRIES, back)
        assert spent.buffers < FEW, spent.plan


async def test_a_kind_and_a_time_are_found_without_reading_the_rest(
    asker: Asker, urls: DatabaseUrls, long: str
) -> None:
    kind = [{"field": "kind", "operation": "eq", "value": "COMMENT"}]
    since = [{"field": "at", "operation": "ge", "value": "2026-01-10T00:00:00Z"}]
    said = (await asker.read(ENTRIES, {"id": long, "filters": kind}))["opportunity"]["timeline"]
    assert [node["comment"]["body"] for node in said["nodes"]] == [
        f"Well {i}" for i in range(1, 11)
    ]
    for filters in (kind, since):
        spent = await cost(asker, urls, ENTRIES, {"id": long, "filters": filters})
        assert spent.buffers < FEW, spent.plan


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
async def test_every_history_is_answered_as_the_reference_answers(both: Both, role: Role) -> None:
    tables = both.references[role].tables
    kinds = {row.kind for row in tables["timeline_entry"]}
    assert kinds == set(KINDS)
    for row in tables["opportunity"]:
        id = global_id("Opportunity", row.id)
        for more in (
            {},
            {"last": 3},
            {"order": {"field": "at", "direction": "desc"}, "first": 100},
        ):
            await both.compare(ENTRIES, {"id": id, **more}, role)
