"""The pool of read connections: each use is one read-only transaction of one organisation."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store import one_wait
from pipeline_gql.store.connections import Connection, connect, roll_back
from pipeline_gql.store.transactions import GRACE_SECONDS, begin

WAIT_SECONDS = 0.5
RECYCLE_SECONDS = 900.0


class Reader:
    """One read-only transaction; `statements` counts what it was asked.

    With `opening` the transaction is yet to begin: by these commands, with its only statement.
    """

    __slots__ = ("_connection", "_opening", "_pool", "statements")

    def __init__(
        self, connection: Connection, pool: "ReadPool", opening: Sequence[str] = ()
    ) -> None:
        self._connection = connection
        self._opening = opening
        self._pool = pool
        self.statements = 0

    async def json(self, sql: str, args: Sequence[object]) -> bytes | None:
        """The one bytea value of one prepared statement."""
        self.statements += 1
        self._pool.statements += 1
        if self._opening:
            self._pool.in_one_wait += 1
            return await one_wait.fetchval(self._connection, self._opening, sql, args)
        return await self._connection.fetchval(sql, *args)


class ReadPool:
    """A fixed number of connections, the last used first, opened when needed.

    Smaller than asyncpg's pool on purpose: no overflow and no reset query between uses, because
    nothing but `SET LOCAL` is ever set. `statements`, `transactions`, those `in_one_wait` and
    (connections) `opened` count since the start.
    """

    def __init__(self, url: str, size: int, citus: bool) -> None:
        self._url = url
        self._citus = citus
        self._free = asyncio.Semaphore(size)
        self._idle: list[tuple[Connection, float]] = []
        self.statements = 0
        self.transactions = 0
        self.in_one_wait = 0
        self.opened = 0

    @asynccontextmanager
    async def transaction(self, org_id: UUID, seconds: float) -> AsyncGenerator[Reader]:
        """Ends with COMMIT, or leaves the connection in a known state, or drops it."""
        start = begin(org_id, seconds, read_only=True, citus=self._citus)
        async with self._lent(seconds) as connection:
            await start.run(connection)
            self.transactions += 1
            yield Reader(connection, self)
            await connection.execute("COMMIT")

    async def json(
        self, org_id: UUID, seconds: float, sql: str, args: Sequence[object]
    ) -> bytes | None:
        """As one statement of a transaction of its own, if need be in as many waits."""
        start = begin(org_id, seconds, read_only=True, citus=self._citus)
        async with self._lent(seconds) as connection:
            self.transactions += 1
            if not self._citus and one_wait.fits(connection):
                return await Reader(connection, self, start.commands).json(sql, args)
            await start.run(connection)
            found = await Reader(connection, self).json(sql, args)
            await connection.execute("COMMIT")
            return found

    @asynccontextmanager
    async def _lent(self, seconds: float) -> AsyncGenerator[Connection]:
        """A connection until the deadline; in a known state afterwards, or dropped."""
        await self._wait_for_turn(min(WAIT_SECONDS, seconds))
        try:
            connection, born = await self._take()
            try:
                async with asyncio.timeout(seconds + GRACE_SECONDS):
                    yield connection
            except BaseException as error:
                await roll_back(connection, error)
                raise
            finally:
                self._give_back(connection, born)
        finally:
            self._free.release()

    async def close(self) -> None:
        while self._idle:
            connection, _ = self._idle.pop()
            await connection.close(timeout=2)

    async def _wait_for_turn(self, seconds: float) -> None:
        if not self._free.locked():
            # Returns at once; `wait_for` would make a task of it.
            await self._free.acquire()
            return
        try:
            await asyncio.wait_for(self._free.acquire(), seconds)
        except TimeoutError:
            raise TryAgain from None

    async def _take(self) -> tuple[Connection, float]:
        now = time.monotonic()
        while self._idle:
            connection, born = self._idle.pop()
            if not connection.is_closed() and now - born < RECYCLE_SECONDS:
                return connection, born
            connection.terminate()
        self.opened += 1
        return await connect(self._url, reading=True), now

    def _give_back(self, connection: Connection, born: float) -> None:
        if not connection.is_closed():
            self._idle.append((connection, born))
