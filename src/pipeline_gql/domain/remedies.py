"""Advice against refusals; what helps against a refused move is in `ways`."""

from pipeline_gql.domain.errors import Remedy

ANOTHER_TOKEN = Remedy("Use a token that may write")
ANOTHER_KEY = Remedy("Send it under a new idempotencyKey")


def ask(*who: str) -> tuple[Remedy, ...]:
    """Whoever may, in words such as "an administrator"."""
    *some, last = who
    return (Remedy(f"Ask {', '.join(some)} or {last}" if some else f"Ask {last}"),)


def read_again(version: int) -> tuple[Remedy, ...]:
    return (Remedy(f"Read again, then send expectedVersion: {version}"),)
