"""JWTs of a configured issuer, checked against its published keys (JWKS)."""

import asyncio
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

import jwt
import structlog

from pipeline_gql.config import Settings
from pipeline_gql.domain.text import is_storable

ALGORITHMS: Final = ["RS256", "ES256", "EdDSA"]
LEEWAY: Final = 30
FRESH: Final = 300.0
"""Seconds after which published keys are read again."""
PATIENCE: Final = 10.0
"""Seconds between two readings at least, so that made-up key ids do not cause a flood."""
READ_SCOPE: Final = "pipeline-gql:read"
WRITE_SCOPE: Final = "pipeline-gql:write"
_log: Any = structlog.get_logger("pipeline_gql.auth")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a JWT proved. With the read scope and without the write scope it may not write."""

    issuer: str
    subject: str
    can_write: bool
    expires_at: datetime


class Source(Protocol):
    """Where the keys are published; `read` blocks."""

    def read(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class FileSource:
    path: Path

    def read(self) -> bytes:
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class UrlSource:
    url: str

    def read(self) -> bytes:
        with urllib.request.urlopen(self.url, timeout=5) as response:
            return response.read(1_048_576)


class Keys:
    """The published keys by id. An unreachable publisher leaves those read before in force."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._read_at = -FRESH
        self._turn = asyncio.Lock()

    async def named(self, key_id: str | None) -> jwt.PyJWK | None:
        """Without an id, the only key there is. Only who asks for an unknown one waits behind
        another's reading."""
        if self._is_due(key_id) and not (key_id in self._keys and self._turn.locked()):
            async with self._turn:
                if self._is_due(key_id):
                    await self._refresh()
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id)

    def _is_due(self, key_id: str | None) -> bool:
        age = time.monotonic() - self._read_at
        return age >= FRESH or (key_id not in self._keys and age >= PATIENCE)

    async def _refresh(self) -> None:
        self._read_at = time.monotonic()
        try:
            text = await asyncio.to_thread(self._source.read)
            self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_json(text.decode()).keys}
        except Exception as error:
            _log.warning("keys of the token issuer cannot be read", error=str(error))


class Jwts:
    def __init__(self, keys: Keys, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    @classmethod
    def of(cls, settings: Settings) -> "Jwts | None":
        """None unless keys are configured."""
        source = _source(settings)
        if not (source and settings.jwt_issuer and settings.jwt_audience):
            return None
        return cls(Keys(source), settings.jwt_issuer, settings.jwt_audience)

    async def verified(self, credential: str) -> Claims | str:
        """The claims, or why there are none."""
        try:
            key = await self._keys.named(jwt.get_unverified_header(credential).get("kid"))
            if key is None:
                return "The token is signed with an unknown key"
            return _claims(self._decoded(credential, key))
        except jwt.ExpiredSignatureError:
            return "The token has expired"
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
            return "The token is not valid"

    def _decoded(self, credential: str, key: jwt.PyJWK) -> dict[str, Any]:
        return jwt.decode(
            credential,
            key,
            algorithms=ALGORITHMS,
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "sub", "iss", "aud"]},
        )


def _claims(claims: dict[str, Any]) -> Claims:
    if not is_storable(claims["sub"]):
        raise ValueError("no user can have this subject")
    scopes = str(claims.get("scope", "")).split()
    return Claims(
        issuer=claims["iss"],
        subject=claims["sub"],
        can_write=WRITE_SCOPE in scopes or READ_SCOPE not in scopes,
        expires_at=datetime.fromtimestamp(int(claims["exp"]) + LEEWAY, UTC),
    )


def _source(settings: Settings) -> Source | None:
    if settings.jwks_file:
        return FileSource(settings.jwks_file)
    return UrlSource(settings.jwks_url) if settings.jwks_url else None
