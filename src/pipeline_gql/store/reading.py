"""The pool of read connections: each use is one read-only transaction of one organisation."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store.connections import Connection, connect, roll_back
from pipeline_gql.store.transactions import GRACE_SECONDS, begin

WAIT_SECONDS = 0.5
RECYCLE_SECONDS = 900.0


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


class ReadPool:
    """A fixed number of connections, the last used first, opened when needed.

    Smaller than asyncpg's pool on purpose: no overflow and no reset query between uses, because
    nothing but `SET LOCAL` is ever set. `statements`, `transactions` and (connections) `opened`
    count since the start.
    """

    def __init__(self, url: str, size: int, citus: bool) -> None:
        self._url = url
        self._citus = citus
        self._free = asyncio.Semaphore(size)
        self._idle: list[tuple[Connection, float]] = []
        self.statements = 0
        self.transactions = 0
        self.opened = 0

    @asynccontextmanager
    async def transaction(self, org_id: UUID, seconds: float) -> AsyncGenerator[Reader]:
        """Ends with COMMIT, or leaves the connection in a known state, or drops it."""
        start = begin(org_id, seconds, read_only=True, citus=self._citus)
        await self._wait_for_turn(min(WAIT_SECONDS, seconds))
        try:
            connection, born = await self._take()
            try:
                async with asyncio.timeout(seconds + GRACE_SECONDS):
                    await start.run(connection)
                    self.transactions += 1
                    yield Reader(connection, self)
                    await connection.execute("COMMIT")
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
