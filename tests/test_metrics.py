"""What is counted by hand reads as what Prometheus's own counters would say."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.registry import Collector

from pipeline_gql.metrics import BUCKETS, Metrics

SECONDS = st.one_of(st.sampled_from(BUCKETS), st.floats(0, 60))
REQUESTS = st.tuples(
    st.sampled_from(["query", "mutation", "none"]), st.sampled_from([200, 400, 503]), SECONDS,
    st.integers(0, 3),
)  # fmt: skip
Sample = tuple[str, tuple[tuple[str, str], ...], float]


@given(st.lists(REQUESTS))
def test_requests_are_counted_as_prometheus_counts(
    requests: list[tuple[str, int, float, int]],
) -> None:
    ours, theirs = Metrics(), CollectorRegistry()
    counted = Counter("pipeline_gql_requests", "-", ["type", "status"], registry=theirs)
    took = Histogram(
        "pipeline_gql_request_seconds", "-", ["type"], buckets=BUCKETS, registry=theirs
    )
    statements = Counter("pipeline_gql_statements", "-", ["type"], registry=theirs)
    for kind, status, seconds, asked in requests:
        ours.count(kind, status, seconds, asked)
        counted.labels(kind, str(status)).inc()
        took.labels(kind).observe(seconds)
        statements.labels(kind).inc(asked)
    assert _samples(ours) == _samples(theirs)


def _samples(source: Collector) -> set[Sample]:
    return {
        (sample.name, tuple(sorted(sample.labels.items())), sample.value)
        for family in source.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
