"""The whole application on a test's own database, and clients of it."""

from collections.abc import AsyncGenerator

import pytest
import structlog
from starlette.applications import Starlette

from pipeline_gql.app import create_app
from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import tokens
from pipeline_gql.store.database import Database
from tests.api.asking import Ask
from tests.api.exchanges import Client
from tests.organisations import Organisation

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
async def app(settings: Settings, database: Database) -> AsyncGenerator[Starlette]:
    """Without the worker inside: what it writes in its own time is no test's own doing."""
    app = create_app(settings.model_copy(update={"worker": False}), database)
    async with app.router.lifespan_context(app):
        yield app


async def token_of(database: Database, organisation: Organisation, role: Role) -> str:
    viewer = organisation.viewers[role]
    async with database.writing(viewer.org_id) as unit:
        return (await tokens.create(unit, viewer.user_id, "test")).secret


@pytest.fixture
def stranger(app: Starlette) -> Client:
    """Nobody: sends no token."""
    return Client(app)


@pytest.fixture
async def client(app: Starlette, database: Database, organisation: Organisation) -> Client:
    """The organisation's administrator."""
    token = await token_of(database, organisation, Role.ADMIN)
    return Client(app, {"authorization": f"Bearer {token}"})


@pytest.fixture
def ask(database: Database, organisation: Organisation) -> Ask:
    """Documents in the first organisation, by its administrator unless a role is named."""
    return Ask(database, organisation)
