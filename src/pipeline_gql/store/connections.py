"""Connections to PostgreSQL: their settings, when they count as lost, which roles may serve."""

import asyncpg

CONNECT_SECONDS = 3.0
STATEMENTS_KEPT = 512

# 25006: a failover has left this connection on a read-only node. 57P01-03: the server goes.
_LOST_STATES = frozenset({"25006", "57P01", "57P02", "57P03"})

_SETTINGS = {
    "application_name": "pipeline-gql",
    "TimeZone": "UTC",
    "jit": "off",
    # A terminated connection must take its query along, not leave it to run to its timeout.
    "client_connection_check_interval": "500",
    # Settings of Citus, which a plain server stores and ignores: a statement that would leave
    # its tenant's shard fails, and SET LOCAL reaches the shard.
    "citus.multi_task_query_log_level": "error",
    "citus.propagate_set_commands": "local",
}


class UnsafeRole(Exception):
    """The database role could step over row-level security, so the server does not start."""


async def connect(url: str, *, reading: bool = False) -> asyncpg.Connection:
    """A connection with the server's settings; readers keep generic plans."""
    settings = dict(_SETTINGS)
    if reading:
        settings["plan_cache_mode"] = "force_generic_plan"
    return await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        server_settings=settings,
        statement_cache_size=STATEMENTS_KEPT,
        max_cacheable_statement_size=0,
        max_cached_statement_lifetime=0,
    )


def is_lost(error: BaseException) -> bool:
    """Whether the connection is of no more use."""
    if getattr(error, "sqlstate", None) in _LOST_STATES:
        return True
    return isinstance(error, (OSError, asyncpg.PostgresConnectionError)) or (
        isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)
    )


_ROLE = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls, (
    SELECT min(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owned
FROM pg_roles r WHERE r.rolname = current_user"""


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
