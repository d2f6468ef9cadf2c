"""The database as the rooms above see it: `writing()` and `reading()`, one transaction each."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Engine
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
from pipeline_gql.store.lending import Lender
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
        self._lender = Lender(engine)
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
        self._lender.give_up()
        await self._engine.dispose()

    def writing(
        self,
        org_id: UUID,
        *,
        deadline: float = 15.0,
        request_id: str | None = None,
        tells: bool = True,
        keeps: bool = True,
        attended: bool = False,
    ) -> AbstractAsyncContextManager[Unit]:
        """Commits at the end, rolls back on any exception; `deadline` is in seconds from now.

        Raises OutcomeUnknown if the answer to the commit is lost. `tells` is false for what writes
        no event and may as well be done twice: nobody looks for one, and a lost answer is TryAgain.
        Unless it `keeps` what is written all is rolled back, after every check of a commit.
        `attended`: whoever writes is cancelled at the deadline.
        """
        now = datetime.now(UTC)
        start = begin(org_id, deadline, read_only=False, citus=self._citus, now=now)
        made = partial(Unit, begin=start, org_id=org_id, request_id=request_id, now=now)
        return _Transaction(
            self._engine,
            self._lender,
            made,
            None if attended else deadline + GRACE_SECONDS,
            keeps=keeps,
            matters=tells,
            then=partial(self.note_written, org_id) if tells and keeps else None,
        )

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
        made = partial(Writer, begin=start)
        limit = deadline + GRACE_SECONDS
        async with _Transaction(self._engine, self._lender, made, limit) as writer:
            yield writer.session


class _Transaction(Generic[Writing]):
    """One transaction on a connection that is lent, for so many `seconds`, if not for ever.

    Unless it `keeps` what is written all is rolled back; where it `matters` a lost answer to COMMIT
    is OutcomeUnknown; `then` is called once it has ended well.
    """

    __slots__ = (
        "_engine", "_keeps", "_lender", "_limit", "_made", "_matters", "_pooled", "_then",
        "_writer",
    )  # fmt: skip

    def __init__(
        self,
        engine: AsyncEngine,
        lender: Lender,
        made: Callable[[AsyncEngine, PoolProxiedConnection], Writing],
        seconds: float | None,
        *,
        keeps: bool = True,
        matters: bool = False,
        then: Callable[[], None] | None = None,
    ) -> None:
        self._engine = engine
        self._lender = lender
        self._made = made
        self._keeps = keeps
        self._matters = matters
        self._then = then
        self._limit = nullcontext() if seconds is None else asyncio.timeout(seconds)

    async def __aenter__(self) -> Writing:
        await self._limit.__aenter__()
        with translated:
            try:
                self._pooled = await self._lender.lend()
            except BaseException as error:
                await self._limit.__aexit__(type(error), error, error.__traceback__)
                raise
        self._writer = self._made(self._engine, self._pooled)
        return self._writer

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        try:
            with translated:
                await self._ended(error)
        except TryAgain as busy:
            if self._matters and self._writer.is_over and not is_answer(busy.__cause__):
                raise OutcomeUnknown from busy
            raise
        if self._then is not None:
            self._then()

    async def _ended(self, error: BaseException | None) -> None:
        """Well, or with the error inside."""
        try:
            try:
                if error is not None:
                    raise error
                await _end(self._writer, keeps=self._keeps)
            except BaseException as broken:
                if is_lost(driver_error(broken)):
                    self._lender.note_lost()
                await roll_back(self._writer.raw, broken)
                raise
            finally:
                try:
                    await self._writer.close()
                finally:
                    self._lender.take_back(self._pooled, as_lent=not self._writer.had_session)
        except BaseException as broken:
            await self._limit.__aexit__(type(broken), broken, broken.__traceback__)
            raise
        await self._limit.__aexit__(None, None, None)


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
