"""What a bearer token may do, and for how long."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import cast

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.facts import optional_moment
from pipeline_gql.domain.problems import invalid


class TokenScope(StrEnum):
    """Named as they are stored."""

    READ = "read"
    WRITE = "write"


def scopes_of(given: object, path: Path) -> tuple[TokenScope, ...]:
    """All of them unless some are given; to write is to read too."""
    wanted = set(cast("Sequence[TokenScope] | None", given) or TokenScope)
    if given is not None and not given:
        raise invalid(path, "must have one scope at least")
    return tuple(TokenScope) if TokenScope.WRITE in wanted else (TokenScope.READ,)


def expiry(given: object, path: Path, time_zone: str, now: datetime) -> datetime | None:
    """A moment to come, in UTC; None means no end."""
    moment = optional_moment(given, path, time_zone)
    if moment is not None and moment <= now:
        raise invalid(path, "must lie in the future", given)
    return moment
