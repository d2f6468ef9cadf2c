"""The pool of read connections: each use is one read-only transaction of one organisation.

A statement by itself needs no BEGIN: its connection keeps the organisation that it was last used
for, and is told another one in the same write as the statement. Whatever fails leaves that in
doubt, and it is told anew.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store import one_wait
from pipeline_gql.store.connections import (
    STATEMENT_SECONDS,
    Connection,
    connect,
    is_direct,
    roll_back,
)
from pipeline_gql.store.one_wait import written
from pipeline_gql.store.slots import Slots
from pipeline_gql.store.transactions import GRACE_SECONDS, Begin, begin, keeping

WAIT_SECONDS = 0.5
RECYCLE_SECONDS = 900.0
_COMMIT = ("COMMIT",)


class Reader:
    """One read-only transaction; `statements` counts what it was asked."""

    __slots__ = ("_connection", "_pool", "statements")

    def __init__(self, connection: Connection, pool: "ReadPool") -> None:
        self._connection = connection
        self._pool = pool
        self.statements = 0

    async def json(self, sql: str, args: Sequence[object]) -> bytes | None:
        """The one bytea value of one prepared statement."""
        self.statements += 1
        self._pool.statements += 1
        return await self._connection.fetchval(sql, *args)


class Line:
    """A connection of the pool, since when (monotonic seconds), whether its session `keeps` what
    is SET, and which tenant that is; None where it is in doubt."""

    __slots__ = ("born", "connection", "keeps", "tenant")

    def __init__(self, connection: Connection, born: float, *, keeps: bool) -> None:
        self.connection = connection
        self.born = born
        self.keeps = keeps
        self.tenant: UUID | None = None

    async def recover(self, error: BaseException) -> None:
        """In a known state after it, or closed."""
        self.tenant = None
        await roll_back(self.connection, error)


class ReadPool:
    """A fixed number of connections, opened when needed; whose tenant it is has the first call.

    Smaller than asyncpg's pool on purpose: no overflow and no reset query between uses, because
    nothing but the tenant is ever set for longer than a transaction. `statements`, `transactions`,
    those `in_one_wait`, `tenants_set` and (connections) `opened` count since the start.
    """

    def __init__(self, url: str, size: int, citus: bool) -> None:
        self._url = url
        self._citus = citus
        self._slots = Slots(size)
        self._idle: list[Line] = []
        self.statements = 0
        self.transactions = 0
        self.in_one_wait = 0
        self.tenants_set = 0
        self.opened = 0

    @asynccontextmanager
    async def transaction(self, org_id: UUID, seconds: float) -> AsyncGenerator[Reader]:
        """Ends with COMMIT, or leaves the connection in a known state, or drops it."""
        start = begin(org_id, seconds, read_only=True, citus=self._citus)
        line = self._at_hand(org_id) or await self._lent(org_id, seconds)
        try:
            async with asyncio.timeout(seconds + GRACE_SECONDS):
                await start.run(line.connection)
                self.transactions += 1
                yield Reader(line.connection, self)
                await line.connection.execute("COMMIT")
        except BaseException as error:
            await line.recover(error)
            raise
        finally:
            self._take_back(line)

    async def json(
        self, org_id: UUID, seconds: float, sql: str, args: Sequence[object], *, attended: bool
    ) -> bytes | None:
        """As one statement of a transaction of its own, if need be in as many waits.

        `attended`: whoever asks is cancelled at the deadline, and needs no second one.
        """
        if seconds <= 0:
            raise TryAgain
        line = self._at_hand(org_id) or await self._lent(org_id, seconds)
        try:
            if attended:
                return await self._told(line, org_id, seconds, sql, args)
            async with asyncio.timeout(seconds + GRACE_SECONDS):
                return await self._told(line, org_id, seconds, sql, args)
        except BaseException as error:
            await line.recover(error)
            raise
        finally:
            self._take_back(line)

    def _told(
        self, line: Line, org_id: UUID, seconds: float, sql: str, args: Sequence[object]
    ) -> Awaitable[bytes | None]:
        self.transactions += 1
        self.statements += 1
        if line.keeps and seconds >= STATEMENT_SECONDS:
            return self._kept(line, org_id, sql, args)
        start = begin(org_id, seconds, read_only=True, citus=self._citus)
        return self._begun(line.connection, start, sql, args)

    async def _kept(
        self, line: Line, org_id: UUID, sql: str, args: Sequence[object]
    ) -> bytes | None:
        """The connection's own settings are the transaction's: it only reads, and not for long."""
        before = () if line.tenant == org_id else (keeping(org_id),)
        line.tenant = None
        self.tenants_set += len(before)
        if one_wait.fits(line.connection):
            self.in_one_wait += 1
            rows = await one_wait.fetch(line.connection, sql, args, written(before), most=1)
        else:
            for command in before:
                await line.connection.execute(command)
            rows = await line.connection.fetch(sql, *args)
        line.tenant = org_id
        return rows[0][0] if rows else None

    async def _begun(
        self, connection: Connection, start: Begin, sql: str, args: Sequence[object]
    ) -> bytes | None:
        if not self._citus and one_wait.fits(connection):
            self.in_one_wait += 1
            before = written(start.commands)
            rows = await one_wait.fetch(connection, sql, args, before, _COMMIT, most=1)
            return rows[0][0] if rows else None
        await start.run(connection)
        found = await connection.fetchval(sql, *args)
        await connection.execute("COMMIT")
        return found

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().connection.close(timeout=2)

    def _at_hand(self, org_id: UUID) -> Line | None:
        """One that rests; most find one."""
        if self._idle and self._slots.took():
            if line := self._rested(org_id):
                return line
            self._slots.leave()
        return None

    async def _lent(self, org_id: UUID, seconds: float) -> Line:
        """Raises TryAgain if none is free in time."""
        if not self._slots.took():
            try:
                await self._slots.wait(min(WAIT_SECONDS, seconds))
            except TimeoutError:
                raise TryAgain from None
        try:
            return self._rested(org_id) or await self._opened()
        except BaseException:
            self._slots.leave()
            raise

    def _take_back(self, line: Line) -> None:
        if not line.connection.is_closed():
            self._idle.append(line)
        self._slots.leave()

    def _rested(self, org_id: UUID) -> Line | None:
        """One that has the tenant, the last used first; else the one that rests longest."""
        now = time.monotonic()
        while self._idle:
            line = self._idle.pop(self._place(org_id))
            if not line.connection.is_closed() and now - line.born < RECYCLE_SECONDS:
                return line
            line.connection.terminate()
        return None

    def _place(self, org_id: UUID) -> int:
        for place in range(len(self._idle) - 1, -1, -1):
            if self._idle[place].tenant == org_id:
                return place
        return 0

    async def _opened(self) -> Line:
        self.opened += 1
        now = time.monotonic()
        connection = await connect(self._url, reading=True)
        try:
            keeps = not self._citus and await is_direct(connection)
        except BaseException:
            connection.terminate()
            raise
        return Line(connection, now, keeps=keeps)
