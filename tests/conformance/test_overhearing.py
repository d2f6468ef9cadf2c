"""What every test is held to (`overhearing.py`) is looked at itself: it compares and notices."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline_gql.api.questions import Question
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from tests.api.asking import Ask, gid
from tests.conformance.answered import Said, understood
from tests.conformance.overhearing import Overheard
from tests.conformance.reference import Reference
from tests.conformance.rows import load
from tests.organisations import Organisation
from tests.server import DatabaseUrls

RENAME = """
mutation Rename($id: ID!, $name: String!) {
  deals: opportunities {
    gone: update(input: {id: $id, name: "x"}) { errors { code } opportunity { name } }
    kept: update(input: {id: $id, name: $name}) {
      errors { code }
      ...Shown
    }
  }
}
fragment Shown on OpportunityPayload { replayed now: opportunity { id called: name } }
"""


@pytest.fixture
def ask(database: Database, organisation: Organisation) -> Ask:
    return Ask(database, organisation)


async def test_queries_with_variables_and_payloads_of_mutations_are_compared(
    ask: Ask, overheard: Overheard
) -> None:
    id = await ask.opportunity()
    assert overheard.compared == 1
    await ask.read("query Q($id: ID!) { opportunity(id: $id) { name } }", {"id": id})
    assert overheard.compared == 2
    await ask(RENAME, {"id": id, "name": "y"})
    assert overheard.compared == 3


async def test_refusals_introspection_and_broken_documents_are_left_to_others(
    ask: Ask, overheard: Overheard
) -> None:
    await ask.refused("opportunities.update", {"id": gid("Opportunity", 99), "name": "x"})
    await ask.read("{ __schema { queryType { name } } }")
    await ask("{ nothing }")
    assert overheard.compared == 0


@pytest.mark.parametrize(
    ("data", "differences"),
    [({"id": "", "called": "y"}, 0), ({"id": "", "called": "z"}, 1), ({"called": "y"}, 1)],
)
async def test_an_answer_that_rows_deny_is_noticed(
    ask: Ask, urls: DatabaseUrls, data: dict[str, Any], differences: int
) -> None:
    """Also where only the order or the presence of a key differs."""
    id = await ask.opportunity(name="y")
    data = {key: value or id for key, value in data.items()}
    answer = {"deals": {"kept": {"errors": [], "replayed": False, "now": data}}}
    key = int(
        (await ask.read(f'{{ opportunity(id: "{id}") {{ legacyId }} }}'))["opportunity"]["legacyId"]
    )
    tables = await load(urls.admin, ask.organisation.org_id)
    viewer = ask.organisation.viewers[Role.ADMIN]
    question = Question(RENAME, variables={"id": id, "name": "y"})
    answered = understood(question, answer, [Said("deals", "kept", {"opportunity": key})])
    assert answered is not None
    judged = Overheard()
    judged.compare(question, answered, Reference(tables, viewer, datetime.now(UTC)))
    assert len(judged.differences) == differences, json.dumps(judged.differences)
