"""Work goes on only while somebody waits for it."""

import asyncio
import time
from typing import Any, Final

from starlette.types import Receive

from pipeline_gql.api.http.bodies import too_slow
from pipeline_gql.api.http.problems import ClientGone, Problem

LISTEN_AFTER: Final = 0.05
"""Seconds. Most answers are ready sooner, and are spared a deadline and a task that listens."""


class attended:  # noqa: N801 - it reads as the verb it is
    """Cancels what runs inside when the client leaves (ClientGone) or at the deadline.

    `deadline` is in `time.monotonic()`; past it Problem 503 is raised with code TIMEOUT. Of a
    request whose body is still to arrive it is the body's (Problem 408) until `arrived`.
    """

    __slots__ = (
        "_arrived", "_before", "_deadline", "_limit", "_listener", "_loop", "_receive", "_task",
        "_timer", "_why",
    )  # fmt: skip

    def __init__(self, receive: Receive, deadline: float, *, arrived: bool = True) -> None:
        self._receive = receive
        self._deadline = deadline
        self._arrived = arrived
        self._limit: asyncio.TimerHandle | None = None
        self._listener: asyncio.Task[None] | None = None
        self._why: Exception | None = None

    def __enter__(self) -> "attended":
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None, "only a task can be cancelled"
        self._task, self._before = task, task.cancelling()
        self._timer = self._loop.call_later(min(LISTEN_AFTER, self._left()), self._watch)
        return self

    def arrived(self, deadline: float) -> None:
        """The body is there; from now on this is the deadline."""
        self._deadline = deadline
        self._arrived = True
        if self._limit is not None:
            self._limit.cancel()
            self._watch()

    def __exit__(self, type: Any, error: BaseException | None, traceback: Any) -> None:
        """As `asyncio.timeout`: a cancellation that is not ours goes on."""
        self._timer.cancel()
        if self._limit is not None:
            self._limit.cancel()
        if self._listener is not None:
            self._listener.cancel()
        if self._why is None:
            return
        ours = self._task.uncancel() <= self._before
        if ours and isinstance(error, (asyncio.CancelledError, TimeoutError)):
            raise self._why from None

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _watch(self) -> None:
        self._limit = self._loop.call_later(max(0.0, self._left()), self._expire)
        if self._arrived:
            self._listener = self._loop.create_task(self._listen())

    def _expire(self) -> None:
        self._end(_too_late() if self._arrived else too_slow())

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._end(ClientGone())

    def _end(self, why: Exception) -> None:
        if self._why is None:
            self._why = why
            self._task.cancel()


def _too_late() -> Problem:
    message = (
        "The request took too long and was stopped; to learn whether a mutation was carried"
        " out, repeat it with its idempotencyKey"
    )
    return Problem(503, message, code="TIMEOUT")
