"""The organisation in which everything occurs, the executor and the references that judge it."""

import json
from time import monotonic
from typing import Any

import pytest
from graphql import parse, validate

from pipeline_gql.api.execution import Executor
from pipeline_gql.api.questions import Answer, Question
from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.store.database import Database
from tests.conformance.reference import Reference, served
from tests.conformance.rows import load
from tests.conformance.world import populate
from tests.organisations import Organisation
from tests.server import DatabaseUrls

UNBOUNDED = Settings(
    max_cost=10**9, max_fields=10**6, max_aliases=10**6, max_tokens=10**6, max_directives=10**6
)


class Asker:
    """Asks an executor; the administrator is who asks unless told otherwise."""

    def __init__(self, executor: Executor, admin: Viewer) -> None:
        self.executor, self.admin = executor, admin

    async def ask(
        self, text: str, variables: dict[str, Any] | None = None, viewer: Viewer | None = None
    ) -> Answer:
        return await self.executor.answer(
            Question(text, None, variables or {}),
            viewer or self.admin,
            deadline=monotonic() + 60,
            request_id="conformance",
            query_only=True,
        )

    async def read(
        self, text: str, variables: dict[str, Any] | None = None, viewer: Viewer | None = None
    ) -> Any:
        found = json.loads((await self.ask(text, variables, viewer)).body)
        assert "errors" not in found, (found["errors"], text, variables)
        return found["data"]


class Both(Asker):
    """The compiler and the reference reader, for each role."""

    def __init__(self, executor: Executor, references: dict[Role, Reference]) -> None:
        super().__init__(executor, references[Role.ADMIN].viewer)
        self.references = references

    def expected(self, text: str, variables: dict[str, Any], role: Role) -> Any:
        node = parse(text)
        assert not validate(served, node), text
        expected = self.references[role].execute(node, variables)
        assert expected.errors is None, (expected.errors, text, variables)
        return expected.data

    async def compare(self, text: str, variables: dict[str, Any], role: Role) -> Any:
        """The answer, which is the reference's, key for key in its order."""
        found = await self.read(text, variables, self.references[role].viewer)
        expected = self.expected(text, variables, role)
        assert json.dumps(found, indent=1) == json.dumps(expected, indent=1), (
            f"{role}\n{text}\n{json.dumps(variables)}"
        )
        return found


@pytest.fixture
def asker(database: Database, organisation: Organisation) -> Asker:
    """Of an organisation in which little is."""
    return Asker(Executor(database, UNBOUNDED), organisation.admin)


@pytest.fixture
async def both(
    database: Database,
    urls: DatabaseUrls,
    organisation: Organisation,
    second_organisation: Organisation,
) -> Both:
    now = await populate(database, organisation)
    await populate(database, second_organisation)
    tables = await load(urls.admin, organisation.org_id)
    references = {
        role: Reference(tables, viewer, now) for role, viewer in organisation.viewers.items()
    }
    return Both(Executor(database, UNBOUNDED), references)
