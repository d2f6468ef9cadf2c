"""Uploads: as a multipart request, or as the plain body of `POST /attachments`."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.types import Receive, Scope, Send

from pipeline_gql.api.http.admission import Admission
from pipeline_gql.api.http.answering import LATER, answered
from pipeline_gql.api.http.arriving import (
    Patience,
    arriving,
    in_time,
    require_plain,
    require_preflight,
)
from pipeline_gql.api.http.attention import attended
from pipeline_gql.api.http.bodies import CLOSE
from pipeline_gql.api.http.keys import idempotency_key
from pipeline_gql.api.http.multipart import multipart_question
from pipeline_gql.api.http.negotiation import JSON
from pipeline_gql.api.http.problems import Problem, respond
from pipeline_gql.api.questions import Answering, Question
from pipeline_gql.config import Settings
from pipeline_gql.domain.errors import Code
from pipeline_gql.headers import Headers, headers_of
from pipeline_gql.store.spooling import Received, Spool

ADD: Final = """mutation AddAttachment($input: %sAddAttachmentInput!) {
  %s {
    addAttachment(input: $input) {
      errors { label message value code path retryable }
      attachment { id kind name size contentType sha256 url createdAt createdBy { id name } }
      replayed
    }
  }
}"""
NAMESPACES: Final = {
    "opportunityId": ("Opportunity", "opportunities"),
    "leadId": ("Lead", "lead"),
}
"""What a file is attached to, by the parameter that names it."""
PARAMETERS: Final = (*NAMESPACES, "name", "idempotencyKey")
"""Of `POST /attachments`, in its query string or, with dashes, as `X-` headers."""
STATUSES: Final = {
    Code.NOT_FOUND: 404,
    Code.NOT_PERMITTED: 403,
    Code.VERSION_CONFLICT: 409,
    Code.IDEMPOTENCY_KEY_REUSED: 409,
    Code.QUOTA_EXCEEDED: 507,
    Code.TRY_AGAIN: 503,
}
"""Of a refusal by its first code; 422 for all others."""


class Uploads:
    """Receives uploads, a few at a time, so that they cannot starve what is quick."""

    def __init__(self, admission: Admission, settings: Settings) -> None:
        self._admission = admission
        self._settings = settings
        self._patience = Patience(settings.upload_seconds, settings.request_seconds)

    @asynccontextmanager
    async def received(
        self, receive: Receive, headers: Headers
    ) -> AsyncGenerator[tuple[Question, float]]:
        """The question of a multipart request, and until when (monotonic) it may be answered."""
        _require(headers)
        settings, began = self._settings, time.monotonic()
        with ExitStack() as stack:
            async with self._admission:
                most = settings.upload_bytes + settings.max_body_bytes
                async with in_time(self._patience):
                    question = await multipart_question(
                        arriving(receive, headers, most, self._patience),
                        headers.get("content-type", ""),
                        most_json=settings.max_body_bytes,
                        most_file=settings.upload_bytes,
                        stack=stack,
                    )
                yield question, self._deadline(began)

    @asynccontextmanager
    async def file(
        self, receive: Receive, headers: Headers, name: str
    ) -> AsyncGenerator[tuple[Received, float]]:
        """As `received`, of a body that is the file."""
        _require(headers)
        most, began = self._settings.upload_bytes, time.monotonic()
        async with self._admission:
            with Spool() as spool:
                async with in_time(self._patience):
                    async for chunk in arriving(receive, headers, most, self._patience):
                        await spool.add(chunk)
                yield await spool.finish(name), self._deadline(began)

    def _deadline(self, began: float) -> float:
        """What is left of the upload's time, and time for a mutation at least."""
        least = time.monotonic() + self._settings.mutation_seconds
        return max(began + self._settings.upload_seconds, least)


def _require(headers: Headers) -> None:
    require_preflight(headers)
    require_plain(headers)


class UploadEndpoint:
    """`POST /attachments`, whose body is the file: `addAttachment` of an opportunity or a lead."""

    def __init__(self, executor: Answering, uploads: Uploads) -> None:
        self._executor = executor
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        given = parameters(scope["query_string"], headers)
        name = given.pop("name", "")
        async with self._uploads.file(receive, headers, name) as (file, deadline):
            type, namespace = next(NAMESPACES[each] for each in NAMESPACES if each in given)
            add = ADD % (type, namespace)
            input, key = {**given, "file": file}, idempotency_key(headers)
            question = Question(add, variables={"input": input}, idempotency_key=key)
            told = await self._payload(question, scope, receive, deadline)
        payload = told[namespace]["addAttachment"]
        status = _status(payload)
        later = LATER if status == 503 else None
        await respond(send, status, orjson.dumps(payload), JSON, later)

    async def _payload(
        self, question: Question, scope: Scope, receive: Receive, deadline: float
    ) -> dict[str, Any]:
        with attended(receive, deadline):
            answer = await answered(self._executor, question, scope, deadline, query_only=False)
        told = orjson.loads(answer.body)
        if "errors" in told:
            (error, *_) = told["errors"]
            raise Problem(503, error["message"], code=error["extensions"]["code"])
        return told["data"]


def parameters(query_string: bytes, headers: Headers) -> dict[str, str]:
    """Problem 400 for what is unknown or said twice; headers are percent-encoded UTF-8."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=8
        )
        pairs += [
            (name, unquote(value, errors="strict"))
            for name in PARAMETERS
            for value in headers.getlist(_header(name))
        ]
    except ValueError:
        raise Problem(400, "The query string is not well-formed", headers=CLOSE) from None
    given = dict(pairs)
    if len(given) < len(pairs) or not set(given) <= set(PARAMETERS):
        message = f"The parameters are {', '.join(PARAMETERS)}, each at most once"
        raise Problem(400, message, headers=CLOSE)
    if len(given.keys() & NAMESPACES) != 1:
        message = "Give the parameter `opportunityId`, or `leadId` in its place"
        raise Problem(400, message, headers=CLOSE)
    return given


def _header(name: str) -> str:
    """`X-Opportunity-Id` for `opportunityId`."""
    return "x-" + "".join(f"-{c.lower()}" if c.isupper() else c for c in name)


def _status(payload: Mapping[str, Any]) -> int:
    if payload["errors"]:
        return STATUSES.get(payload["errors"][0]["code"], 422)
    return 200 if payload["replayed"] else 201
