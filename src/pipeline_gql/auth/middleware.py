"""The door: every path is closed unless it is named as open."""

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Final
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline_gql.auth.refusals import no_credential, unauthenticated
from pipeline_gql.auth.viewers import Viewers
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.headers import Headers, headers_of

LONGEST_CREDENTIAL: Final = 8192
NAMES: Final = ("authorization", "organization-id")
"""The headers that say who comes, and for which organisation."""
ONE_UUID: Final = "The header `organization-id` must be one UUID"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Authenticated:
    """Middleware. `viewers` is asked for at each request: it exists once the database is open."""

    def __init__(
        self, app: ASGIApp, viewers: Callable[[], Viewers], is_open: Callable[[str], bool]
    ) -> None:
        self._app = app
        self._viewers = viewers
        self._is_open = is_open

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http" or self._is_open(scope["path"]):
            return self._app(scope, receive, send)
        viewer = self._viewers().known(headers_of(scope).said(*NAMES))
        if viewer is None:
            return self._introduced(scope, receive, send)
        return self._entered(viewer, scope, receive, send)

    async def _introduced(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        credential, chosen = _credential(headers), _chosen(headers)
        viewer = await self._viewers().of(credential, chosen, headers.said(*NAMES))
        await self._entered(viewer, scope, receive, send)

    def _entered(
        self, viewer: Viewer, scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[None]:
        scope["viewer"] = viewer
        scope["facts"].organisation = viewer.org_id
        return self._app(scope, receive, send)


def _credential(headers: Headers) -> str:
    given = headers.getlist(NAMES[0])
    if not given:
        raise no_credential()
    scheme, _, credential = given[0].partition(" ")
    credential = credential.strip()
    if len(given) > 1 or scheme.lower() != "bearer" or not credential:
        raise unauthenticated("Not a bearer token")
    if len(credential) > LONGEST_CREDENTIAL or not credential.isascii():
        raise unauthenticated("The token is not valid")
    return credential


def _chosen(headers: Headers) -> UUID | None:
    given = headers.getlist(NAMES[1])
    if not given:
        return None
    if len(given) > 1:
        raise HTTPException(400, ONE_UUID)
    return _organisation(given[0])


@lru_cache(1024)
def _organisation(text: str) -> UUID:
    if not _UUID.fullmatch(text):
        raise HTTPException(400, ONE_UUID)
    return UUID(text)
