"""The client ends whatever the server does, and counts an answer as such only if it is one."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import repeat
from math import isnan

import pytest

from tests.bench.client import LOSSES, Asked, ask_for, ask_once, request

GOOD = b'{"data":{"x":1}}'
REFUSED = b'{"errors":[{"message":"The server is busy"}]}'
Say = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(say: Say) -> AsyncGenerator[int]:
    """The port of a server that says this to each connection."""
    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def answering(*answers: tuple[int, bytes]) -> Say:
    """One after another, then again."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                for status, body in answers:
                    head = await reader.readuntil(b"\r\n\r\n")
                    await reader.readexactly(_length(head))
                    length = str(len(body)).encode()
                    writer.write(
                        b"HTTP/1.1 %d X\r\nContent-Length: %b\r\n\r\n%b" % (status, length, body)
                    )
        except asyncio.IncompleteReadError:
            writer.close()

    return say


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].split()[0])


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def _gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Promises more than it says."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
    await _silent(reader, writer)


async def _asked(say: Say, *, number: int = 8, seconds: float = 60) -> Asked:
    async with served(say) as port:
        raw = request(port, {"query": "{ x }"}, {})
        return await ask_for(port, repeat(raw, number), seconds, 2, patience=0.1)


async def test_answers_are_counted() -> None:
    asked = await _asked(answering((200, GOOD)))
    assert (asked.count, asked.failures) == (8, [])
    assert asked.bytes == 8 * len(GOOD)
    assert asked.percentile(50) <= asked.percentile(99)


@pytest.mark.parametrize(
    "failure", [(503, b"busy"), (200, REFUSED), (200, REFUSED.replace(b'":[', b'": ['))]
)
async def test_a_refusal_is_no_answer(failure: tuple[int, bytes]) -> None:
    asked = await _asked(answering((200, GOOD), failure))
    assert (asked.count, len(asked.failures), asked.bytes) == (4, 4, 4 * len(GOOD))


async def test_a_server_that_refuses_all_has_no_times() -> None:
    asked = await _asked(answering((503, b"busy")))
    assert (asked.count, asked.rate) == (0, 0)
    assert isnan(asked.percentile(50))


async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    asked = await _asked(_silent, seconds=0.1)
    assert (asked.count, asked.failures) == (0, [b"no answer in time"] * 2)


async def test_a_server_that_hangs_up_is_asked_again_but_not_for_ever() -> None:
    asked = await _asked(_gone, number=1_000)
    assert asked.count == 0
    assert len(asked.failures) == 2 * (LOSSES + 1)


async def test_an_answer_that_does_not_end_is_a_failure() -> None:
    with pytest.raises(asyncio.TimeoutError):
        async with served(_endless) as port:
            await ask_once(port, request(port, {}, {}), patience=0.1)
    asked = await _asked(_endless, seconds=0.1)
    assert (asked.count, len(asked.failures)) == (0, 2)
