"""Connections to PostgreSQL: the module that knows the driver (asyncpg; its inside: one_wait.py).

Their settings, when they count as lost, and which roles may serve.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

CONNECT_SECONDS = 3
ROLLBACK_SECONDS = 1
STATEMENTS_KEPT = 512
STATEMENT_SECONDS = 5.0
LOCK_SECONDS = 2.0
"""The usual limits of a statement and of a wait for a lock."""

# 25006: a failover has left this connection on a read-only node. 57P01-03: the server goes.
_LOST_STATES = frozenset({"25006", "57P01", "57P02", "57P03"})

_SETTINGS = {
    "application_name": "pipeline-gql",
    "TimeZone": "UTC",
    "jit": "off",
    "statement_timeout": f"{STATEMENT_SECONDS:.0f}s",
    "lock_timeout": f"{LOCK_SECONDS:.0f}s",
    # A terminated connection must take its query along, not leave it to run to its timeout.
    "client_connection_check_interval": "500",
    # A machine of ours that has gone silent must not hold its locks until TCP notices.
    "idle_in_transaction_session_timeout": "60s",
    # Settings of Citus, which a plain server stores and ignores: a statement that would leave
    # its tenant's shard fails, and SET LOCAL reaches the shard.
    "citus.multi_task_query_log_level": "error",
    "citus.propagate_set_commands": "local",
}

READING = {
    # Kept for the pages of a list, whose plans are right for all values.
    "plan_cache_mode": "force_generic_plan",
    # Also of a statement without BEGIN.
    "default_transaction_read_only": "on",
}
"""What connections that only read have beside those."""

DRIVER_ERRORS: tuple[type[Exception], ...] = (asyncpg.PostgresError, asyncpg.InterfaceError)
CATALOGUE_RACES: tuple[type[Exception], ...] = (
    asyncpg.InternalServerError,
    asyncpg.UniqueViolationError,
)


class Connection(Protocol):
    """What we use of asyncpg's connection: strings without arguments go by the simple protocol,
    so several statements take one round trip; with arguments they are prepared and kept."""

    async def execute(self, query: str, *args: object) -> str: ...
    async def fetch(self, query: str, *args: object) -> list[Any]: ...
    async def fetchval(self, query: str, *args: object) -> Any: ...
    async def fetchrow(self, query: str, *args: object) -> Mapping[str, Any] | None: ...
    async def close(self, *, timeout: float | None = None) -> None: ...  # noqa: ASYNC109 - asyncpg's
    def terminate(self) -> None: ...
    def is_closed(self) -> bool: ...
    def get_server_pid(self) -> int: ...


class UnsafeRole(Exception):
    """The database role could step over row-level security, so the server does not start."""


async def connect(url: str, *, reading: bool = False) -> Connection:
    """A connection with the server's settings; readers keep generic plans."""
    settings = dict(_SETTINGS)
    if reading:
        settings |= READING
    return await _connect(
        url,
        server_settings=settings,
        statement_cache_size=STATEMENTS_KEPT,
        max_cacheable_statement_size=0,
        max_cached_statement_lifetime=0,
    )


async def is_direct(connection: Connection) -> bool:
    """Whether the session is ours alone: behind a pooler, which names a process of its own, the
    next statement may meet what somebody else has set."""
    return await connection.fetchval("SELECT pg_backend_pid()") == connection.get_server_pid()


async def connect_plainly(url: str) -> Connection:
    """A connection with the server's own settings, for administration."""
    return await _connect(url)


async def _connect(url: str, **options: Any) -> Connection:
    untyped = cast(Any, asyncpg)
    return await untyped.connect(url, timeout=CONNECT_SECONDS, **options)


def is_lost(error: BaseException) -> bool:
    """Whether the connection is of no more use."""
    if getattr(error, "sqlstate", None) in _LOST_STATES:
        return True
    return isinstance(error, (OSError, asyncpg.PostgresConnectionError)) or (
        isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)
    )


def is_answer(error: BaseException | None) -> bool:
    """Whether the server said it, on a connection that is still good."""
    return isinstance(error, asyncpg.PostgresError) and not is_lost(error)


async def roll_back(connection: Connection, error: BaseException) -> None:
    """Ends what `error` has broken. Where the state is not known for certain afterwards the
    connection is dropped: its next user would commit what was refused here."""
    known = False
    try:
        if isinstance(error, Exception) and not is_lost(error) and not connection.is_closed():
            with suppress(Exception):
                async with asyncio.timeout(ROLLBACK_SECONDS):
                    await connection.execute("ROLLBACK")
                known = True
    finally:
        if not known:
            connection.terminate()


# What a role is a member of it can become, by SET ROLE.
_ROLE = """
SELECT current_user AS rolname, bool_or(r.rolsuper) AS rolsuper,
    bool_or(r.rolbypassrls) AS rolbypassrls, (
    SELECT min(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owned
FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')"""


async def refuse_unsafe_role(url: str) -> None:
    """Raises UnsafeRole unless the login is held by row-level security like any other."""
    connection = await connect(url)
    try:
        row = await connection.fetchrow(_ROLE)
    finally:
        await connection.close(timeout=2)
    assert row is not None
    reason = (
        ("is a superuser" if row["rolsuper"] else None)
        or ("bypasses row-level security" if row["rolbypassrls"] else None)
        or (f"owns the table {row['owned']}" if row["owned"] else None)
    )
    if reason:
        raise UnsafeRole(f"The role {row['rolname']} {reason}; connect as pipeline_app instead.")
