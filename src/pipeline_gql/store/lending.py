"""The write connections, as they are lent and given back."""

import time
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection

LONGEST_REST: Final = 60.0
_SINCE: Final = "lent since"


class Lender:
    """Lends connections of SQLAlchemy's pool. One that comes back as it went is kept at hand for
    the next, since the pool takes eighty calls and a greenlet to look for it; it goes back to the
    pool for whoever waits there, and every minute, to be looked at and replaced when it is old.
    `lent` counts since the start."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._resting: list[PoolProxiedConnection] = []
        self._waiting = 0
        self.lent = 0
        self._is_lost = False
        event.listen(engine.sync_engine, "checkout", self._check)

    async def lend(self) -> PoolProxiedConnection:
        """Raises SQLAlchemy's TimeoutError if none comes back in time."""
        self.lent += 1
        now = time.monotonic()
        while self._resting and not self._is_lost:
            pooled = self._resting.pop()
            driver: Any = pooled.driver_connection
            if not driver.is_closed() and now - pooled.info[_SINCE] < LONGEST_REST:
                return pooled
            pooled.close()
        self.give_up()
        self._waiting += 1
        try:
            pooled = await self._engine.raw_connection()
        finally:
            self._waiting -= 1
        pooled.info[_SINCE] = now
        return pooled

    def take_back(self, pooled: PoolProxiedConnection, *, as_lent: bool) -> None:
        """It is in a known state, or closed; `as_lent` if no session has used it."""
        driver: Any = pooled.driver_connection
        if pooled.is_valid and driver.is_closed():
            pooled.invalidate()
        if as_lent and pooled.is_valid and not self._waiting and not self._is_lost:
            self._resting.append(pooled)
        else:
            pooled.close()

    def note_lost(self) -> None:
        """One was lost, and every other with it."""
        self._is_lost = True

    def give_up(self) -> None:
        """None is at hand any more; the pool has them."""
        while self._resting:
            self._resting.pop().close()

    def _check(self, connection: Any, *_: object) -> None:
        """The server has gone meanwhile, and every other idle connection with it. A ping does not
        notice a failover to a read-only node; its first error does."""
        if self._is_lost or connection.driver_connection.is_closed():
            self._is_lost = False
            raise InvalidatePoolError
