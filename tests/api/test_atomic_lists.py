"""Any list of verbs, as one transaction and one after another: the same answers, or none at all."""

import json
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.api.asking import Ask, gid

TOLD = """errors { code value } replayed opportunity {
  name probability version step { name } tags { totalCount } comments { totalCount }
  interests { totalCount } value { grandTotal }
}"""
EVENT = gid("Event", 1)
CALLS = (
    'update(input: {ID, name: "Newer"})',
    'update(input: {ID, name: "Newer", expectedVersion: 3})',
    'update(input: {ID, amount: "10", probability: 40})',
    'update(input: {ID, name: ""})',
    f'progress(input: {{ID, stepId: "{gid("OpportunityStep", 4)}"}})',
    f'progress(input: {{ID, stepId: "{gid("OpportunityStep", 5)}"}})',
    f'addTag(input: {{ID, tagId: "{gid("Tag", 1)}"}})',
    f'addContact(input: {{ID, contactId: "{gid("Contact", 999)}"}})',
    'addComment(input: {ID, body: "Well."})',
    f'addInterest(input: {{ID, interestDetails: {{id: "{EVENT}", quantity: 4, reserve: true}}}})',
    "releaseReservations(input: {ID})",
    "delete(input: {ID})",
)
"""Some go well, some never do, some only after or before others."""


def document(calls: list[str], id: str, *, atomic: bool) -> str:
    verbs = "\n".join(
        f"v{place}: {call.replace('ID', f'opportunityId: {json.dumps(id)}', 1)} {{ {TOLD} }}"
        for place, call in enumerate(calls)
    )
    return f"mutation {{ opportunities(atomic: {str(atomic).lower()}) {{ {verbs} }} }}"


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(calls=st.lists(st.sampled_from(CALLS), min_size=1, max_size=6))
async def test_a_list_of_verbs_is_done_as_one_after_another_or_not_at_all(
    ask: Ask, calls: list[str]
) -> None:
    one, other = await ask.opportunity(), await ask.opportunity()
    before = await ask.everything()
    told = await _told(ask, document(calls, one, atomic=True))
    refused = [name for name, payload in told.items() if payload["errors"]]
    if refused:
        assert await ask.everything() == before
    # What is held for one is given back, so that the other finds as many places.
    await ask.verb("opportunities.releaseReservations", {"opportunityId": one})
    apart = await _told(ask, document(calls, other, atomic=False))
    await ask.verb("opportunities.releaseReservations", {"opportunityId": other})
    if not refused:
        assert told == apart
        return
    assert refused == list(told)
    assert all(payload["opportunity"] is None for payload in told.values())
    own = {n: p["errors"] for n, p in told.items() if p["errors"][0]["code"] != "ROLLED_BACK"}
    for name, errors in own.items():
        assert [e["code"] for e in errors] == [e["code"] for e in apart[name]["errors"]]
    for name in told.keys() - own.keys():
        assert told[name]["errors"] == [
            {"code": "ROLLED_BACK", "value": f"opportunities.{min(own)}"}
        ]


async def _told(ask: Ask, document: str) -> dict[str, Any]:
    answered = await ask(document)
    assert "errors" not in answered, answered
    return answered["data"]["opportunities"]
