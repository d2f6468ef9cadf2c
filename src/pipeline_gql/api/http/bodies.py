"""A request's body: received within bounds of size and time, read as strict UTF-8 and JSON."""

from collections.abc import Awaitable
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from pipeline_gql.api.http.problems import ClientGone, Problem
from pipeline_gql.api.questions import Question
from pipeline_gql.headers import Headers

JSON_DEPTH: Final = 32
"""Lists and objects within one another; coercion recurses over what they hold."""
CLOSE: Final = {"Connection": "close"}
"""For answers to bodies that were not read to their end."""


def received(receive: Receive, headers: Headers, most: int) -> Awaitable[bytes]:
    """Raises Problem 413 above `most` bytes, 400 for a wrong length, and ClientGone."""
    return _collected(receive, most, declared_length(headers, most))


def declared_length(headers: Headers, most: int) -> int | None:
    """What Content-Length says; Problem 400 or 413 if it is no number or above `most`."""
    declared = headers.get("content-length")
    if declared is None:
        return None
    if not (declared.isascii() and declared.isdigit()):
        raise Problem(400, "Content-Length is not a number", headers=CLOSE)
    if len(declared) > 18 or int(declared) > most:
        raise too_large(most)
    return int(declared)


async def _collected(receive: Receive, most: int, declared: int | None) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise too_large(most)
        chunks.append(chunk)
        if not message.get("more_body", False):
            break
    if declared not in (None, size):
        raise Problem(400, "The body's length is not what Content-Length says", headers=CLOSE)
    return b"".join(chunks)


def too_slow() -> Problem:
    return Problem(408, "The request's body did not arrive in time", headers=CLOSE)


def too_large(most: int) -> Problem:
    return Problem(413, f"The request's body may have at most {most} bytes", headers=CLOSE)


def question_in_body(body: bytes) -> Question:
    """Raises Problem 400 for what is not a GraphQL request. Unknown members are ignored."""
    return question_of(json_value(body, "The request's body"))


def question_in_query_string(query_string: bytes) -> Question:
    """`query`, `operationName`, and as JSON `variables` and `extensions`; each at most once."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=32
        )
    except ValueError:
        raise Problem(400, "The query string is not well-formed") from None
    members: dict[str, Any] = dict(pairs)
    if len(members) < len(pairs):
        raise Problem(400, "A parameter of the query string is given twice")
    for name in ("variables", "extensions"):
        if name in members:
            members[name] = json_value(members[name].encode(), f"`{name}`")
    return question_of(members)


def json_value(text: bytes, what: str) -> object:
    """Strict JSON of bounded depth; Problem 400 names `what` is not that."""
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise Problem(400, f"{what} is not valid JSON in UTF-8: {where}") from None
    # Counting brackets costs nothing, and nearly every request ends here.
    if text.count(b"[") + text.count(b"{") > JSON_DEPTH and _depth(value) > JSON_DEPTH:
        raise Problem(400, f"{what} has more than {JSON_DEPTH} levels")
    return value


def _depth(value: object) -> int:
    layer: list[object] = [value]
    depth = -1
    while layer:
        layer = [inner for outer in layer for inner in _inside(outer)]
        depth += 1
    return depth


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(cast("dict[str, object]", value).values())
    return cast("list[object]", value) if isinstance(value, list) else []


def question_of(request: object) -> Question:
    """A request that is JSON, as a question."""
    if isinstance(request, list):
        raise Problem(400, "Batches are not supported; send one request at a time")
    if not isinstance(request, dict):
        raise Problem(400, "The request must be a JSON object")
    members = cast("dict[str, object]", request)
    query = members.get("query")
    if not isinstance(query, str):
        raise Problem(400, "`query` must be a string")
    name = members.get("operationName")
    if name is not None and not isinstance(name, str):
        raise Problem(400, "`operationName` must be a string or null")
    extensions = _object(members, "extensions")
    return Question(
        query=query,
        operation_name=name or None,
        variables=_object(members, "variables"),
        want_cost=extensions.get("cost") is True,
    )


def _object(members: dict[str, object], name: str) -> dict[str, Any]:
    value = members.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Problem(400, f"`{name}` must be an object or null")
    return cast("dict[str, Any]", value)
