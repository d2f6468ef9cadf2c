"""The organisation in which everything occurs, the executor and the references that judge it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
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
from tests.organisations import FIRST, SECOND, Organisation
from tests.server import Server

UNBOUNDED = Settings(
    max_cost=10**9,
    max_fields=10**6,
    max_aliases=10**6,
    max_tokens=10**6,
    max_directives=10**6,
    max_root_fields=1000,
)


class Asker:
    """Asks an executor; the administrator is who asks unless told otherwise."""

    def __init__(self, database: Database, admin: Viewer, settings: Settings = UNBOUNDED) -> None:
        self.database, self.admin = database, admin
        self.executor = Executor(database, settings)

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

    def __init__(self, database: Database, references: dict[Role, Reference]) -> None:
        super().__init__(database, references[Role.ADMIN].viewer)
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
    return Asker(database, organisation.admin)


@dataclass
class Prepared:
    """A database to clone, with the organisation in which everything occurs, and its readers."""

    template: str
    references: dict[Role, Reference]


@pytest.fixture(scope="session")
def prepared(server: Server) -> Prepared:
    return asyncio.run(_prepare(server))


async def _prepare(server: Server) -> Prepared:
    urls = await server.clone()
    database = await Database.open(urls.served)
    now = await populate(database, FIRST)
    await populate(database, SECOND)
    await database.close()
    tables = await load(urls.admin, FIRST.org_id)
    references = {role: Reference(tables, viewer, now) for role, viewer in FIRST.viewers.items()}
    return Prepared(urls.name, references)


@pytest.fixture
async def both(server: Server, prepared: Prepared) -> AsyncGenerator[Both]:
    """On a database of the test's own."""
    urls = await server.clone(prepared.template)
    database = await Database.open(urls.served)
    yield Both(database, prepared.references)
    await database.close()
    await server.drop(urls)
