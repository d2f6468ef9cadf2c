"""A server's memory stays flat while large files stream in and out."""

import asyncio
import os
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from tests.api.asking import Ask
from tests.api.conftest import token_of
from tests.api.uploading import ADD, FORM, PREFLIGHT, digest, form
from tests.objects import BUCKET, s3
from tests.organisations import Organisation
from tests.server import DatabaseUrls

SIZE = Settings().upload_bytes
SMALL = 11 * 1024 * 1024
"""More than two of the parts in which an S3 is sent a file."""

ROOM = 28 * 1024 * 1024
"""What four of 25 MiB at once may take beyond what four of 11 MiB took: half of the difference."""

SERVER = """
import sys, uvicorn
from pipeline_gql.app import create_app
from pipeline_gql.config import Settings
settings = Settings(
    database_url=sys.argv[1], reader_database_url=sys.argv[2], files_url=sys.argv[3], worker=False
)
config = uvicorn.Config(create_app(settings), fd=int(sys.argv[4]), log_level="error")
uvicorn.Server(config).run()
"""


def peak(pid: int) -> int:
    """The most memory that the process ever had, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise AssertionError


@pytest.fixture(params=["folder", "s3"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[str]:
    """Where files are kept; an S3's variables are the server's to inherit."""
    if request.param == "folder":
        yield tmp_path.as_uri()
        return
    with s3() as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield f"s3://{BUCKET}/files"


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="asks Linux for the peak")
async def test_memory_stays_flat_while_files_stream_in_and_out(
    database: Database, urls: DatabaseUrls, organisation: Organisation, ask: Ask, place: str
) -> None:
    import socket

    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, urls.served.app, urls.served.reader or "",
        place, str(listening.fileno()), pass_fds=[listening.fileno()],
    )  # fmt: skip
    token = await token_of(database, organisation, Role.ADMIN)
    opportunity = await ask.opportunity()
    try:
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
            for _ in range(2):
                await asyncio.gather(*(_exchange(client, opportunity, SMALL - i) for i in range(4)))
            before = await asyncio.to_thread(peak, server.pid)
            for _ in range(3):
                await asyncio.gather(*(_exchange(client, opportunity, SIZE - i) for i in range(4)))
            grown = await asyncio.to_thread(peak, server.pid) - before
        assert grown < ROOM
    finally:
        server.terminate()
        await server.wait()
        listening.close()


async def _exchange(client: httpx.AsyncClient, opportunity: str, size: int) -> None:
    """A file in by either way, and out again."""
    content = os.urandom(size)
    if size % 2:
        given = {"x-opportunity-id": opportunity, "x-name": "big", **PREFLIGHT}
        reply = await client.post("/attachments", content=content, headers=given)
        payload = reply.json()
    else:
        variables = {"input": {"opportunityId": opportunity, "file": None}}
        operations = {"query": ADD, "variables": variables}
        body = form(operations, {"0": ["variables.input.file"]}, [("0", content, "big")])
        reply = await client.post("/graphql", content=body, headers=FORM)
        payload = reply.json()["data"]["opportunities"]["addAttachment"]
    assert payload["attachment"]["sha256"] == digest(content), reply.text
    got = await client.get(payload["attachment"]["url"])
    assert got.content == content
