"""So many at a time, first come, first served."""

import asyncio
from collections import deque


class Slots:
    """Who took one leaves it; `busy` are taken."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.busy = 0
        self._line: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._line)

    def took(self) -> bool:
        """Takes one, if one is free: nobody waits then."""
        if self.busy >= self.slots:
            return False
        self.busy += 1
        return True

    async def wait(self, seconds: float) -> None:
        """Takes one that somebody leaves; raises TimeoutError if nobody does in time."""
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException:
            self._give_up(turn)
            raise

    def leave(self) -> None:
        """Hands the slot over to who waits longest."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.busy -= 1

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        if turn in self._line:
            self._line.remove(turn)
        elif turn.done() and not turn.cancelled():
            # The slot was handed over in the very moment that its taker left.
            self.leave()
