"""A body that is taken as it arrives and never held whole."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.types import Receive

from pipeline_gql.api.http.bodies import CLOSE, declared_length, too_large, too_slow
from pipeline_gql.api.http.problems import ClientGone, Problem
from pipeline_gql.headers import Headers

PREFLIGHTS: Final = (
    "graphql-preflight",
    "graphql-require-preflight",
    "apollo-require-preflight",
    "idempotency-key",
    "x-requested-with",
)
"""Headers that a form of another site cannot send; any of them will do."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for the whole body, and for any next part of it."""

    whole: float
    pause: float


def require_preflight(headers: Headers) -> None:
    """Problem 400 unless a browser would have asked us first whether it may send this."""
    if not any(headers.get(name) for name in PREFLIGHTS):
        raise Problem(
            400,
            f"An upload must carry one of the headers {', '.join(PREFLIGHTS)}, with any value",
            code="PREFLIGHT_REQUIRED",
            headers=CLOSE,
        )


def require_plain(headers: Headers) -> None:
    if headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, "The body must not be compressed", headers=CLOSE)


@asynccontextmanager
async def in_time(patience: Patience) -> AsyncGenerator[None]:
    """Raises Problem 408 when the body that is read inside does not end in time."""
    limit = asyncio.timeout(patience.whole)
    try:
        async with limit:
            yield
    except TimeoutError:
        raise too_slow() from None


async def arriving(
    receive: Receive, headers: Headers, most: int, patience: Patience
) -> AsyncGenerator[bytes]:
    """Chunks, none empty. Raises Problem 413 above `most` bytes, 400 for a wrong length,
    ClientGone, and TimeoutError after a pause that is too long."""
    declared = declared_length(headers, most)
    size, more = 0, True
    while more:
        async with asyncio.timeout(patience.pause):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(chunk)
        if size > most:
            raise too_large(most)
        if chunk:
            yield chunk
    if declared is not None and size != declared:
        raise Problem(400, "The body's length is not what Content-Length says", headers=CLOSE)
