"""What is written in one turn of the event loop leaves in one packet."""

import asyncio
from typing import Any


class Corked:
    """A transport that keeps the first of what is written (an answer's head) until the next, or
    until the loop's next turn: one system call less for each answer, here and at the client."""

    __slots__ = ("_kept", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._kept = b""

    def write(self, written: bytes) -> None:
        if self._kept:
            kept, self._kept = self._kept, b""
            self._transport.writelines((kept, written))
        elif written:
            self._kept = written
            self._loop.call_soon(self._let_go)

    def is_closing(self) -> bool:
        # Asked of each answer, which __getattr__ would take its time for.
        return self._transport.is_closing()

    def close(self) -> None:
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        if self._kept:
            kept, self._kept = self._kept, b""
            self._transport.write(kept)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
