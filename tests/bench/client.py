"""Asks a server over kept connections, as fast as it answers."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson


@dataclass
class Asked:
    """What came of it; `times` are seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list[float])
    bytes: int = 0
    failures: list[bytes] = field(default_factory=list[bytes])

    @property
    def count(self) -> int:
        return len(self.times)

    @property
    def rate(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    def percentile(self, percent: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] * 1000


def request(port: int, body: object, headers: dict[str, str], path: str = "/graphql") -> bytes:
    text = orjson.dumps(body)
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(text)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text


class _Connection(asyncio.Protocol):
    """HTTP/1.1 as far as the peers speak it: a status, headers, a length or chunks."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.waiter: asyncio.Future[tuple[int, bytes]] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answer = _parsed(self.buffer)
        if answer and self.waiter and not self.waiter.done():
            self.buffer.clear()
            self.waiter.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiter and not self.waiter.done():
            self.waiter.set_exception(ConnectionError(str(exc)))

    def ask(self, raw: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        self.waiter = asyncio.get_running_loop().create_future()
        assert self.transport
        self.transport.write(raw)
        return self.waiter


def _parsed(buffer: bytearray) -> tuple[int, bytes] | None:
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(buffer[:end]).lower()
    status = int(head[9:12])
    at = head.find(b"content-length:")
    if at >= 0:
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        body = bytes(buffer[end + 4 :])
        return (status, body) if len(body) >= length else None
    return _unchunked(status, bytes(buffer[end + 4 :]))


def _unchunked(status: int, rest: bytes) -> tuple[int, bytes] | None:
    body = b""
    while True:
        size, found, rest = rest.partition(b"\r\n")
        if not found or not size:
            return None
        length = int(size, 16)
        if length == 0:
            return status, body
        if len(rest) < length + 2:
            return None
        body, rest = body + rest[:length], rest[length + 2 :]


async def ask_once(port: int, raw: bytes) -> bytes:
    """The body of an answer."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
    _, body = await asyncio.wait_for(connection.ask(raw), 60)
    assert connection.transport
    connection.transport.close()
    return body


async def ask_for(port: int, requests: Iterable[bytes], seconds: float, connections: int) -> Asked:
    """As many of the requests as there is time for, by so many at once."""
    loop = asyncio.get_running_loop()
    asked, left = Asked(), iter(requests)
    pairs = [
        await loop.create_connection(_Connection, "127.0.0.1", port) for _ in range(connections)
    ]
    start = time.perf_counter()

    async def go(connection: _Connection) -> None:
        while (began := time.perf_counter()) - start < seconds:
            raw = next(left, None)
            if raw is None:
                return
            status, body = await connection.ask(raw)
            asked.times.append(time.perf_counter() - began)
            asked.bytes += len(body)
            if status != 200 or b'"errors":[{' in body:
                asked.failures.append(body[:300])

    await asyncio.gather(*(go(connection) for _, connection in pairs))
    asked.seconds = time.perf_counter() - start
    for transport, _ in pairs:
        transport.close()
    return asked
