"""Twenty thousand opportunities in one organisation, and what a statement costs there."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.connections import READING
from pipeline_gql.store.reading import Reader, ReadPool
from tests.conformance.conftest import Asker
from tests.organisations import Organisation
from tests.server import DatabaseUrls

MANY = 20_000
INSERT = f"""
INSERT INTO opportunity (org_id, id, name, pipeline_id, version_id, step_id, step_entered_at,
    currency, probability, expected_close_date, actual_close_date, created_at, updated_at,
    region_code, owner_id, account_id, grand_total, net_total, description)
SELECT $1, i, 'Deal ' || md5(i::text), 1, 1, 3 + i % 5, now() - i * interval '1 minute',
    'USD', i % 100, CASE WHEN i % 3 > 0 THEN date '2026-01-01' + i % 700 END,
    CASE WHEN i % 4 = 0 THEN date '2026-01-01' + i % 700 END, now() - i * interval '1 minute',
    now() - i * interval '1 minute', CASE WHEN i % 10 = 0 THEN 'DR' ELSE 'R' || i % 10 END,
    CASE WHEN i % 50 = 0 THEN 3 ELSE 1 END, 1, i * 10000, i * 10000, repeat('word ', 20)
FROM generate_series(1000, {MANY} + 999) AS i"""


DEFINED = "INSERT INTO attribute_definition (org_id, key, label, type) VALUES ($1, $2, $2, 'TEXT')"
VALUED = f"""
INSERT INTO opportunity_attribute (org_id, opportunity_id, key, value, elements)
SELECT $1, i, 'code', code, ARRAY[code]
FROM generate_series(1000, {MANY} + 999) AS i, left(md5(i::text), 4) AS code WHERE i % 10 > 0"""


async def crowd(urls: DatabaseUrls, organisation: Organisation) -> None:
    """Inserts them past the triggers, and tells the planner."""
    connection = await asyncpg.connect(urls.admin)
    try:
        await connection.execute("SET session_replication_role = replica")
        # Else VACUUM cannot yet know that all rows are visible.
        await connection.execute("SET synchronous_commit = on")
        await connection.execute(INSERT, organisation.org_id)
        await connection.execute(DEFINED, organisation.org_id, "code")
        await connection.execute(VALUED, organisation.org_id)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


@dataclass
class Cost:
    """Of the statements of a document: blocks touched, milliseconds, the plan's text, the rows
    that its busiest node gave, and the blocks that did not fit into memory."""

    buffers: int
    milliseconds: float
    plan: str
    rows: float
    spilled: int


async def cost(
    asker: Asker,
    urls: DatabaseUrls,
    text: str,
    variables: dict[str, Any] | None = None,
    viewer: Viewer | None = None,
) -> Cost:
    """As the reader runs it: row-level security on, one plan for all values."""
    with overheard() as asked:
        await asker.read(text, variables, viewer)
    ((sql, arguments),) = asked
    connection = await asyncpg.connect(urls.of("pipeline_reader"))
    try:
        for name, value in {**READING, "jit": "off"}.items():
            await connection.execute(f"SET {name} = '{value}'")
        await connection.execute(f"SET app.org_id = '{asker.admin.org_id}'")
        await connection.execute(f"PREPARE asked AS {sql}")
        given = f"({', '.join(map(quoted, arguments))})" if arguments else ""
        explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT %s) EXECUTE asked{given}"
        await connection.fetch(explain % "JSON")
        (plan,) = json.loads(await connection.fetchval(explain % "JSON"))
        lines = [line for (line,) in await connection.fetch(explain % "TEXT")]
    finally:
        await connection.close()
    root = plan["Plan"]
    buffers = root["Shared Hit Blocks"] + root["Shared Read Blocks"]
    time, text = plan["Execution Time"], "\n".join(lines)
    return Cost(buffers, time, text, _most_rows(root), root["Temp Written Blocks"])


def _most_rows(node: dict[str, Any]) -> float:
    below = (_most_rows(each) for each in node.get("Plans", []))
    return max(node["Actual Rows"] * node["Actual Loops"], *below, 0)


@contextmanager
def overheard() -> Iterator[list[tuple[str, Sequence[object]]]]:
    """The statements that readers run meanwhile, those of a transaction and those by themselves."""
    asked: list[tuple[str, Sequence[object]]] = []
    ask, ask_alone = Reader.json, ReadPool.json

    async def listening(reader: Reader, sql: str, args: Sequence[object]) -> bytes | None:
        asked.append((sql, args))
        return await ask(reader, sql, args)

    async def listening_alone(
        pool: ReadPool, org_id: UUID, seconds: float, sql: str, args: Sequence[object], **more: bool
    ) -> bytes | None:
        asked.append((sql, args))
        return await ask_alone(pool, org_id, seconds, sql, args, **more)

    Reader.json, ReadPool.json = listening, listening_alone
    try:
        yield asked
    finally:
        Reader.json, ReadPool.json = ask, ask_alone


def quoted(value: object) -> str:
    if value is None:
        return "NULL"
    text = "{" + ",".join(map(str, value)) + "}" if isinstance(value, list) else str(value)
    return "'" + text.replace("'", "''") + "'"
