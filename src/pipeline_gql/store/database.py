"""The database as the rooms above see it: `writing()` and `reading()`, one transaction each."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store.connections import (
    UnsafeRole,
    connect,
    is_answer,
    is_lost,
    refuse_unsafe_role,
    roll_back,
)
from pipeline_gql.store.constraints import OutcomeUnknown, Serialization, driver_error, translated
from pipeline_gql.store.reading import Reader, ReadPool
from pipeline_gql.store.transactions import GRACE_SECONDS, begin
from pipeline_gql.store.units import Unit
from pipeline_gql.store.writers import COMMIT, Writer

__all__ = [
    "Database", "OutcomeUnknown", "Reader", "Serialization", "Unit", "UnsafeRole", "Urls",
]  # fmt: skip

Writing = TypeVar("Writing", bound=Writer)

WAIT_SECONDS = 0.5
RECYCLE_SECONDS = 900


UNDO: Final = "SET CONSTRAINTS ALL IMMEDIATE;ROLLBACK"


@dataclass(frozen=True, slots=True)
class Urls:
    """`postgresql://` addresses: of the app's login, and of the reader's (else the app's)."""

    app: str
    reader: str | None = None


class Database:
    """Two pools on one database. Nothing leaves them without a tenant and a deadline."""

    def __init__(self, engine: AsyncEngine, reads: ReadPool, citus: bool) -> None:
        self._engine = engine
        self._citus = citus
        self._written: set[UUID] = set()
        self._is_lost = False
        self.reads = reads
        event.listen(engine.sync_engine, "checkout", self._check)

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
        now = datetime.now(UTC)
        start = begin(org_id, deadline, read_only=False, citus=self._citus, now=now)
        made = partial(Unit, begin=start, org_id=org_id, request_id=request_id, now=now)
        async with self._transaction(made, deadline, keeps=keeps, matters=tells) as unit:
            yield unit
        if tells and keeps:
            self.note_written(org_id)

    @asynccontextmanager
    async def reading(self, org_id: UUID, *, deadline: float = 10.0) -> AsyncGenerator[Reader]:
        """One read-only transaction; `deadline` is in seconds from now."""
        with translated:
            async with self.reads.transaction(org_id, deadline) as reader:
                yield reader

    async def read(
        self,
        org_id: UUID,
        sql: str,
        args: Sequence[object],
        *,
        deadline: float = 10.0,
        attended: bool = False,
    ) -> bytes | None:
        """The one bytea value of a compiled read that is all there is to ask.

        `deadline` is in seconds from now. `attended`: whoever asks ends it then.
        """
        with translated:
            return await self.reads.json(org_id, deadline, sql, args, attended=attended)

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
        async with self._transaction(partial(Writer, begin=start), deadline) as writer:
            yield writer.session

    def _check(self, connection: Any, *_: object) -> None:
        """The server has gone meanwhile, and every other idle connection with it. A ping does not
        notice a failover to a read-only node; its first error does."""
        if self._is_lost or connection.driver_connection.is_closed():
            self._is_lost = False
            raise InvalidatePoolError

    @asynccontextmanager
    async def _transaction(
        self,
        made: Callable[[AsyncEngine, PoolProxiedConnection], Writing],
        seconds: float,
        *,
        keeps: bool = True,
        matters: bool = False,
    ) -> AsyncGenerator[Writing]:
        writer: Writing | None = None
        try:
            with translated:
                async with asyncio.timeout(seconds + GRACE_SECONDS):
                    writer = made(self._engine, await self._engine.raw_connection())
                    try:
                        yield writer
                        await _end(writer, keeps=keeps)
                    except BaseException as error:
                        self._is_lost = self._is_lost or is_lost(driver_error(error))
                        await roll_back(writer.raw, error)
                        raise
                    finally:
                        await writer.close()
        except TryAgain as busy:
            if matters and writer and writer.is_over and not is_answer(busy.__cause__):
                raise OutcomeUnknown from busy
            raise


async def _end(writer: Writer, *, keeps: bool) -> None:
    """As it is meant to, unless that was done with its last question."""
    if writer.is_over:
        return
    if keeps:
        told, meant = await writer.commit(), COMMIT
    else:
        await writer.flush()
        await writer.begin()
        told, meant = await writer.raw.execute(UNDO), "ROLLBACK"
    if told != meant:
        raise RuntimeError("an error was swallowed inside the transaction")


def _engine(url: str, size: int) -> AsyncEngine:
    async def checked_out(*_: object, **__: object) -> Any:
        return await connect(url)

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=checked_out,
        # SQLAlchemy leaves BEGIN and COMMIT to us: with the SETs in one string they save a
        # round trip, and the order on Citus is ours to choose.
        isolation_level="AUTOCOMMIT",
        pool_size=size,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        pool_recycle=RECYCLE_SECONDS,
        # A connection comes back in a known state or closed.
        pool_reset_on_return=None,
    )
