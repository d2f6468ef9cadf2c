"""Uploads as clients send them: multipart requests and plain bodies."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import orjson

from tests.api.exchanges import Client, Reply

BOUNDARY = "----edge"
PREFLIGHT = {"x-requested-with": "test"}
FORM = {**PREFLIGHT, "content-type": f"multipart/form-data; boundary={BOUNDARY}"}
SELECTED = """errors { code message path value }
  attachment { id kind name size contentType sha256 url createdBy { name } } replayed"""
ADD = f"""mutation Add($input: OpportunityAddAttachmentInput!) {{
  opportunities {{ addAttachment(input: $input) {{ {SELECTED} }} }}
}}"""


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    called = "" if filename is None else f'; filename="{filename}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{called}\r\n\r\n'
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def form(
    operations: object, map: object, files: Iterable[tuple[str, bytes, str | None]] = ()
) -> bytes:
    parts = [part("operations", orjson.dumps(operations)), part("map", orjson.dumps(map))]
    return b"".join([*parts, *(part(*file) for file in files), END])


def sliced(body: bytes, size: int = 65_536) -> Iterator[bytes]:
    return (body[i : i + size] for i in range(0, len(body), size)) if body else iter([b""])


async def send_form(client: Client, body: bytes, **headers: str | None) -> Reply:
    return await client.request("POST", "/graphql", {**FORM, **headers}, sliced(body))


async def attach(
    client: Client, opportunity: str, content: bytes, filename: str = "a.txt", **input: Any
) -> dict[str, Any]:
    """The payload of `addAttachment`, with the file in a multipart request."""
    variables = {"input": {"opportunityId": opportunity, "file": None, **input}}
    body = form(
        {"query": ADD, "variables": variables},
        {"0": ["variables.input.file"]},
        [("0", content, filename)],
    )
    reply = await send_form(client, body)
    assert reply.status == 200, reply.body
    assert "errors" not in reply.json, reply.body
    return reply.json["data"]["opportunities"]["addAttachment"]


async def post(
    client: Client,
    opportunity: str,
    content: bytes | Iterable[bytes],
    name: str = "a.txt",
    headers: Mapping[str, str | None] | None = None,
    **rest: Any,
) -> Reply:
    """By `POST /attachments`."""
    given = {**PREFLIGHT, "x-opportunity-id": opportunity, "x-name": name, **(headers or {})}
    chunks = sliced(content) if isinstance(content, bytes) else content
    return await client.request("POST", "/attachments", given, chunks, **rest)


async def attached(client: Client, opportunity: str) -> list[dict[str, Any]]:
    reply = await client.post(
        "query($id: ID!) { opportunity(id: $id) { attachments(first: 100) { nodes"
        " { id kind name size contentType sha256 url createdBy { name } } } } }",
        {"id": opportunity},
    )
    return reply.json["data"]["opportunity"]["attachments"]["nodes"]
