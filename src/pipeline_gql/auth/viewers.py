"""From a credential and a chosen organisation to a viewer, remembered for five seconds."""

import asyncio
import math
import re
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Generic, TypeVar
from uuid import UUID

from pipeline_gql.auth.jwts import Claims, Jwts
from pipeline_gql.auth.refusals import ambiguous, busy, not_yours, unauthenticated
from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.database import Database
from pipeline_gql.store.directory import Admission, viewers_of_digest, viewers_of_subject

REMEMBERED: Final = 5.0
"""Seconds; so long a revoked token, or a changed role, goes on as before."""
LOOKUPS: Final = 4
WAITING: Final = 64
INVALID: Final = "The token is not valid"
_OPAQUE = re.compile(r"pgql_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class _Judgement:
    """Whom a credential admits; nobody, and then why. `until` is in monotonic seconds."""

    admissions: Sequence[Admission]
    until: float
    refusal: str = INVALID


@dataclass(frozen=True, slots=True)
class _Entered:
    """Who was let in; nobody asks again before `until`, in monotonic seconds."""

    viewer: Viewer
    until: float


Kept = TypeVar("Kept", _Judgement, _Entered)


class _Memory(Generic[Kept]):
    """The most recent ones, by the SHA-256 of what was said."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def recall(self, digest: bytes) -> Kept | None:
        kept = self._kept.get(digest)
        return kept if kept and kept.until > time.monotonic() else None

    def keep(self, digest: bytes, found: Kept) -> None:
        self._kept[digest] = found
        self._kept.move_to_end(digest)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


class Viewers:
    """Refusals are remembered apart from the rest, so that guesses do not push out the good."""

    def __init__(self, database: Database, jwts: Jwts | None = None) -> None:
        self._database = database
        self._jwts = jwts
        self._admitted = _Memory[_Judgement](10_000)
        self._refused = _Memory[_Judgement](1_000)
        self._entered = _Memory[_Entered](10_000)
        self._gate = asyncio.Semaphore(LOOKUPS)
        self._waiting = 0

    def known(self, said: bytes | None) -> Viewer | None:
        """Who said the same before, and was let in; no longer than the answer then is good for."""
        entered = self._entered.recall(sha256(said).digest()) if said else None
        return entered.viewer if entered else None

    async def of(self, credential: str, chosen: UUID | None, said: bytes | None = None) -> Viewer:
        """Raises HTTPException: 401; 403 or 400 by the organisation; 503 when too many ask.

        `said` is the whole of what the client said of itself, by which `known` knows it again.
        """
        digest = sha256(credential.encode()).digest()
        judgement = self._recall(digest) or await self._look_up(credential, digest)
        if not judgement.admissions:
            raise unauthenticated(judgement.refusal)
        fitting = [a for a in judgement.admissions if chosen in (None, a.viewer.org_id)]
        if not fitting:
            raise not_yours()
        if len(fitting) > 1:
            raise ambiguous()
        viewer, end = fitting[0].viewer, _end(fitting[0])
        if end <= time.monotonic():
            raise unauthenticated(INVALID)
        if said:
            entered = _Entered(viewer, min(judgement.until, end))
            self._entered.keep(sha256(said).digest(), entered)
        return viewer

    def _recall(self, digest: bytes) -> _Judgement | None:
        return self._admitted.recall(digest) or self._refused.recall(digest)

    async def _look_up(self, credential: str, digest: bytes) -> _Judgement:
        """A JWT is verified before its turn: its issuer's slowness is not for all to wait for."""
        if _OPAQUE.fullmatch(credential):
            return await self._in_turn(digest, None)
        if not self._jwts or credential.count(".") != 2:
            return _Judgement((), 0)
        claims = await self._jwts.verified(credential)
        if isinstance(claims, str):
            return _Judgement((), 0, claims)
        return await self._in_turn(digest, claims)

    async def _in_turn(self, digest: bytes, claims: Claims | None) -> _Judgement:
        """A few look up at a time; whoever waited behind the same credential finds it known."""
        if self._waiting >= WAITING:
            raise busy()
        self._waiting += 1
        try:
            async with self._gate:
                return self._recall(digest) or await self._judge(digest, claims)
        except TryAgain:
            raise busy() from None
        finally:
            self._waiting -= 1

    async def _judge(self, digest: bytes, claims: Claims | None) -> _Judgement:
        until = time.monotonic() + REMEMBERED
        if claims is None:
            found = await viewers_of_digest(self._database, digest)
            judgement = _Judgement(found, until)
        else:
            found = await viewers_of_subject(self._database, claims.issuer, claims.subject)
            admissions = [
                Admission(replace(a.viewer, can_write=claims.can_write), claims.expires_at)
                for a in found
            ]
            judgement = _Judgement(admissions, until, "The token's subject is no user here")
        (self._admitted if judgement.admissions else self._refused).keep(digest, judgement)
        return judgement


def _end(admission: Admission) -> float:
    """In monotonic seconds."""
    if admission.expires_at is None:
        return math.inf
    return time.monotonic() + (admission.expires_at - datetime.now(UTC)).total_seconds()
