"""How a transaction begins: the tenant and the time limits, in as few round trips as possible."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store.connections import LOCK_SECONDS, STATEMENT_SECONDS, Connection

# After the deadline the server gets this long to stop by itself, which saves the connection.
GRACE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Begin:
    """`BEGIN` and its settings. Citus replays a whole string once per SET, so there BEGIN
    goes alone."""

    mode: str
    settings: tuple[str, ...]
    apart: bool

    async def run(self, connection: Connection) -> None:
        if self.apart:
            await connection.execute(self.mode)
            await connection.execute(";".join(self.settings))
        else:
            await connection.execute(";".join(self.commands))

    @property
    def commands(self) -> tuple[str, ...]:
        """One by one."""
        return (self.mode, *self.settings)


def begin(
    org_id: UUID | None,
    seconds: float,
    *,
    read_only: bool,
    citus: bool,
    now: datetime | None = None,
) -> Begin:
    """A transaction of one organisation, or (only for store/directory.py) of none.

    `seconds` are what is left of the request; raises TryAgain when nothing is. `now` is the one
    time of a write, for triggers to know it too.
    """
    if seconds <= 0:
        raise TryAgain
    statement = max(1, int(min(STATEMENT_SECONDS, seconds) * 1000))
    start = _begin(org_id, statement, read_only, citus)
    if now is None:
        return start
    return Begin(start.mode, (*start.settings, telling(now)), citus)


@lru_cache(4096)
def _begin(org_id: UUID | None, statement: int, read_only: bool, citus: bool) -> Begin:
    """`statement` is its time limit in milliseconds."""
    settings: list[str] = []
    if org_id is not None:
        settings.append(f"SET LOCAL {_tenant(org_id)}")
    if citus or statement < STATEMENT_SECONDS * 1000:
        # Else the connection has the usual limits already.
        settings.append(f"SET LOCAL statement_timeout={statement}")
        settings.append(f"SET LOCAL lock_timeout={min(int(LOCK_SECONDS * 1000), statement)}")
    return Begin("BEGIN READ ONLY" if read_only else "BEGIN", tuple(settings), citus)


@lru_cache(4096)
def keeping(org_id: UUID) -> str:
    """Makes the tenant that of a session, for store/reading.py alone."""
    return f"SET {_tenant(org_id)}"


def _tenant(org_id: UUID) -> str:
    # A UUID prints as hexadecimal digits and dashes only, so there is nothing to quote.
    return f"app.org_id='{UUID(bytes=org_id.bytes)}'"


def telling(now: datetime) -> str:
    """Says the time of a write to the triggers that it sets off."""
    return f"SET LOCAL app.now='{now.isoformat()}'"
