"""Work goes on only while somebody waits for it."""

import asyncio
import time
from typing import Any, Final

from starlette.types import Receive

from pipeline_gql.api.http.problems import ClientGone, Problem

LISTEN_AFTER: Final = 0.05
"""Seconds. Most answers are ready sooner, and are spared a task that listens."""


class attended:  # noqa: N801 - it reads as the verb it is
    """Cancels what runs inside when the client leaves (ClientGone) or at the deadline.

    `deadline` is in `time.monotonic()`; past it Problem 503 is raised with code TIMEOUT.
    """

    __slots__ = ("_heard", "_limit", "_receive", "_start", "_task")

    def __init__(self, receive: Receive, deadline: float) -> None:
        self._receive = receive
        self._limit = asyncio.timeout(deadline - time.monotonic())
        self._heard = False
        self._start: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()
        self._start = asyncio.get_running_loop().call_later(LISTEN_AFTER, self._begin)

    async def __aexit__(self, *raised: Any) -> None:
        self._stop()
        try:
            await self._limit.__aexit__(*raised)
        except TimeoutError:
            raise (ClientGone() if self._heard else _too_late()) from None
        if self._heard and isinstance(raised[1], TimeoutError):
            raise ClientGone from None

    def _stop(self) -> None:
        if self._start:
            self._start.cancel()
        if self._task:
            self._task.cancel()

    def _begin(self) -> None:
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
