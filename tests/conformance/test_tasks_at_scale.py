"""What tasks cost in an organisation of twenty thousand opportunities, two tasks on each."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import asyncpg
import pytest

from pipeline_gql.store.database import Database
from tests.conformance.conftest import Asker
from tests.conformance.crowd import MANY, cost, crowd
from tests.organisations import FIRST
from tests.server import DatabaseUrls, Server

INSERT = f"""
INSERT INTO task (org_id, opportunity_id, title, due_at, assigned_to_id, done_at, done_by_id)
SELECT $1, 1000 + i / 2, 'Call', now() + (i % 1000 - 500) * interval '1 hour', 1 + i % 3,
    CASE WHEN i % 3 > 0 THEN now() END, CASE WHEN i % 3 > 0 THEN 1 END
FROM generate_series(0, {2 * MANY - 1}) AS i"""
FEW = 400
NEXT = "ix_task_opportunity_id_due_at_id"


@dataclass
class Crowded:
    asker: Asker
    urls: DatabaseUrls


@pytest.fixture
async def crowded(server: Server) -> AsyncGenerator[Crowded]:
    urls = await server.clone()
    await crowd(urls, FIRST)
    connection = await asyncpg.connect(urls.admin)
    await connection.execute(INSERT, FIRST.org_id)
    await connection.execute("VACUUM ANALYZE task")
    await connection.close()
    database = await Database.open(urls.served)
    yield Crowded(Asker(database, FIRST.admin), urls)
    await database.close()
    await server.drop(urls)


async def test_tasks_are_found_by_index(crowded: Crowded) -> None:
    """A page reads a few blocks for each of its rows, however many tasks there are."""
    filtered = "opportunities(first: 25, filters: {field: %s}) { nodes { id } }"
    for text, index in (
        ("opportunities(first: 25) { nodes { id nextTask { title } } }", NEXT),
        (filtered % 'hasOpenTask, operation: eq, value: "true"', NEXT),
        (filtered % 'hasOpenTask, operation: eq, value: "false"', NEXT),
        (filtered % "nextTaskDue, operation: isnull", NEXT),
        (
            "tasks(first: 25, order: {field: dueAt}, filters: {field: assignedToId, operation: eq,"
            ' value: "VXNlcjox"}) { nodes { id } }',
            "ix_task_assigned_to_id_due_at_id",
        ),
        (
            "tasks(first: 25, order: {field: createdAt}) { nodes { id } }",
            "ix_task_created_at_id",
        ),
    ):
        found = await cost(crowded.asker, crowded.urls, f"{{ {text} }}")
        assert index in found.plan, found.plan
        assert found.buffers < FEW, (text, found.plan)


async def test_what_is_due_soon_is_counted_within_the_organisation_s_rows(crowded: Crowded) -> None:
    text = """{ opportunities(filters: {field: nextTaskDue, operation: lt,
        value: "2020-01-01T00:00:00Z"}) { totalCount } }"""
    found = await cost(crowded.asker, crowded.urls, text)
    assert NEXT in found.plan
    assert found.buffers < 6 * MANY
