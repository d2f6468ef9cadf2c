"""What changed in random pasts equals a recount of their rows; walks are in `walks.py`."""

import os
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_gql.domain.viewer import Role
from tests.conformance.changed import KINDS
from tests.conformance.conftest import Both
from tests.conformance.rows import global_id

EXAMPLES = int(os.environ.get("PAST_EXAMPLES", "40"))
SUMS = "currency count value"
DOCUMENT = f"""
query Q($from: Date!, $to: Date, $pipeline: ID, $filters: [OpportunityFieldGraphFilter!],
        $kind: PipelineChangeKind!) {{
    pipelineChanges(from: $from, to: $to, pipelineId: $pipeline, filters: $filters) {{
        __typename changes {{ kind {SUMS} previousValue }}
        opening {{ {SUMS} weighted }} closing {{ {SUMS} weighted }}
        opportunities(kind: $kind, first: 3, order: {{field: name}}) {{
            totalCount nodes {{ id name step {{ name }} }} pageInfo {{ hasNextPage }} }}
        lost: opportunities(kind: LOST) {{ nodes {{ id }} }} }} }}"""
asked = st.fixed_dictionaries(
    {"days": st.integers(0, 70), "for": st.integers(0, 60), "kind": st.sampled_from(KINDS)},
    optional={
        "open": st.just(True),
        "pipeline": st.sampled_from(
            [global_id("Pipeline", 1), global_id("Pipeline", 2), global_id("Account", 1), "x"]
        ),
        "filters": st.sampled_from(
            [
                [{"field": "state", "operation": "eq", "value": "Open"}],
                [{"field": "currency", "operation": "in", "values": ["USD", "JPY"]}],
            ]
        ),
    },
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=asked)
async def test_what_changed_is_what_a_recount_of_both_times_finds(
    both: Both, asked: dict[str, Any]
) -> None:
    reference = both.references[Role.ADMIN]
    start = reference.day(reference.now) - timedelta(days=asked["days"])
    variables = {"from": str(start), "kind": asked["kind"]}
    if "open" not in asked:
        variables["to"] = str(start + timedelta(days=asked["for"]))
    variables |= {name: asked[name] for name in ("pipeline", "filters") if name in asked}
    for role in (Role.ADMIN, Role.MEMBER):
        await both.compare(DOCUMENT, variables, role)
