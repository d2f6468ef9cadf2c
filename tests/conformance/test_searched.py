"""What few opportunities are and what many: found in two ways, and alike."""

import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.reads import ways
from tests.conformance.conftest import Both
from tests.conformance.test_differential import ROLES

PAGE = """
  totalCount totals { currency count value } edges { cursor node { name } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor totalRecords }"""
SEARCHED = f"""
query Searched($text: String!, $cursor: String) {{
  opportunities(search: $text, first: 2) {{ {PAGE} }}
  behind: opportunities(search: $text, first: 2, after: $cursor) {{ {PAGE} }}
  before: opportunities(search: $text, last: 2, before: $cursor) {{ {PAGE} }}
  skipped: opportunities(search: $text, first: 2, offset: 1) {{ {PAGE} }}
  named: opportunities(search: $text, last: 3, order: {{field: name}}) {{ {PAGE} }}
  closing: opportunities(search: $text, order: {{field: expectedCloseDate, direction: desc}},
    filters: {{field: state, operation: eq, value: "Open"}}) {{ {PAGE} }}
  valued: opportunities(search: $text, last: 2, order: {{attribute: "source"}}) {{ {PAGE} }}
  all: opportunities {{ {PAGE} }}
  board {{ columns {{ count totals {{ currency value }} more: totals {{ count }} }} }}
  accounts {{ nodes {{ name opportunities {{ {PAGE} }}
    searched: opportunities(search: $text) {{ {PAGE} }} }} }}
  held: board(search: $text) {{ columns {{ count totals {{ currency value }} step {{ name }}
    opportunities {{ {PAGE} }} searched: opportunities(search: "a") {{ {PAGE} }} }} }}
}}"""


@pytest.mark.parametrize("looked_up", [0, 1, 2, ways.MOST_LOOKED_UP])
@pytest.mark.parametrize("role", ROLES)
async def test_what_is_looked_up_and_what_is_walked_is_the_same(
    both: Both, role: Role, looked_up: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both as the reference has it; so many are looked up one by one."""
    monkeypatch.setattr(ways, "MOST_LOOKED_UP", looked_up)
    found = await both.read("{ opportunities(first: 3) { pageInfo { endCursor } } }")
    cursor = found["opportunities"]["pageInfo"]["endCursor"]
    for text, least in (("deal", 1), ("a", 3), ("nobody has this", 0)):
        found = await both.compare(SEARCHED, {"text": text, "cursor": cursor}, role)
        assert found["opportunities"]["totalCount"] >= least
