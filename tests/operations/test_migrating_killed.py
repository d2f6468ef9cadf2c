"""A server that is killed in the midst of a migration: what it had begun is undone, what it had
done stays done, and whoever comes next goes on."""

import asyncio
import subprocess
import sys

import pytest

from pipeline_gql.domain.migrating import Policy
from pipeline_gql.operations import migrating
from pipeline_gql.operations.migrating import go_on_with_any
from pipeline_gql.store import models
from tests.operations.asking import Ask
from tests.operations.test_migrating import FIRST, on, published, row, second, started, stays
from tests.server import DatabaseUrls

WORKER = """
import asyncio, sys
from uuid import UUID
from pipeline_gql.operations import migrating
from pipeline_gql.store.database import Database, Urls

async def work():
    migrating.BATCH = int(sys.argv[3])
    database = await Database.open(Urls(sys.argv[1]))
    while True:
        async with database.writing(UUID(sys.argv[2])) as unit:
            await migrating.go_on_with_any(unit)
        print("a batch", flush=True)

asyncio.run(work())
"""


def killed_after_a_batch(urls: DatabaseUrls, organisation: str) -> None:
    arguments = [sys.executable, "-c", WORKER, urls.served.app, organisation, str(migrating.BATCH)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "a batch\n"
        worker.kill()


async def test_a_migration_goes_on_after_a_kill(
    ask: Ask, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await published(ask, FIRST)
    keys = [await on(ask, one, "old") for _ in range(8)]
    two = await published(ask, second())
    monkeypatch.setattr(migrating, "BATCH", 2)
    await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["new"]))
    await asyncio.to_thread(killed_after_a_batch, urls, str(ask.organisation.org_id))
    (ended,) = await ask.rows(models.PipelineMigration)
    while ended.state == "RUNNING":
        # Until the server has noticed the kill there is nothing to go on with.
        async with ask.database.writing(ask.organisation.org_id) as unit:
            await go_on_with_any(unit)
        (ended,) = await ask.rows(models.PipelineMigration)
    assert (ended.state, ended.moved, ended.kept, ended.stayed) == ("DONE", 8, 0, 0)
    for key in keys:
        found = await row(ask, key)
        assert (found.version_id, found.version) == (two.id, 2)
        assert [stay.cause for stay in await stays(ask, key)] == ["ENTRY", "MIGRATION"]
