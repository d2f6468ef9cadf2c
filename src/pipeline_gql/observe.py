"""What an operator sees of each request: one log line, its id in it."""

import asyncio
import logging
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Final
from uuid import UUID

import orjson
import structlog

from pipeline_gql.headers import headers_of
from pipeline_gql.metrics import Metrics

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

CLIENT_GONE: Final = 499
"""The status that is logged when the client left before its answer; nginx's number for it."""
_ID_HEADER: Final = "x-request-id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_log: Any = structlog.get_logger("pipeline_gql.request")


class _Lines:
    """Lines of JSON; those of one turn of the event loop are one write."""

    def __init__(self, logger: structlog.BytesLogger) -> None:
        self._logger = logger
        self._waiting: list[bytes] = []

    def add(self, line: bytes) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._write)
        self._waiting.append(line)

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._logger.msg(b"\n".join(waiting))


_lines: _Lines | None = None
"""Where lines of JSON go; None where they are for a person or for a test."""


def request_id(scope: Scope) -> str:
    """The client's own if it may stand in logs, audit and headers as it is, else a new one."""
    made = token_hex(16)
    if given := headers_of(scope).get(_ID_HEADER):
        if _REQUEST_ID.fullmatch(given):
            return given
        _log.warning("the client's request id is not one", request_id=made)
    return made


@dataclass(slots=True)
class Facts:
    """What is found out about a request; it lies in `scope["facts"]`. The status is that of the
    answer once it has begun."""

    request_id: str
    status: int | None = None
    organisation: UUID | None = None
    operation_name: str | None = None
    operation_type: str | None = None
    statements: int = 0

    def answered(self, name: str | None, kind: str | None, statements: int) -> None:
        self.operation_name = name
        self.operation_type = kind
        self.statements = statements


class Observed:
    """Middleware, outermost: gives each request its id, measures, counts and logs it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, quiet: frozenset[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        facts = scope["facts"] = Facts(request_id(scope))
        start = time.perf_counter()

        def noting_send(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                facts.status = message["status"]
                told = (_ID_HEADER.encode(), facts.request_id.encode())
                message["headers"] = [*message.get("headers", ()), told]
            return send(message)

        try:
            await self._app(scope, receive, noting_send)
        finally:
            self._note(scope, facts, facts.status or CLIENT_GONE, time.perf_counter() - start)

    def _note(self, scope: Scope, facts: Facts, status: int, seconds: float) -> None:
        if scope["path"] in self._quiet and status < 400:
            return
        kind = facts.operation_type or "none"
        self._metrics.count(kind, status, seconds, facts.statements)
        _tell(
            {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "request_id": facts.request_id,
                "organisation": facts.organisation,
                "operation": facts.operation_name,
                "type": facts.operation_type,
                "ms": round(seconds * 1000, 2),
                "statements": facts.statements,
            }
        )


def _tell(line: dict[str, Any]) -> None:
    """The line of a request. As JSON it goes past structlog's chain, in which nobody has anything
    to add: that would take a tenth of what a small read takes."""
    if _lines is None:
        _log.info("request", **line)
        return
    line |= {
        "event": "request",
        "level": "info",
        "timestamp": datetime.now(UTC),
    }
    _lines.add(orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z))


def configure_logging(as_json: bool) -> None:
    """Lines to standard error: JSON for machines, or coloured for a person who watches."""
    global _lines
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:
        shared.append(structlog.processors.format_exc_info)
        shared.append(structlog.processors.JSONRenderer(serializer=_dumps))
        factory: Any = structlog.BytesLoggerFactory(sys.stderr.buffer)
    else:
        # The coloured traceback would show every local variable, the client's values among them.
        plain = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        shared.append(structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain))
        factory = structlog.PrintLoggerFactory(sys.stderr)
    _lines = _Lines(factory()) if as_json else None
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=factory,
        cache_logger_on_first_use=as_json,
    )


def _dumps(value: Any, **_: Any) -> bytes:
    return orjson.dumps(value, default=str)
