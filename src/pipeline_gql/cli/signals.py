"""Ends politely when asked to: SIGTERM, SIGINT and a closed terminal all unwind the stack."""

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(SystemExit):
    """A signal asked us to end; the code is the one a shell would show."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


class Signals:
    """Installed for a command's life; `deferred` keeps starts and stops in one piece.

    A closed terminal that we were told to ignore, as nohup does, stays ignored.
    """

    def __init__(self) -> None:
        self._deferring = False
        self._deferred: int | None = None
        self._has_raised = False
        for number in ENDING:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._receive)

    @contextmanager
    def deferred(self) -> Generator[None]:
        """Signals wait until the block has ended."""
        self._deferring = True
        try:
            yield
        finally:
            self._deferring = False
        if self._deferred is not None:
            self._end(self._deferred)

    def _receive(self, number: int, _: FrameType | None) -> None:
        if self._deferring:
            self._deferred = number
        else:
            self._end(number)

    def _end(self, number: int) -> None:
        # Once is enough: a second signal must not break what the first one has begun to tidy.
        if not self._has_raised:
            self._has_raised = True
            raise Stopped(number)


@contextmanager
def answered_by(end: Callable[[], object]) -> Generator[None]:
    """Meanwhile a signal calls `end`, instead of unwinding the stack wherever it stands."""

    def receive(*_: object) -> None:
        end()

    before = {number: signal.getsignal(number) for number in ENDING}
    for number, known in before.items():
        if known != signal.SIG_IGN:
            signal.signal(number, receive)
    try:
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)
