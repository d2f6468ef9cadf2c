"""One large organisation beside ten small ones, made by SQL alone."""

from pathlib import Path
from uuid import UUID

import asyncpg

from tests.organisations import FIRST
from tests.server import DatabaseUrls

MANY = 20_000
"""Opportunities of the large organisation, the first; it has a hundredth to three times as many
rows of other kinds."""
SMALL = 500
OTHERS = [UUID(int=(0xC0 << 120) | 0x4000_8000_0000_0000_0000 | n, version=4) for n in range(10)]
ROWS = Path(__file__).with_name("crowd.sql")


async def crowd(urls: DatabaseUrls) -> None:
    """Past the triggers, and tells the planner."""
    connection = await asyncpg.connect(urls.admin)
    try:
        await connection.execute("SET session_replication_role = replica")
        # Else VACUUM cannot yet know that all rows are visible.
        await connection.execute("SET synchronous_commit = on")
        for org_id, count in [(FIRST.org_id, MANY), *((each, SMALL) for each in OTHERS)]:
            rows = ROWS.read_text().replace(":org", f"'{org_id}'::uuid").replace(":n", str(count))
            await connection.execute(rows)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
