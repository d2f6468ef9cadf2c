"""Numbers for Prometheus: what a server counts of its requests, and what a worker of its jobs."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import accumulate
from typing import Final
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)
_BOUNDS: Final = (*map(str, map(float, BUCKETS)), "+Inf")
"""As Prometheus writes them."""


class _Tally:
    """What was counted of one type of operation."""

    __slots__ = ("buckets", "seconds", "statements", "statuses")

    def __init__(self) -> None:
        self.statuses: dict[int, int] = {}
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0
        self.statements = 0

    def shares(self) -> list[tuple[str, float]]:
        """Of the buckets, each with those below it."""
        return list(zip(_BOUNDS, accumulate(self.buckets), strict=True))


class Metrics(Collector):
    """One registry per application. Requests are counted here, in the one thread that answers
    them, and become Prometheus's families when it asks."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._tallies: dict[str, _Tally] = {}
        self.registry.register(self)

    def watch(self, name: str, description: str, read: Callable[[], float]) -> None:
        """A gauge that is read when Prometheus asks."""
        gauge = Gauge(f"pipeline_gql_{name}", description, registry=self.registry)
        gauge.set_function(read)

    def count(self, kind: str, status: int, seconds: float, statements: int) -> None:
        tally = self._tallies.get(kind)
        if tally is None:
            tally = self._tallies[kind] = _Tally()
        tally.statuses[status] = tally.statuses.get(status, 0) + 1
        tally.buckets[bisect_left(BUCKETS, seconds)] += 1
        tally.seconds += seconds
        tally.statements += statements

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "pipeline_gql_requests",
            "Requests answered, by type of operation and HTTP status.",
            labels=["type", "status"],
        )
        took = HistogramMetricFamily(
            "pipeline_gql_request_seconds",
            "Time from the request's first byte to its answer, by type of operation.",
            labels=["type"],
        )
        statements = CounterMetricFamily(
            "pipeline_gql_statements",
            "SQL statements that read, by type of operation.",
            labels=["type"],
        )
        for kind, tally in self._tallies.items():
            for status, count in tally.statuses.items():
                requests.add_metric([kind, str(status)], count)
            took.add_metric([kind], tally.shares(), tally.seconds)
            statements.add_metric([kind], tally.statements)
        yield from (requests, took, statements)

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
