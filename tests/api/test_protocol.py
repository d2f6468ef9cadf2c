"""On a real socket: half a request is not waited for."""

import asyncio
import socket
from collections.abc import AsyncGenerator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pipeline_gql.api.http import protocol


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[int]:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.2)
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("hello"))])
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=protocol.ImpatientProtocol, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listening]))
    yield listening.getsockname()[1]
    server.should_exit = True
    await task
    listening.close()


@pytest.mark.parametrize("sent", [b"", b"GE", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b"])
async def test_headers_that_do_not_end_are_given_up(port: int, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(2):
        assert await reader.read() == b""
    writer.close()


async def test_a_connection_that_goes_on_asking_is_kept(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(4):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"hello")
        await asyncio.sleep(0.1)
    writer.close()
