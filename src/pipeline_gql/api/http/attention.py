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

    __slots__ = ("_arrived", "_deadline", "_heard", "_limit", "_receive", "_start", "_task")

    def __init__(self, receive: Receive, deadline: float, *, arrived: bool = True) -> None:
        self._receive = receive
        self._deadline = deadline
        self._arrived = arrived
        self._limit = asyncio.timeout(None)
        self._heard = False
        self._start: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "attended":
        await self._limit.__aenter__()
        soon = min(LISTEN_AFTER, self._deadline - time.monotonic())
        self._start = asyncio.get_running_loop().call_later(soon, self._watch)
        return self

    def arrived(self, deadline: float) -> None:
        """The body is there; from now on this is the deadline."""
        self._deadline = deadline
        self._arrived = True
        if self._limit.when() is not None:
            self._watch()

    async def __aexit__(self, *raised: Any) -> None:
        self._stop()
        try:
            await self._limit.__aexit__(*raised)
        except TimeoutError:
            raise self._end() from None
        if self._heard and isinstance(raised[1], TimeoutError):
            raise ClientGone from None

    def _end(self) -> Exception:
        if self._heard:
            return ClientGone()
        return _too_late() if self._arrived else too_slow()

    def _stop(self) -> None:
        if self._start:
            self._start.cancel()
        if self._task:
            self._task.cancel()

    def _watch(self) -> None:
        left = self._deadline - time.monotonic()
        self._limit.reschedule(asyncio.get_running_loop().time() + left)
        if self._arrived:
            self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        """Expires the limit at once when the client goes away."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._heard = True
        self._limit.reschedule(0)


def _too_late() -> Problem:
    message = (
        "The request took too long and was stopped; to learn whether a mutation was carried"
        " out, repeat it with its idempotencyKey"
    )
    return Problem(503, message, code="TIMEOUT")
