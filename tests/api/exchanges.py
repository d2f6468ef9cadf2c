"""One HTTP exchange with the application as ASGI sees it, however malformed."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import ASGIApp, Message

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


@dataclass
class Reply:
    """What came back; `status` is 0 when nothing did."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        """Of the first error."""
        return self.json["errors"][0]["extensions"]["code"]


@dataclass
class Client:
    """Sends to the application; `headers` go with every request unless a request says None."""

    app: ASGIApp
    headers: dict[str, str] = field(default_factory=dict)

    async def post(
        self, document: str, variables: object = None, *, accept: str = JSON, **rest: object
    ) -> Reply:
        body = orjson.dumps({"query": document, "variables": variables, **rest})
        return await self.send(body, {"accept": accept})

    async def send(self, body: bytes, headers: Mapping[str, str | None] | None = None) -> Reply:
        """A POST to the endpoint, as JSON unless the headers say otherwise."""
        return await self.request(
            "POST", "/graphql", {"content-type": JSON, **(headers or {})}, [body]
        )

    async def get(self, path: str, **headers: str | None) -> Reply:
        return await self.request("GET", path, {k.replace("_", "-"): v for k, v in headers.items()})

    async def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str | None] | None = None,
        chunks: Iterable[bytes] = (b"",),
        *,
        gone: asyncio.Event | None = None,
        unfinished: bool = False,
        pause: float = 0,
    ) -> Reply:
        """`gone` set: the client hangs up. `unfinished`: the body's end never arrives. `pause`:
        seconds before each chunk."""
        path, _, query = path.partition("?")
        merged = {**self.headers, **(headers or {})}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                (k.encode("latin-1"), v.encode("latin-1"))
                for k, v in merged.items()
                if v is not None
            ],
            "client": ("127.0.0.1", 40000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }
        reply = Reply()
        messages = _messages(list(chunks), gone or asyncio.Event(), unfinished, pause)
        await self.app(scope, lambda: anext(messages), lambda message: _note(reply, message))
        return reply


async def _messages(
    chunks: list[bytes], gone: asyncio.Event, unfinished: bool, pause: float
) -> AsyncIterator[Message]:
    for place, chunk in enumerate(chunks, 1):
        if pause:
            await asyncio.sleep(pause)
        more = unfinished or place < len(chunks)
        yield {"type": "http.request", "body": chunk, "more_body": more}
    await gone.wait()
    yield {"type": "http.disconnect"}


async def _note(reply: Reply, message: Message) -> None:
    if message["type"] == "http.response.start":
        reply.status = message["status"]
        reply.headers = {k.decode().lower(): v.decode("latin-1") for k, v in message["headers"]}
    else:
        reply.body += message.get("body", b"")
