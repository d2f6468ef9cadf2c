"""`GET /attachments/<id>`: a file, to whoever may see the opportunity that it belongs to."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.types import Receive, Scope, Send

from pipeline_gql.api.http.admission import Admission
from pipeline_gql.api.http.answering import LATER, answered
from pipeline_gql.api.http.attention import attended
from pipeline_gql.api.http.disposition import attachment
from pipeline_gql.api.http.problems import ClientGone, Problem
from pipeline_gql.api.http.ranges import Part, is_known, wanted
from pipeline_gql.api.questions import Answering, Question
from pipeline_gql.config import Settings
from pipeline_gql.domain.errors import FilesUnavailable
from pipeline_gql.headers import headers_of
from pipeline_gql.store.files import Files

FIND: Final = """query Attachment($id: ID!) {
  node(id: $id) { ... on Attachment { kind name size contentType sha256 } }
}"""
POLICY: Final = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    size: int
    content_type: str
    sha256: str

    @property
    def etag(self) -> str:
        return f'"{self.sha256}"'


class DownloadEndpoint:
    """Finding the file is a query like any other; sending it has a slot of its own kind."""

    def __init__(
        self,
        executor: Answering,
        files: Files,
        admission: Admission,
        downloads: Admission,
        settings: Settings,
    ) -> None:
        self._executor = executor
        self._files = files
        self._admission = admission
        self._downloads = downloads
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        file = await self._found(scope, receive)
        if is_known(headers, file.etag):
            await _end(send, 304, _shared(file))
            return
        part = wanted(headers, file.size, file.etag)
        if part.status == 416:
            size = {"content-range": f"bytes */{file.size}", "content-length": "0"}
            await _end(send, 416, size)
            return
        if scope["method"] == "HEAD":
            await _end(send, part.status, _described(file, part))
            return
        async with self._downloads:
            await self._send(send, scope["viewer"].org_id, file, part)

    async def _found(self, scope: Scope, receive: Receive) -> _File:
        """Raises Problem 404 for what the viewer does not see, and for what is no file."""
        question = Question(FIND, variables={"id": scope["path_params"]["id"]})
        deadline = time.monotonic() + self._settings.request_seconds
        with attended(receive, deadline):
            async with self._admission:
                answer = await answered(self._executor, question, scope, deadline, query_only=True)
        told: dict[str, Any] = orjson.loads(answer.body)
        node: Any = told["data"]["node"] if "data" in told else None
        if not node or node["kind"] != "FILE":
            raise Problem(404, "There is no such file")
        return _File(node["name"], node["size"], node["contentType"], node["sha256"])

    async def _send(self, send: Send, org_id: Any, file: _File, part: Part) -> None:
        try:
            chunks = await self._files.read(org_id, file.sha256, part.start, part.end)
        except (FilesUnavailable, FileNotFoundError) as error:
            message = "The file cannot be read at the moment"
            raise Problem(503, message, code="FILE_UNAVAILABLE", headers=LATER) from error
        await _start(send, part.status, _described(file, part))
        try:
            await self._pour(send, chunks)
        except (FilesUnavailable, TimeoutError):
            # The head has been sent: to break off is all that is left to say.
            raise ClientGone from None
        await send({"type": "http.response.body", "body": b""})

    async def _pour(self, send: Send, chunks: AsyncIterator[bytes]) -> None:
        """A client that takes nothing for as long as a query may last is left alone."""
        async for chunk in chunks:
            async with asyncio.timeout(self._settings.request_seconds):
                body = bytes(chunk)
                await send({"type": "http.response.body", "body": body, "more_body": True})


def _shared(file: _File) -> dict[str, str]:
    return {"etag": file.etag, "cache-control": "private, no-cache", "vary": "Authorization"}


def _described(file: _File, part: Part) -> dict[str, str]:
    described = {
        **_shared(file),
        "content-type": file.content_type,
        "content-length": str(part.end - part.start),
        "content-disposition": attachment(file.name),
        "accept-ranges": "bytes",
        "x-content-type-options": "nosniff",
        "content-security-policy": POLICY,
    }
    if part.status == 206:
        described["content-range"] = f"bytes {part.start}-{part.end - 1}/{file.size}"
    return described


async def _end(send: Send, status: int, headers: dict[str, str]) -> None:
    """An answer without a body."""
    await _start(send, status, headers)
    await send({"type": "http.response.body", "body": b""})


async def _start(send: Send, status: int, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
