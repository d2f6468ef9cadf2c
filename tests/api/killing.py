"""A server that is killed in the midst of a mutation.

The child answers requests as the server does, over HTTP's own interface, and forks for each: its
fork may rehearse the mutation, so that every statement is known, and is then killed by SIGKILL
right after its n-th message to PostgreSQL; PostgreSQL works on what it has been sent.
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from tests.server import DatabaseUrls

CHILD = """
import asyncio, json, os, signal, sys
from asyncio.selector_events import _SelectorSocketTransport as Transport
from pipeline_gql.app import create_app
from pipeline_gql.config import Settings
from pipeline_gql.store.database import Database, Urls
from tests.api.exchanges import Client

app_url, reader_url, token = sys.argv[1:]
told = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
write, left = Transport.write, None

def sent(transport, data):
    global left
    write(transport, data)
    if left is not None:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

Transport.write = sent

async def answer(document, variables, n, rehearsed):
    global left
    database = await Database.open(Urls(app_url, reader_url))
    app = create_app(Settings(worker=False, graphiql=False), database)
    async with app.router.lifespan_context(app):
        client = Client(app, {"authorization": f"Bearer {token}"})
        if rehearsed:
            reply = await client.post(document, rehearsed)
            assert b'"errors":[]' in reply.body, reply.body
        left = n
        reply = await client.post(document, variables)
        left = None
    await database.close()
    assert b'"errors":[]' in reply.body, reply.body

for line in sys.stdin:
    child = os.fork()
    if not child:
        asyncio.run(answer(*json.loads(line)))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=told, flush=True)
"""
Json = dict[str, Any]


class Kill(Protocol):
    """Asks the server, which is killed after its n-th message; gives its exit status."""

    async def __call__(
        self, document: str, variables: Json, n: int, rehearsed: Json | None = None, /
    ) -> int: ...


@asynccontextmanager
async def killing(urls: DatabaseUrls, token: str) -> AsyncGenerator[Kill]:
    """A request to a server that is killed after its n-th message; gives its exit status."""
    addresses = urls.served
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD, addresses.app, addresses.reader or addresses.app, token),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdin
    assert child.stdout
    asked, told = child.stdin, child.stdout

    async def kill(document: str, variables: Json, n: int, rehearsed: Json | None = None) -> int:
        asked.write(json.dumps([document, variables, n, rehearsed]).encode() + b"\n")
        return int(await told.readline())

    try:
        yield kill
    finally:
        asked.close()
        await child.wait()
