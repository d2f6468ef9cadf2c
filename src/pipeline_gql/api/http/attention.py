"""Work goes on only while somebody waits for it."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import Receive

from pipeline_gql.api.http.problems import ClientGone, Problem

LISTEN_AFTER: Final = 0.05
"""Seconds. Most answers are ready sooner, and are spared a task that listens."""


@asynccontextmanager
async def attended(receive: Receive, deadline: float) -> AsyncGenerator[None]:
    """Cancels what runs inside when the client leaves (ClientGone) or at the deadline.

    `deadline` is in `time.monotonic()`; past it Problem 503 is raised with code TIMEOUT.
    """
    listener = _Listener(receive)
    limit = asyncio.timeout(deadline - time.monotonic())
    try:
        async with limit:
            listener.start(limit)
            yield
    except TimeoutError:
        if listener.heard:
            raise ClientGone from None
        if not limit.expired():
            raise
        message = (
            "The request took too long and was stopped; to learn whether a mutation was carried"
            " out, repeat it with its idempotencyKey"
        )
        raise Problem(503, message, code="TIMEOUT") from None
    finally:
        listener.stop()


class _Listener:
    """Expires a timeout at once when the client goes away."""

    def __init__(self, receive: Receive) -> None:
        self.heard = False
        self._receive = receive
        self._task: asyncio.Task[None] | None = None
        self._start: asyncio.TimerHandle | None = None

    def start(self, limit: asyncio.Timeout) -> None:
        self._start = asyncio.get_running_loop().call_later(LISTEN_AFTER, self._begin, limit)

    def stop(self) -> None:
        if self._start:
            self._start.cancel()
        if self._task:
            self._task.cancel()

    def _begin(self, limit: asyncio.Timeout) -> None:
        self._task = asyncio.create_task(self._listen(limit))

    async def _listen(self, limit: asyncio.Timeout) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.heard = True
        limit.reschedule(0)
