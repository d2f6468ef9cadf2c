"""How tests of the worker ask."""

import pytest

from pipeline_gql.store.database import Database
from tests.api.asking import Ask
from tests.organisations import Organisation


@pytest.fixture
def ask(database: Database, organisation: Organisation) -> Ask:
    """Documents in the first organisation, by its administrator unless a role is named."""
    return Ask(database, organisation)
