"""Which part of a file a client wants, after RFC 9110."""

import re
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers

_RANGE: Final = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.ASCII | re.IGNORECASE)
_TAG: Final = re.compile(r'(?:W/)?"[^"]*"')


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes from `start` up to `end`; `status` is 200, 206 or 416."""

    status: int
    start: int
    end: int


def wanted(headers: Headers, size: int, etag: str) -> Part:
    """The whole file wherever the range is none that is understood, or of another version."""
    whole = Part(200, 0, size)
    given = headers.getlist("range")
    if len(given) != 1 or not _is_of_this(headers.get("if-range"), etag):
        return whole
    found = _RANGE.fullmatch(given[0])
    if not found or found.groups() == ("", ""):
        return whole
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return Part(206, size - length, size) if length else Part(416, 0, 0)
    start, end = int(first), size if not last else min(int(last) + 1, size)
    if last and int(last) < start:
        return whole
    return Part(206, start, end) if start < size else Part(416, 0, 0)


def is_known(headers: Headers, etag: str) -> bool:
    """Whether If-None-Match names what there is."""
    given = headers.get("if-none-match")
    if given is None:
        return False
    tags = [tag.removeprefix("W/") for tag in _TAG.findall(given)]
    return given.strip() == "*" or etag in tags


def _is_of_this(condition: str | None, etag: str) -> bool:
    """If-Range by tag; by date it never holds, since no date is told."""
    return condition is None or condition.strip() == etag
