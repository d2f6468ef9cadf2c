"""Which media type a client wants and which it sent, after the GraphQL-over-HTTP specification."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

JSON: Final = "application/json"
GRAPHQL: Final = "application/graphql-response+json"
HTML: Final = "text/html"
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class _Range(NamedTuple):
    """One entry of an Accept header; `place` is its position there."""

    type: str
    quality: float
    place: int


class _Match(NamedTuple):
    """Compared field by field: quality first, then an exact range, then the earlier one."""

    quality: float
    exactness: int
    earliness: int


@lru_cache(maxsize=512)
def accepted(accept: str | None) -> str | None:
    """JSON or GRAPHQL; None when the client takes neither. JSON wherever it does not care."""
    if not accept or not accept.strip():
        return JSON
    ranges = _ranges(accept)
    matches = {media: _match(ranges, media) for media in (JSON, GRAPHQL)}
    best = max(matches, key=lambda media: matches[media])
    return best if matches[best].quality > 0 else None


@lru_cache(maxsize=512)
def wants_page(accept: str | None) -> bool:
    """Whether a browser's address bar asks: HTML by name, and above any JSON."""
    ranges = _ranges(accept or "")
    html = _match(ranges, HTML)
    return html.exactness == 2 and html > max(_match(ranges, JSON), _match(ranges, GRAPHQL))


@lru_cache(maxsize=512)
def is_json(content_type: str | None) -> bool:
    """`application/json`, in UTF-8 if it says."""
    media, parameters = _read(content_type or "")
    return media == JSON and parameters.get("charset", "utf-8").strip('"') in {"utf-8", "utf8"}


def _ranges(accept: str) -> list[_Range]:
    ranges: list[_Range] = []
    for place, entry in enumerate(accept.split(",")):
        media, parameters = _read(entry)
        quality = parameters.get("q", "1")
        if _QUALITY.fullmatch(quality):
            ranges.append(_Range(media, float(quality), place))
    return ranges


def _match(ranges: list[_Range], media: str) -> _Match:
    """By the most exact range, as RFC 9110 says: `*/*, application/json;q=0` takes no JSON."""
    names = ["*/*", media.partition("/")[0] + "/*", media]
    fits = [
        (names.index(range.type), range.quality, -range.place)
        for range in ranges
        if range.type in names
    ]
    if not fits:
        return _Match(0, 0, 0)
    exactness, quality, earliness = max(fits)
    return _Match(quality, exactness, earliness)


def _read(text: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters, in lower case."""
    media, *rest = (part.strip() for part in text.lower().split(";"))
    pairs = (part.partition("=") for part in rest)
    return media, {name.strip(): value.strip() for name, _, value in pairs}
