"""How long an organisation where nothing happens is left alone.

What this process writes wakes it at once, and what is due at a known time ends its rest. What
another process writes is looked after by the worker inside that one; a rest is bounded for what
was written where there is none, or by a process that was killed before it got to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

LONGEST: Final = 12
"""In sweeps."""


@dataclass(frozen=True, slots=True)
class Rest:
    """`until` is of the monotonic clock; `pause` is how many seconds it was to last."""

    until: float
    pause: float


class Rests:
    """`sweep` is in seconds. Who is not `trusting` looks at everybody in each sweep."""

    def __init__(self, sweep: float, *, trusting: bool) -> None:
        self._sweep, self._trusting = sweep, trusting
        self._rests: dict[UUID, Rest] = {}

    def over(self, listed: Iterable[UUID], now: float) -> list[UUID]:
        """Those of all organisations that are to be looked at."""
        self._rests = {each: self._rests[each] for each in listed if each in self._rests}
        return [each for each in listed if each not in self._rests or self._ended(each, now)]

    def wake(self, org_id: UUID) -> None:
        self._rests.pop(org_id, None)

    def begin(self, org_id: UUID, now: float, due_in: float | None) -> None:
        """Nothing is due for so many seconds, or until somebody writes: twice the last pause,
        but not past what is due."""
        if not self._trusting:
            return
        last = self._rests.get(org_id)
        pause = min(last.pause * 2, self._sweep * LONGEST) if last else self._sweep
        until = now + pause if due_in is None else now + min(pause, due_in)
        self._rests[org_id] = Rest(until, pause)

    def _ended(self, org_id: UUID, now: float) -> bool:
        return self._rests[org_id].until <= now
