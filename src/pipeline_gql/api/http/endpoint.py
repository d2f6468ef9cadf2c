"""`/graphql`: one request in, one answer out."""

import time
from collections.abc import Awaitable
from typing import Final

from starlette.types import Receive, Scope, Send

from pipeline_gql.api.http.admission import Admission
from pipeline_gql.api.http.answering import answered
from pipeline_gql.api.http.attention import attended
from pipeline_gql.api.http.bodies import (
    question_in_body,
    question_in_query_string,
    received,
)
from pipeline_gql.api.http.keys import idempotency_key
from pipeline_gql.api.http.multipart import is_multipart
from pipeline_gql.api.http.negotiation import GRAPHQL, accepted, is_json
from pipeline_gql.api.http.problems import Problem, respond
from pipeline_gql.api.http.uploads import Uploads
from pipeline_gql.api.questions import Answer, Answering
from pipeline_gql.config import Settings
from pipeline_gql.headers import Headers, headers_of

_POST: Final = {"Allow": "POST"}


class GraphQLEndpoint:
    """The ASGI application of the route; auth has put the viewer into the scope before."""

    def __init__(
        self, executor: Answering, admission: Admission, uploads: Uploads, settings: Settings
    ) -> None:
        self._executor = executor
        self._admission = admission
        self._uploads = uploads
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        self._check_method(scope["method"])
        media = accepted(headers.get("accept"))
        if media is None:
            raise Problem(406, f"Only application/json and {GRAPHQL} are spoken here")
        if scope["method"] == "POST" and is_multipart(headers.get("content-type")):
            answer = await self._uploaded(scope, receive, headers)
        else:
            answer = await self._asked(scope, receive, headers)
        if scope["method"] == "GET" and answer.operation_type == "mutation":
            raise Problem(405, "A mutation must be sent by POST", headers=_POST)
        status = 400 if answer.request_error and media == GRAPHQL else 200
        await respond(send, status, answer.body, media)

    def _check_method(self, method: str) -> None:
        if method == "POST" or (method == "GET" and self._settings.allow_get):
            return
        allow = {"Allow": "GET, POST"} if self._settings.allow_get else _POST
        raise Problem(405, f"{method} is not allowed here", headers=allow)

    async def _asked(self, scope: Scope, receive: Receive, headers: Headers) -> Answer:
        is_get = scope["method"] == "GET"
        slowest = time.monotonic() + self._settings.request_seconds
        with attended(receive, slowest, arrived=False) as attention:
            if is_get:
                question = question_in_query_string(scope["query_string"])
            else:
                question = question_in_body(await self._body(receive, headers))
            question.idempotency_key = idempotency_key(headers)
            deadline = time.monotonic() + self._seconds(question.query)
            attention.arrived(deadline)
            async with self._admission:
                return await answered(self._executor, question, scope, deadline, query_only=is_get)

    def _body(self, receive: Receive, headers: Headers) -> Awaitable[bytes]:
        if not is_json(headers.get("content-type")):
            raise Problem(415, "Content-Type must be application/json, in UTF-8")
        if headers.get("content-encoding", "identity") != "identity":
            raise Problem(415, "The body must not be compressed")
        return received(receive, headers, self._settings.max_body_bytes)

    async def _uploaded(self, scope: Scope, receive: Receive, headers: Headers) -> Answer:
        """A multipart request has a slot of its own kind from its first byte to its answer."""
        async with self._uploads.received(receive, headers) as (question, deadline):
            question.idempotency_key = idempotency_key(headers)
            with attended(receive, deadline):
                return await answered(self._executor, question, scope, deadline, query_only=False)

    def _seconds(self, query: str) -> float:
        # Before parsing this is a guess, and the generous one: a mutation cannot lack the word.
        if "mutation" in query:
            return self._settings.mutation_seconds
        return self._settings.request_seconds
