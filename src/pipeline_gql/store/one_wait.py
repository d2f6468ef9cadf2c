"""One statement and the commands around it, for one round trip instead of three.

asyncpg sends Bind, Execute and Sync in one write. `Wire` stands between it and the socket: for the
one write that it is armed for it puts commands before (SET, or BEGIN and its settings), and others
(COMMIT) before the Sync. The server's answers to these are of kinds that asyncpg passes over while
it waits for rows, and there is still exactly one ReadyForQuery. After an error the server skips to
the Sync: COMMIT is not run, and whoever asked rolls back; what was SET without BEGIN is undone.

This leans on names that are asyncpg's own (its version is pinned). Where they are missing `fits`
says so, and reads take the public way, which says the same in three waits.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from asyncpg import (  # pyright: ignore[reportMissingTypeStubs]
    connect_utils,
    exceptions,
    protocol,
)

from pipeline_gql.store.connections import Connection

_own: Any = protocol
_SYNC = b"S\x00\x00\x00\x04"


class Unarmed(RuntimeError):
    """What asyncpg wrote was not the one message that was expected; nothing was sent."""


class Wire:
    """A transport; `before` and `after` are for the next write."""

    __slots__ = ("_transport", "after", "before")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.before: bytes | None = None
        self.after = b""

    def write(self, written: Any) -> None:
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


async def fetchval(
    connection: Connection,
    sql: str,
    args: Sequence[object],
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> Any:
    """The one value of a statement, sent with what stands `before` and `after` it.

    The first time it is prepared, which takes a wait of its own. Whatever it raises, a transaction
    may be open yet: `connections.roll_back` ends it.
    """
    inside: Any = connection
    # Kept by asyncpg; what writes a statement's Parse must not be armed.
    statement = await inside._get_statement(sql, None)
    wire: Wire = inside._protocol.wire
    if before:
        wire.before, wire.after = _written(tuple(before)), _written(tuple(after))
    try:
        rows = await inside._protocol.bind_execute(statement, args, "", 1, False, None)
    except exceptions.InvalidCachedStatementError:
        # A migration made the plan another one: the next to ask prepares it anew.
        inside._drop_local_statement_cache()
        raise
    finally:
        # Still there if nothing was sent, since an argument could not be encoded.
        wire.before = None
    return rows[0][0] if rows else None


def _message(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return kind + struct.pack("!i", len(body) + 4) + body


@lru_cache(4096)
def _written(commands: tuple[str, ...]) -> bytes:
    """The same for an organisation's reads."""
    return b"".join(map(_run, commands))


def _run(command: str) -> bytes:
    """Parse, Bind and Execute of a command without arguments and rows, under no name."""
    parse = _message(b"P", b"\0", command.encode(), b"\0", bytes(2))
    return parse + _message(b"B", b"\0\0", bytes(6)) + _message(b"E", b"\0", bytes(4))
