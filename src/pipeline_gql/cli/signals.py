"""Ends politely when asked to: SIGTERM, SIGINT and a closed terminal all unwind the stack."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(SystemExit):
    """A signal asked us to end; the code is the one a shell would show."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


class Signals:
    """Installed for a command's life; `deferred` keeps starts and stops in one piece."""

    def __init__(self) -> None:
        self._deferring = False
        self._pending: int | None = None
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # such as under nohup
                signal.signal(number, self._receive)

    @contextmanager
    def deferred(self) -> Generator[None]:
        """Signals wait until the block has ended."""
        self._deferring = True
        try:
            yield
        finally:
            self._deferring = False
        if self._pending is not None:
            raise Stopped(self._pending)

    def _receive(self, number: int, _: FrameType | None) -> None:
        if self._deferring:
            self._pending = number
        elif self._pending is None:
            self._pending = number
            raise Stopped(number)
