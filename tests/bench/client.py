"""Asks a server over kept connections, as fast as it answers."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import nan

import orjson

from tests.bench.answers import Answer, parsed

PATIENCE = 30.0
"""Seconds for what is still unanswered when the time is over; then it has failed."""
LOSSES = 5
"""Connections that may be lost to each of those who ask, before they give up."""


@dataclass
class Asked:
    """What came of it; `times` are seconds, of answers alone: a failure is none."""

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
        """In milliseconds; not a number where nothing was answered."""
        if not self.times:
            return nan
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] * 1000

    def take(self, answer: Answer, seconds: float) -> None:
        if answer.is_good:
            self.times.append(seconds)
            self.bytes += len(answer.body)
        else:
            self.failures.append(answer.body[:300])


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
    def __init__(self) -> None:
        self.buffer = bytearray()
        self.waiter: asyncio.Future[Answer] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answer = parsed(self.buffer)
        if answer and self.waiter and not self.waiter.done():
            self.buffer.clear()
            self.waiter.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiter and not self.waiter.done():
            self.waiter.set_exception(ConnectionError(f"the connection was lost: {exc}"))

    def ask(self, raw: bytes) -> "asyncio.Future[Answer]":
        assert self.transport
        if self.transport.is_closing():
            raise ConnectionError("the server has closed the connection")
        self.waiter = asyncio.get_running_loop().create_future()
        self.transport.write(raw)
        return self.waiter

    def close(self) -> None:
        assert self.transport
        self.transport.abort()


async def _connected(port: int) -> _Connection:
    loop = asyncio.get_running_loop()
    return (await loop.create_connection(_Connection, "127.0.0.1", port))[1]


async def ask_once(port: int, raw: bytes, patience: float = 60) -> bytes:
    """The body of an answer, whatever it says."""
    connection = await _connected(port)
    try:
        return (await asyncio.wait_for(connection.ask(raw), patience)).body
    finally:
        connection.close()


async def ask_for(
    port: int,
    requests: Iterable[bytes],
    seconds: float,
    connections: int,
    patience: float = PATIENCE,
) -> Asked:
    """As many of the requests as there is time for, by so many at once; it ends, whatever the
    server does, and `seconds` of it are those until the last answer."""
    asked, left = Asked(), iter(requests)
    opened = [await _connected(port) for _ in range(connections)]
    start = time.perf_counter()
    until = start + seconds
    asking = [asyncio.create_task(_Asker(port, each, asked).go(left, until)) for each in opened]
    _, late = await asyncio.wait(asking, timeout=seconds + patience)
    asked.seconds = time.perf_counter() - start
    for each in late:
        each.cancel()
    asked.failures += [b"no answer in time"] * len(late)
    await asyncio.gather(*asking, return_exceptions=True)
    for each in asking:
        if not each.cancelled() and (bug := each.exception()):
            raise bug
    return asked


@dataclass
class _Asker:
    """One of those who ask at the same time, each over a connection of its own."""

    port: int
    connection: _Connection
    asked: Asked
    lost: int = 0

    async def go(self, left: Iterator[bytes], until: float) -> None:
        try:
            while (began := time.perf_counter()) < until:
                raw = next(left, None)
                if raw is None or self.lost > LOSSES:
                    return
                try:
                    answer = await self.connection.ask(raw)
                except ConnectionError as lost:
                    await self._again(lost)
                else:
                    self.asked.take(answer, time.perf_counter() - began)
        finally:
            self.connection.close()

    async def _again(self, lost: ConnectionError) -> None:
        self.lost += 1
        self.asked.failures.append(str(lost).encode())
        try:
            self.connection = await _connected(self.port)
        except OSError as refused:
            self.lost = LOSSES + 1
            self.asked.failures.append(str(refused).encode())
