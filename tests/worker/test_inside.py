"""The worker inside a server, which may be left out."""

import asyncio
from typing import Any

import pytest

from pipeline_gql.app import create_app
from pipeline_gql.config import Settings
from pipeline_gql.store.database import Database
from tests.api.exchanges import Client
from tests.organisations import Organisation
from tests.worker.events import feed, write_event
from tests.worker.working import until


async def test_a_server_works_unless_told_otherwise(
    database: Database, organisation: Organisation
) -> None:
    async def stamped() -> bool:
        return await feed(database, organisation) == [("1", 1, 1)]

    idle = create_app(Settings(worker=False, worker_seconds=0.1), database)
    async with idle.router.lifespan_context(idle):
        await write_event(database, organisation, 1, 1)
        await asyncio.sleep(1)
    assert not await stamped()
    app = create_app(Settings(worker_seconds=0.1), database)
    async with app.router.lifespan_context(app):
        await until(stamped)
        counted = (await Client(app).get("/metrics")).body.decode()
    assert 'pipeline_gql_jobs_total{job="stamp",outcome="done"}' in counted
    assert "pipeline_gql_outbox_lag_seconds" in counted


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"smtp_host": "mail"}, "PIPELINE_GQL_MAIL_FROM must be set"),
        ({"smtp_host": "mail", "mail_from": "a@b", "smtp_user": "u"}, "set together"),
        ({"mail_from": "a@b\r\nBcc: c@d"}, "must look like name@example.com"),
        ({"smtp_security": "ssl"}, "starttls"),
    ],
)
def test_settings_that_cannot_send_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Settings(**given)
