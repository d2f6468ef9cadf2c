"""What is bounded before a request is one."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.responses import PlainTextResponse

from pipeline_gql.cli import wire
from tests.api.serving import served

HELLO = b"GET / HTTP/1.1\r\nhost: here\r\n"
Port = int


@pytest.fixture
async def port() -> AsyncGenerator[Port]:
    """Of a server that says hello to everybody."""
    app = PlainTextResponse("hello")
    async with served(app) as (port, _):
        yield port


async def test_an_ordinary_request_is_answered_and_the_line_kept(port: Port) -> None:
    assert (await _said(port, [HELLO + b"\r\n", HELLO + b"connection: close\r\n\r\n"])).count(
        b"hello"
    ) == 2


async def test_a_long_header_is_refused(port: Port) -> None:
    header = b"x: " + b"y" * wire.MAX_HEAD_BYTES + b"\r\n\r\n"
    assert (await _said(port, [HELLO + header])).startswith(b"HTTP/1.1 431 ")


async def test_a_long_header_is_refused_before_it_ends(port: Port) -> None:
    pieces = [HELLO + b"x: ", *[b"y" * 10_000] * 7]
    assert (await _said(port, pieces)).startswith(b"HTTP/1.1 431 ")


async def test_many_headers_are_refused(port: Port) -> None:
    assert (await _said(port, [HELLO, b"x: yyyyy\r\n" * 10_000])).startswith(b"HTTP/1.1 431 ")


async def test_a_large_body_is_no_large_head_nor_what_comes_after_it(port: Port) -> None:
    body = b"z" * 2 * wire.MAX_HEAD_BYTES
    large = HELLO + f"content-length: {len(body)}\r\n\r\n".encode() + body
    said = await _said(port, [large + HELLO + b"\r\n", HELLO + b"connection: close\r\n\r\n"])
    assert said.count(b"hello") == 3


async def test_what_is_not_http_is_refused(port: Port) -> None:
    assert (await _said(port, [b"\x16\x03\x01 hello\r\n\r\n"])).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("begun", [b"", b"\r\n", HELLO])
async def test_a_head_that_does_not_come_is_not_waited_for(
    port: Port, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.2)
    assert await _said(port, [begun]) == b""


@pytest.mark.parametrize("begun", [b"\r\n", HELLO])
async def test_nor_is_the_next_one_on_the_same_line(
    port: Port, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.2)
    assert (await _said(port, [HELLO + b"\r\n", begun])).count(b"hello") == 1


async def _said(port: Port, pieces: list[bytes]) -> bytes:
    """All the server says until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(30):
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0.02)
            return await reader.read()
    finally:
        writer.close()
