"""The compiled reads answer as the reference reader does, key for key.

CONFORMANCE_EXAMPLES says how many documents are made up; 5000 take some minutes.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline_gql.api.graphiql import examples
from pipeline_gql.domain.viewer import Role
from tests.conformance.conftest import Both
from tests.conformance.documents import documents
from tests.conformance.told import TOLD

EXAMPLES = int(os.environ.get("CONFORMANCE_EXAMPLES", "150"))
ROLES = [Role.ADMIN, Role.MEMBER, Role.READ_ONLY]
PARTS = 4
"""Of the made-up documents, so that several processes share them."""


@pytest.mark.parametrize("part", range(PARTS))
@settings(
    max_examples=EXAMPLES // PARTS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    print_blob=True,
)
@given(data=st.data())
async def test_documents_made_up_from_the_schema_are_answered_as_the_reference_answers(
    both: Both, part: int, data: st.DataObject
) -> None:
    del part
    role = data.draw(st.sampled_from(ROLES))
    document = data.draw(documents(both.references[role]))
    await both.compare(document.text, document.variables, role)


READING = {e.name: e for e in examples() if "mutation" not in e.query}


@pytest.mark.parametrize("name", READING)
async def test_the_explorers_documents_are_answered_as_the_reference_answers(
    both: Both, name: str
) -> None:
    for role in ROLES:
        await both.compare(READING[name].query, dict(READING[name].variables or {}), role)


@pytest.mark.parametrize("name", TOLD)
async def test_told_documents_are_answered_as_the_reference_answers(both: Both, name: str) -> None:
    text, variables = TOLD[name]
    for role in ROLES:
        await both.compare(text, variables, role)
