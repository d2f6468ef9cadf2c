"""Transactions as these tests open them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Reader, Unit
from tests.organisations import Organisation
from tests.server import DatabaseUrls

NAMES = "SELECT convert_to(string_agg(name, ',' ORDER BY id), 'UTF8') FROM account"
SLEEP = "SELECT convert_to(pg_sleep($1)::text, 'UTF8')"
DYING = "SELECT convert_to(pg_terminate_backend(pg_backend_pid())::text, 'UTF8')"
ALIVE = "SELECT convert_to('alive', 'UTF8')"


def pooled(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on connections are as behind a pooler, which names a process of its own."""
    monkeypatch.setattr(asyncpg.Connection, "get_server_pid", lambda connection: 0)


@dataclass(frozen=True)
class Alone:
    """Each statement in a transaction of its own."""

    database: Database
    org_id: UUID
    deadline: float

    async def json(self, sql: str, args: Sequence[object]) -> bytes | None:
        return await self.database.read(self.org_id, sql, args, deadline=self.deadline)


@asynccontextmanager
async def alone(
    database: Database, org_id: UUID, *, deadline: float = 10.0
) -> AsyncGenerator[Alone]:
    yield Alone(database, org_id, deadline)


Opening = Callable[..., AbstractAsyncContextManager[Unit | Reader | Alone]]


async def ask(opening: Opening, o: Organisation, sql: str, *args: object, **limits: float) -> bytes:
    async with opening(o.org_id, **limits) as transaction:
        answer = await transaction.json(sql, args)
    assert answer is not None
    return answer


async def add_account(database: Database, o: Organisation, error: Exception | None = None) -> None:
    async with database.writing(o.org_id) as unit:
        unit.session.add(models.Account(org_id=unit.org_id, name="New"))
        await unit.session.flush()
        if error:
            raise error


async def run(database: Database, o: Organisation, statement: str) -> None:
    async with database.writing(o.org_id) as unit:
        await unit.session.execute(text(statement))


async def come_to(urls: DatabaseUrls, count: int) -> None:
    """So many connections are busy before long, for a query of four seconds in less than that."""
    async with asyncio.timeout(3):
        found = await busy(urls)
        while found != count:
            await asyncio.sleep(0.02)
            found = await busy(urls)


async def busy(urls: DatabaseUrls) -> int:
    """How many connections are at a statement or inside a transaction."""
    connection = await asyncpg.connect(urls.admin)
    try:
        return await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state <> 'idle' AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()
