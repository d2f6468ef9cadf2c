"""Clients who send or take files slowly, or not at all, over real sockets: they hold slots of
their own kind, nobody waits for them who asks, and none of them holds one for ever."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Sized
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from pipeline_gql.api.http.admission import Admission
from pipeline_gql.cli import wire
from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from tests.api.asking import Ask
from tests.api.conftest import token_of
from tests.api.serving import served
from tests.organisations import Organisation

Connect = Callable[[str], Awaitable[socket.socket]]
SIZE = 16 * 1024 * 1024
"""More than the kernel keeps for both ends of a line that nobody reads."""


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Patient, unless a test says how many seconds a request may take."""
    return Settings(
        files_url=tmp_path.as_uri(), worker=False, slots=1, queue=0, queue_wait_ms=0,
        upload_slots=2, download_slots=2, request_seconds=getattr(request, "param", 120),
    )  # fmt: skip


@pytest.fixture
async def serving(app: Starlette) -> AsyncGenerator[tuple[int, Sized]]:
    async with served(app) as serving:
        yield serving


@pytest.fixture
async def line(
    serving: tuple[int, Sized], database: Database, organisation: Organisation
) -> tuple[int, str]:
    """The port, and the head that lets the administrator in."""
    token = await token_of(database, organisation, Role.ADMIN)
    head = f"authorization: Bearer {token}\r\nhost: here\r\nx-requested-with: test\r\n"
    return serving[0], head


def uploads_of(app: Starlette) -> Admission:
    return vars(vars(app.state.uploads)["_uploads"])["_admission"]


def downloads_of(app: Starlette) -> Admission:
    return vars(app.state.downloads)["_downloads"]


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - a counter of the server's, in this very loop
            await asyncio.sleep(0.01)


@pytest.fixture
def connected(line: tuple[int, str]) -> Generator[Connect]:
    """Connects clients that say something and have room for little."""
    clients: list[socket.socket] = []

    async def connect(said: str) -> socket.socket:
        loop, client = asyncio.get_running_loop(), socket.socket()
        clients.append(client)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", line[0]))
        await loop.sock_sendall(client, said.encode())
        return client

    yield connect
    for client in clients:
        client.close()


async def all_of(client: socket.socket) -> bytes:
    """What comes until the other side has had enough."""
    loop, taken = asyncio.get_running_loop(), bytearray()
    try:
        async with asyncio.timeout(60):
            while piece := await loop.sock_recv(client, 1 << 20):
                taken += piece
    except ConnectionError:
        pass
    return bytes(taken)


async def asked(line: tuple[int, str]) -> Any:
    port, head = line
    headers = {"authorization": head.split("\r\n")[0].partition(": ")[2]}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        body = {"query": "{ viewer { role } }"}
        return (await client.post(f"http://127.0.0.1:{port}/graphql", json=body)).json()


ANSWERED = {"data": {"viewer": {"role": "ADMIN"}}}


@pytest.fixture
async def begun(ask: Ask, line: tuple[int, str]) -> str:
    """An upload of four bytes, as far as the second."""
    target = f"/attachments?opportunityId={(await ask.opportunity()).replace('=', '%3D')}&name=x"
    head = f"{line[1]}content-length: 4\r\nconnection: close\r\n"
    return f"POST {target} HTTP/1.1\r\n{head}\r\nab"


async def test_queries_are_answered_while_uploads_hold_every_slot_of_theirs(
    app: Starlette, begun: str, line: tuple[int, str], connected: Connect
) -> None:
    slow = [await connected(begun) for _ in range(2)]
    await until(lambda: uploads_of(app).busy == 2)
    assert await asked(line) == ANSWERED
    third = await all_of(await connected(begun))
    assert third.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 1" in third.lower()
    assert uploads_of(app).busy == 2
    for client in slow:
        await asyncio.get_running_loop().sock_sendall(client, b"cd")
        assert (await all_of(client)).startswith(b"HTTP/1.1 201 ")
    await until(lambda: uploads_of(app).busy == 0)


@pytest.mark.parametrize("settings", [0.5], indirect=True)
async def test_an_upload_that_stops_loses_its_slot(
    app: Starlette, begun: str, connected: Connect
) -> None:
    """After a pause as long as a query may last."""
    assert (await all_of(await connected(begun))).startswith(b"HTTP/1.1 408 ")
    await until(lambda: uploads_of(app).busy == 0)


@pytest.fixture
async def large(ask: Ask, line: tuple[int, str]) -> str:
    """The address of a file that no line swallows."""
    port, head = line
    headers = {
        "authorization": head.split("\r\n")[0].partition(": ")[2],
        "x-requested-with": "test",
        "x-opportunity-id": await ask.opportunity(),
        "x-name": "large",
    }
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        content = os.urandom(SIZE)
        sent = await client.post(f"http://127.0.0.1:{port}/attachments", content=content)
        return sent.json()["attachment"]["url"].replace("=", "%3D")


async def test_queries_are_answered_while_nobody_takes_what_is_downloaded(
    app: Starlette, line: tuple[int, str], large: str, connected: Connect
) -> None:
    get = f"GET {large} HTTP/1.1\r\n{line[1]}"
    idle: list[socket.socket] = []
    for number in (1, 2):
        # One after the other: the one slot of queries is for finding the file.
        idle.append(await connected(f"{get}\r\n"))
        await until(lambda number=number: downloads_of(app).busy == number)
    assert await asked(line) == ANSWERED
    third = await all_of(await connected(f"{get}connection: close\r\n\r\n"))
    assert third.startswith(b"HTTP/1.1 503 ")
    assert downloads_of(app).busy == 2
    for client in idle:
        client.close()
    await until(lambda: downloads_of(app).busy == 0)


async def test_a_client_who_takes_nothing_is_cut_off(
    app: Starlette,
    serving: tuple[int, Sized],
    line: tuple[int, str],
    large: str,
    connected: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "STALLED_SECONDS", 0.5)
    idle = await connected(f"GET {large} HTTP/1.1\r\n{line[1]}\r\n")
    await until(lambda: serving[1])
    # The line itself is dropped, though nobody has read what is in it.
    await until(lambda: not serving[1])
    await until(lambda: downloads_of(app).busy == 0)
    assert 0 < len(await all_of(idle)) < SIZE


async def test_a_client_who_takes_it_slowly_gets_all_of_it(
    app: Starlette,
    serving: tuple[int, Collection[Any]],
    line: tuple[int, str],
    large: str,
    connected: Connect,
) -> None:
    """The server's patience begins anew each time that something is taken."""
    await until(lambda: not serving[1])
    client = await connected(f"GET {large} HTTP/1.1\r\n{line[1]}connection: close\r\n\r\n")
    await until(lambda: serving[1])
    (taker,) = serving[1]
    loop, taken, waits = asyncio.get_running_loop(), 0, list[asyncio.TimerHandle]()
    while len(waits) < 3:
        await until(lambda: vars(taker)["_stalled"])
        waits.append(vars(taker)["_stalled"])
        while not waits[-1].cancelled():
            taken += len(await loop.sock_recv(client, 1 << 18))
    assert len(set(map(id, waits))) == 3
    taken += len(await all_of(client))
    assert taken > SIZE
    await until(lambda: downloads_of(app).busy == 0)
