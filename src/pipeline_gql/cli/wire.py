"""Bounds that uvicorn does not set: how large a request's head may be and how long it may take,
and how long an answer may wait to be taken."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pipeline_gql.cli.corked import Corked

MAX_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 10.0
STALLED_SECONDS = 60.0
"""After which a line is dropped whose other side takes nothing of what lies ready for it."""


class HeadTooLarge(Exception):
    """Ends the parser's run; the client gets 431."""


class Wire(HttpToolsProtocol):
    """uvicorn's protocol for one connection, with those bounds."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = False
        self._chunk = self._received = 0
        self._too_large = False
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.transport = cast(asyncio.Transport, Corked(transport, self.loop))
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._flows()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        # To close the line would wait until all that lies ready is taken.
        self._stalled = self.loop.call_later(STALLED_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._flows()
        super().resume_writing()

    def _flows(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def data_received(self, data: bytes) -> None:
        # The parser keeps an unfinished header to itself, so what it was fed is counted.
        self._chunk = len(data)
        self._received += self._chunk
        super().data_received(data)
        if self._in_head and self._received > MAX_HEAD_BYTES:
            self._too_large = True
            self.send_400_response("The request's head is too large.")
        if self._in_head or self._is_idle():
            self._await_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._received = self._chunk

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_waiting()
        if self._received > MAX_HEAD_BYTES and self._head_bytes() > MAX_HEAD_BYTES:
            self._too_large = True
            raise HeadTooLarge
        super().on_headers_complete()

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def send_400_response(self, msg: str) -> None:
        if self.transport.is_closing():
            return
        if self._too_large:
            self.transport.write(
                STATUS_LINE[431] + b"content-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()
        else:
            super().send_400_response(msg)

    def _is_idle(self) -> bool:
        cycle: Any = self.cycle
        return cycle is None or cycle.response_complete

    def _await_head(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
