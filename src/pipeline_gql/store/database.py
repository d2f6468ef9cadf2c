"""The database as the rooms above see it: `writing()` and `reading()`, one transaction each."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store.connections import (
    Connection,
    UnsafeRole,
    connect,
    is_answer,
    is_lost,
    refuse_unsafe_role,
    roll_back,
)
from pipeline_gql.store.constraints import OutcomeUnknown, Serialization, translated
from pipeline_gql.store.reading import Reader, ReadPool
from pipeline_gql.store.transactions import GRACE_SECONDS, Begin, begin, telling

__all__ = [
    "Database", "OutcomeUnknown", "Reader", "Serialization", "Unit", "UnsafeRole", "Urls",
]  # fmt: skip

WAIT_SECONDS = 0.5
RECYCLE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class End:
    """How a transaction ends, and what PostgreSQL answers unless it was broken before."""

    statement: str
    told: str


COMMIT: Final = End("COMMIT", "COMMIT")
UNDO: Final = End("SET CONSTRAINTS ALL IMMEDIATE;ROLLBACK", "ROLLBACK")


@dataclass(frozen=True, slots=True)
class Urls:
    """`postgresql://` addresses: of the app's login, and of the reader's (else the app's)."""

    app: str
    reader: str | None = None


class Unit:
    """A write's transaction. `now` is the one time of what is done in it, in UTC; `begun` is the
    first, where several verbs are done in it one after another."""

    __slots__ = ("_raw", "begun", "now", "org_id", "request_id", "session")

    def __init__(
        self,
        session: AsyncSession,
        raw: Connection,
        org_id: UUID,
        request_id: str | None,
        now: datetime,
    ) -> None:
        self.session = session
        self.org_id = org_id
        self.request_id = request_id
        self.now = self.begun = now
        self._raw = raw

    async def begin_anew(self) -> None:
        """For another verb of the same transaction: it meets rows as they are by now, later."""
        await self.session.flush()
        self.session.expunge_all()
        self.now = max(datetime.now(UTC), self.now + timedelta(microseconds=1))
        await self._raw.execute(telling(self.now))

    async def json(self, sql: str, args: Sequence[object]) -> bytes | None:
        """The one bytea value of a compiled read, which sees what this unit has changed."""
        await self.session.flush()
        return await self._raw.fetchval(sql, *args)


class Database:
    """Two pools on one database. Nothing leaves them without a tenant and a deadline."""

    def __init__(self, engine: AsyncEngine, reads: ReadPool, citus: bool) -> None:
        self._engine = engine
        self._citus = citus
        self._written: set[UUID] = set()
        self.reads = reads

    @classmethod
    async def open(
        cls, urls: Urls, *, read_pool: int = 8, write_pool: int = 8, citus: bool = False
    ) -> "Database":
        """Raises UnsafeRole when a login could step over row-level security."""
        for url in {urls.app, urls.reader or urls.app}:
            await refuse_unsafe_role(url)
        reads = ReadPool(urls.reader or urls.app, read_pool, citus)
        return cls(_engine(urls.app, write_pool), reads, citus)

    @property
    def engine(self) -> Engine:
        """The writers' pool, as sessions know it."""
        return self._engine.sync_engine

    async def close(self) -> None:
        await self.reads.close()
        await self._engine.dispose()

    @asynccontextmanager
    async def writing(
        self,
        org_id: UUID,
        *,
        deadline: float = 15.0,
        request_id: str | None = None,
        tells: bool = True,
        keeps: bool = True,
    ) -> AsyncGenerator[Unit]:
        """Commits at the end, rolls back on any exception; `deadline` is in seconds from now.

        Raises OutcomeUnknown if the answer to the commit is lost. `tells` is false for what writes
        no event and may as well be done twice: nobody looks for one, and a lost answer is TryAgain.
        Unless it `keeps` what is written all is rolled back, after every check of a commit.
        """
        end, now = COMMIT if keeps else UNDO, datetime.now(UTC)
        start = begin(org_id, deadline, read_only=False, citus=self._citus, now=now)
        async with self._transaction(start, deadline, end, matters=tells) as (session, raw):
            yield Unit(session, raw, org_id, request_id, now)
        if tells and keeps:
            self.note_written(org_id)

    @asynccontextmanager
    async def reading(self, org_id: UUID, *, deadline: float = 10.0) -> AsyncGenerator[Reader]:
        """One read-only transaction; `deadline` is in seconds from now."""
        with translated:
            async with self.reads.transaction(org_id, deadline) as reader:
                yield reader

    async def read(
        self, org_id: UUID, sql: str, args: Sequence[object], *, deadline: float = 10.0
    ) -> bytes | None:
        """The one bytea value of a compiled read that is all there is to ask."""
        with translated:
            return await self.reads.json(org_id, deadline, sql, args)

    def note_written(self, org_id: UUID) -> None:
        """There may be events of this organisation to stamp."""
        self._written.add(org_id)

    def take_written(self) -> set[UUID]:
        """The organisations written to since this was last asked."""
        taken, self._written = self._written, set()
        return taken

    @asynccontextmanager
    async def without_tenant(self, deadline: float = 5.0) -> AsyncGenerator[AsyncSession]:
        """For store/directory.py alone: sees the global tables and no row of any tenant."""
        start = begin(None, deadline, read_only=False, citus=self._citus)
        async with self._transaction(start, deadline) as (session, _):
            yield session

    @asynccontextmanager
    async def _transaction(
        self, start: Begin, seconds: float, end: End = COMMIT, *, matters: bool = False
    ) -> AsyncGenerator[tuple[AsyncSession, Connection]]:
        committing = False
        try:
            with translated:
                async with (
                    asyncio.timeout(seconds + GRACE_SECONDS),
                    AsyncSession(self._engine, expire_on_commit=False) as session,
                ):
                    raw = await _driver(session)
                    try:
                        await start.run(raw)
                        yield session, raw
                        await session.flush()
                        committing = end is COMMIT
                        if await raw.execute(end.statement) != end.told:
                            raise RuntimeError("an error was swallowed inside the transaction")
                    except BaseException as error:
                        await _undo(session, raw, error)
                        raise
        except TryAgain as busy:
            if matters and committing and not is_answer(busy.__cause__):
                raise OutcomeUnknown from busy
            raise


def _engine(url: str, size: int) -> AsyncEngine:
    async def checked_out(*_: object, **__: object) -> Any:
        return await connect(url)

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=checked_out,
        # SQLAlchemy leaves BEGIN and COMMIT to us: with the SETs in one string they save a
        # round trip, and the order on Citus is ours to choose.
        isolation_level="AUTOCOMMIT",
        pool_size=size,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        pool_recycle=RECYCLE_SECONDS,
    )
    event.listen(engine.sync_engine, "handle_error", _notice_lost)
    event.listen(engine.sync_engine, "checkout", _notice_closed)
    return engine


def _notice_lost(context: ExceptionContext) -> None:
    """A ping does not notice a failover to a read-only node; its first error does."""
    error = context.original_exception
    if is_lost(error) or is_lost(error.__cause__ or error):
        context.is_disconnect = True


def _notice_closed(connection: Any, *_: object) -> None:
    """The server has gone meanwhile, and every other idle connection with it."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


async def _driver(session: AsyncSession) -> Connection:
    connection = await session.connection()
    proxied = await connection.get_raw_connection()
    raw = proxied.driver_connection
    assert raw is not None
    return raw


async def _undo(session: AsyncSession, raw: Connection, error: BaseException) -> None:
    try:
        await roll_back(raw, error)
    finally:
        if raw.is_closed():
            await session.invalidate()
