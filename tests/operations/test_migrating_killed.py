"""A server that is killed in the midst of a migration: what it had begun is undone, what it had
done stays done, and whoever comes next goes on."""

import asyncio
import subprocess
import sys

import pytest

from pipeline_gql.domain.migrating import Policy
from pipeline_gql.operations import migrating
from pipeline_gql.operations.migrating import UndoMigration, go_on_with_any
from pipeline_gql.store import models
from pipeline_gql.store.migrations import ACTIVE
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


async def ended(ask: Ask) -> models.PipelineMigration:
    """The migration, once batch after batch nothing is left of it. Until the server has noticed
    the kill there is nothing to go on with."""
    for _ in range(1_000):
        (migration,) = await ask.rows(models.PipelineMigration)
        if migration.state not in ACTIVE:
            return migration
        async with ask.database.writing(ask.organisation.org_id) as unit:
            await go_on_with_any(unit)
        await asyncio.sleep(0.01)
    raise AssertionError("it goes on for ever")


async def test_a_migration_goes_on_after_a_kill_and_so_does_its_undoing(
    ask: Ask, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await published(ask, FIRST)
    keys = [await on(ask, one, "old") for _ in range(8)]
    two = await published(ask, second())
    monkeypatch.setattr(migrating, "BATCH", 2)
    await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["new"]))
    await asyncio.to_thread(killed_after_a_batch, urls, str(ask.organisation.org_id))
    done = await ended(ask)
    assert (done.state, done.moved, done.kept, done.stayed) == ("DONE", 8, 0, 0)
    for key in keys:
        found = await row(ask, key)
        assert (found.version_id, found.version) == (two.id, 2)
        assert [stay.cause for stay in await stays(ask, key)] == ["ENTRY", "MIGRATION"]
    await ask(migrating.undo, UndoMigration(done.id))
    await asyncio.to_thread(killed_after_a_batch, urls, str(ask.organisation.org_id))
    undone = await ended(ask)
    assert (undone.state, undone.undone) == ("UNDONE", 8)
    for key in keys:
        found = await row(ask, key)
        assert (found.version_id, found.step_id) == (one.id, one.step_ids["old"])
        assert [stay.cause for stay in await stays(ask, key)] == ["ENTRY", *["MIGRATION"] * 2]
