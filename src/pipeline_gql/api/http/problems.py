"""Answers to requests that never became a GraphQL execution, in the shape of a GraphQL error."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline_gql.api.http.negotiation import JSON, accepted
from pipeline_gql.headers import headers_of
from pipeline_gql.observe import Facts

CODES: Final = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    408: "REQUEST_TIMEOUT",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    500: "INTERNAL",
    503: "OVERLOADED",
}

_log: Any = structlog.get_logger("pipeline_gql.http")


class Problem(HTTPException):
    """A request that is refused; the code is the status's unless given."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, headers)
        self.code = code


class ClientGone(Exception):
    """Nobody is left to answer."""


class Enveloped:
    """Middleware in `Observed`: whatever is raised inside becomes an answer, and a bug one that
    says nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        facts: Facts = scope["facts"]
        try:
            await self._app(scope, receive, send)
        except ClientGone:
            return
        except HTTPException as problem:
            await answer_problem(problem, scope, send)
        except Exception:
            _log.exception("internal error", request_id=facts.request_id)
            if facts.status is None:
                await answer_problem(Problem(500, "Internal error"), scope, send)


async def answer_problem(problem: HTTPException, scope: Scope, send: Send) -> None:
    code = getattr(problem, "code", None) or CODES.get(problem.status_code, "BAD_REQUEST")
    facts: Facts = scope["facts"]
    extensions = {"code": code, "requestId": facts.request_id}
    body = orjson.dumps({"errors": [{"message": problem.detail, "extensions": extensions}]})
    media = accepted(headers_of(scope).get("accept")) or JSON
    await respond(send, problem.status_code, body, media, problem.headers)


async def respond(
    send: Send, status: int, body: bytes, media: str, headers: Mapping[str, str] | None = None
) -> None:
    """One whole response; never stored by anybody on the way."""
    raw = [
        (b"content-type", media.encode() + b"; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"vary", b"Accept"),
        (b"cache-control", b"no-store"),
    ]
    if headers:
        raw += [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
