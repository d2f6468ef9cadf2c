"""How tests of operations ask."""

import pytest

from pipeline_gql.store.database import Database
from tests.operations.asking import Ask
from tests.organisations import Organisation


@pytest.fixture
def ask(database: Database, organisation: Organisation) -> Ask:
    """Operations in the first organisation, as its admin unless a role is named."""
    return Ask(database, organisation)
