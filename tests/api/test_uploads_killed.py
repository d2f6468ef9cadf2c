"""A server killed at any point of an upload leaves no attachment without its file."""

import asyncio
import hashlib
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from tests.api.asking import Ask
from tests.organisations import Organisation
from tests.server import DatabaseUrls

CHILD = """
import asyncio, os, signal, sys
from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.api.execution import Executor
from pipeline_gql.api.http import uploads
from pipeline_gql.api.questions import Question
from pipeline_gql.store import attachments, files
from pipeline_gql.store.connections import Connection
from pipeline_gql.store.database import Database, Urls
from pipeline_gql.store.spooling import Spool
from time import monotonic
from uuid import UUID

url, folder, point, when, opportunity, org, user = sys.argv[1:]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def deadly(function):
    async def killed(*args, **kwargs):
        if when == "before":
            die()
        done = await function(*args, **kwargs)
        die()
        return done
    return killed

PLACES = {
    "reserve": (attachments, "reserve"), "send": (files.Files, "_send"),
    "rename": (files.obstore, "rename_async"), "put": (files.Files, "put"),
    "take up": (attachments, "take_up"),
}
if point in PLACES:
    holder, name = PLACES[point]
    setattr(holder, name, deadly(getattr(holder, name)))
elif point == "fsync":
    sync = files._sync
    def synced(path):
        if when == "before":
            die()
        sync(path)
        die()
    files._sync = synced

async def main():
    database = await Database.open(Urls(url))
    viewer = Viewer(UUID(org), int(user), "Ada", Role.ADMIN)
    executor = Executor(database, Settings(files_url=folder))
    with Spool() as spool:
        await spool.add(b"contents")
        file = await spool.finish("a.txt")
        variables = {"input": {"opportunityId": opportunity, "file": file}}
        add = uploads.ADD % uploads.NAMESPACES["opportunityId"]
        answer = await executor.answer(
            Question(add, variables=variables), viewer, deadline=monotonic() + 60,
            request_id="r", query_only=False,
        )
    print(answer.body.decode(), flush=True)
    die()

asyncio.run(main())
"""
POINTS = [
    *((point, when) for point in ("reserve", "send", "fsync", "rename", "put", "take up")
      for when in ("before", "after")),
    ("nowhere", "after"),
]  # fmt: skip


def stored(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if len(path.name) == 64}


@pytest.mark.parametrize(("point", "when"), POINTS)
async def test_no_attachment_is_without_its_file_whenever_the_server_dies(
    database: Database, urls: DatabaseUrls, organisation: Organisation, ask: Ask, tmp_path: Path,
    point: str, when: str,
) -> None:  # fmt: skip
    o, opportunity = organisation, await ask.opportunity()
    arguments = (point, when, opportunity, str(o.org_id), str(o.admin.user_id))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, urls.served.app, tmp_path.as_uri(), *arguments,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await child.communicate()
    assert child.returncode == -signal.SIGKILL
    async with database.writing(o.org_id) as unit:
        rows = list(await unit.session.scalars(select(models.Attachment)))
        known = set(await unit.session.scalars(select(models.StoredFile.sha256)))
    contents = stored(tmp_path)
    assert len(rows) == (point == "nowhere")
    assert bool(said) == (point == "nowhere")
    for row in rows:
        assert contents[row.sha256 or ""] == b"contents"
    for name, content in contents.items():
        assert hashlib.sha256(content).hexdigest() == name
    assert set(contents) <= known
