"""One statement and the commands around it, for one round trip instead of three.

asyncpg sends Bind, Execute and Sync in one write. `Wire` stands between it and the socket: for the
one write that it is armed for it puts commands before (SET, or BEGIN and its settings), and others
(COMMIT) before the Sync. The server's answers to these are of kinds that asyncpg passes over while
it waits for rows, and there is still exactly one ReadyForQuery. After an error the server skips to
the Sync: COMMIT is not run, and whoever asked rolls back; what was SET without BEGIN is undone.

This leans on names that are asyncpg's own (its version is pinned). Where they are missing `fits`
says so, and reads and writes take the public way, which says the same in more waits.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, cast
from uuid import UUID

from asyncpg import (  # pyright: ignore[reportMissingTypeStubs]
    connect_utils,
    exceptions,
    protocol,
)

from pipeline_gql.store.connections import Connection

_own: Any = protocol
_SYNC = b"S\x00\x00\x00\x04"
_EXECUTE = b"E\0\0\0\x09\0\0\0\0\0"
_NULL = b"\xff\xff\xff\xff"
_LENGTH, _PLACES = struct.Struct("!i").pack, struct.Struct("!h").pack


class Unarmed(RuntimeError):
    """What asyncpg wrote was not the one message that was expected; nothing was sent."""


class Wire:
    """A transport that counts its writes; `before` and `after` are for the next one."""

    __slots__ = ("_transport", "after", "before", "writes")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.before: bytes | None = None
        self.after = b""
        self.writes = 0

    def write(self, written: Any) -> None:
        self.writes += 1
        before = self.before
        if before is None:
            self._transport.write(written)
            return
        self.before = None
        message = bytes(written)
        if message[:1] != b"B" or not message.endswith(_SYNC):
            raise Unarmed
        self._transport.write(before + message[: -len(_SYNC)] + self.after + _SYNC)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _Protocol(_own.Protocol):
    def connection_made(self, transport: Any) -> None:
        self.wire = Wire(transport)
        super().connection_made(self.wire)  # pyright: ignore[reportUnknownMemberType]


class _Module:
    """asyncpg's module `protocol` as `connect_utils` sees it, with our protocol in it."""

    Protocol = _Protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(_own, name)


def _fit() -> None:
    if getattr(connect_utils, "protocol", None) is _own:
        cast(Any, connect_utils).protocol = _Module()


_fit()


def fits(connection: Connection) -> bool:
    """Whether the connection is made as this module expects."""
    inside: Any = connection
    try:
        ours, theirs = inside._protocol, inside._get_statement
        return isinstance(ours.wire, Wire) and callable(theirs) and callable(ours.bind_execute)
    except AttributeError:
        return False


async def fetch(
    connection: Connection,
    sql: str,
    args: Sequence[object],
    before: bytes,
    after: tuple[str, ...] = (),
    *,
    most: int = 0,
) -> list[Any]:
    """The rows of a statement (0: all), sent with `before` (of `written`, `said` and `bound`) and
    with the commands `after` it. What fails of any fails the whole.

    The first time it is prepared, which takes a wait of its own. Whatever it raises, a transaction
    may be open yet: `connections.roll_back` ends it.
    """
    inside: Any = connection
    # Kept by asyncpg; what writes a statement's Parse must not be armed.
    statement = await inside._get_statement(sql, None)
    wire: Wire = inside._protocol.wire
    if before or after:
        wire.before, wire.after = before, written(after)
    try:
        return await inside._protocol.bind_execute(statement, args, "", most, False, None)
    except exceptions.InvalidCachedStatementError:
        # A migration made the plan another one: the next to ask prepares it anew.
        inside._drop_local_statement_cache()
        raise
    finally:
        # Still there if nothing was sent, since an argument could not be encoded.
        wire.before = None


async def run(connection: Connection, command: str, before: bytes) -> str:
    """What the server says to a command, sent with `before`; prepared, if it is new."""
    inside: Any = connection
    statement = await inside._get_statement(command, None)
    wire: Wire = inside._protocol.wire
    wire.before, wire.after = before or None, b""
    try:
        told = await inside._protocol.bind_execute(statement, (), "", 0, True, None)
    finally:
        wire.before = None
    return told[1].decode()


def said(commands: Sequence[str]) -> bytes:
    """What has the server run commands that will hardly be said again."""
    return b"".join(map(_run, commands))


def _message(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return kind + _LENGTH(len(body) + 4) + body


async def bound(
    connection: Connection, statements: Iterable[tuple[str, Sequence[object]]]
) -> bytes:
    """What has the server run statements without rows; what is new is prepared."""
    inside: Any = connection
    messages: list[bytes] = []
    for sql, args in statements:
        statement = await inside._get_statement(sql, None)
        if statement._get_attributes():
            # They would be taken for rows of what is asked next.
            raise Unarmed(f"has rows: {sql}")
        messages += (_bind(statement.name, args), _EXECUTE)
    return b"".join(messages)


def _bind(name: str, args: Sequence[object]) -> bytes:
    said = [b"\0", name.encode(), b"\0\0\0", _PLACES(len(args))]
    for value in args:
        if value is None:
            said.append(_NULL)
        else:
            text = _WORDS[type(value)](value)
            said += (_LENGTH(len(text)), text)
    said.append(b"\0\0")
    return _message(b"B", b"".join(said))


class _Words(dict[type, Callable[[Any], bytes]]):
    """How a type's values are said in PostgreSQL's own words; raises TypeError for one that has
    none here."""

    def __missing__(self, type: type) -> Callable[[Any], bytes]:
        for known, words in [*self.items()]:
            if issubclass(type, known):
                self[type] = words
                return words
        raise TypeError(type)


@lru_cache(256)
def _moment(value: datetime) -> bytes:
    """A write says its one time in each of its rows."""
    return value.isoformat().encode()


_WORDS: Final = _Words({
    bool: lambda value: b"t" if value else b"f",
    int: b"%d".__mod__,
    str: str.encode,
    bytes: lambda value: b"\\x" + value.hex().encode(),
    UUID: lambda value: str(value).encode(),
    date: lambda value: value.isoformat().encode(),
    datetime: _moment,
})  # fmt: skip


@lru_cache(4096)
def written(commands: tuple[str, ...]) -> bytes:
    """As `said`, of commands that will be said again."""
    return said(commands)


def _run(command: str) -> bytes:
    """Parse, Bind and Execute of a command without arguments and rows, under no name."""
    parse = _message(b"P", b"\0", command.encode(), b"\0", bytes(2))
    return parse + _message(b"B", b"\0\0", bytes(6)) + _EXECUTE
