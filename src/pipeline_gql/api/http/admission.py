"""So many requests at work, so many waiting, so long. Past that an early no beats a late yes.

Without this, four times the load a server can bear leaves a fifth of its goodput.
"""

from pipeline_gql.api.http.problems import Problem
from pipeline_gql.store.slots import Slots


class Admission(Slots):
    """Who enters has a slot until it leaves. `wait` is in seconds."""

    def __init__(self, slots: int, queue: int, wait: float) -> None:
        super().__init__(slots)
        self.refused = 0
        self._queue = queue
        self._wait = wait

    async def __aenter__(self) -> None:
        """Raises Problem 503 with Retry-After when there is no place, or none in time."""
        if self.took():
            return
        if self.waiting >= self._queue:
            raise self._refusal()
        try:
            await self.wait(self._wait)
        except TimeoutError:
            raise self._refusal() from None

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def _refusal(self) -> Problem:
        self.refused += 1
        return Problem(503, "The server is busy; try again", headers={"Retry-After": "1"})
