"""What an operator sees: one log line per request, and numbers for Prometheus."""

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
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from pipeline_gql.headers import headers_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)
CLIENT_GONE: Final = 499
"""The status that is logged when the client left before its answer; nginx's number for it."""
_ID_HEADER: Final = "x-request-id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_log: Any = structlog.get_logger("pipeline_gql.request")
_lines: structlog.BytesLogger | None = None
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


class Metrics:
    """One registry per application. Children of labels are kept: looking one up costs more than
    counting."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._requests = Counter(
            "pipeline_gql_requests",
            "Requests answered, by type of operation and HTTP status.",
            ["type", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "pipeline_gql_request_seconds",
            "Time from the request's first byte to its answer, by type of operation.",
            ["type"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._statements = Counter(
            "pipeline_gql_statements",
            "SQL statements that read, by type of operation.",
            ["type"],
            registry=self.registry,
        )
        self._kept: dict[tuple[str, int], tuple[Any, Any, Any]] = {}

    def watch(self, name: str, description: str, read: Callable[[], float]) -> None:
        """A gauge that is read when Prometheus asks."""
        gauge = Gauge(f"pipeline_gql_{name}", description, registry=self.registry)
        gauge.set_function(read)

    def count(self, facts: Facts, status: int, seconds: float) -> None:
        kind = facts.operation_type or "none"
        kept = self._kept.get((kind, status))
        if kept is None:
            requests = self._requests.labels(kind, str(status))
            kept = requests, self._seconds.labels(kind), self._statements.labels(kind)
            self._kept[kind, status] = kept
        kept[0].inc()
        kept[1].observe(seconds)
        kept[2].inc(facts.statements)

    def text(self) -> bytes:
        """In Prometheus's text format, version 0.0.4."""
        return generate_latest(self.registry)


class Work:
    """What the worker counts. A process without a server counts for nobody but its tests."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self._jobs = Counter(
            "pipeline_gql_jobs",
            "Batches that this process's worker did, by job and how they ended.",
            ["job", "outcome"],
            registry=registry,
        )
        lag = Gauge(
            "pipeline_gql_outbox_lag_seconds",
            "Age of the oldest event that nobody was told of, as this process's worker saw it.",
            registry=registry,
        )
        lag.set_function(lambda: max(self._lags.values(), default=0.0))
        self._lags: dict[UUID, float] = {}

    def ran(self, job: str, outcome: str) -> None:
        self._jobs.labels(job, outcome).inc()

    def lag(self, organisation: UUID, since: datetime | None, now: datetime) -> None:
        """`since` is when the organisation's oldest such event was written, None without one."""
        if since is None:
            self._lags.pop(organisation, None)
        else:
            self._lags[organisation] = (now - since).total_seconds()


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

        async def noting_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                facts.status = message["status"]
                told = (_ID_HEADER.encode(), facts.request_id.encode())
                message["headers"] = [*message.get("headers", ()), told]
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        finally:
            self._note(scope, facts, facts.status or CLIENT_GONE, time.perf_counter() - start)

    def _note(self, scope: Scope, facts: Facts, status: int, seconds: float) -> None:
        if scope["path"] in self._quiet and status < 400:
            return
        self._metrics.count(facts, status, seconds)
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
    """The line of a request. As JSON it is written at once: structlog's chain, in which nobody
    has anything to add, would take a tenth of what a small read takes."""
    if _lines is None:
        _log.info("request", **line)
        return
    line |= {
        "event": "request",
        "level": "info",
        "timestamp": datetime.now(UTC).isoformat()[:-6] + "Z",
    }
    _lines.msg(_dumps(line))


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
    _lines = factory() if as_json else None
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=factory,
        cache_logger_on_first_use=as_json,
    )


def _dumps(value: Any, **_: Any) -> bytes:
    return orjson.dumps(value, default=str)
