"""What may stand in a text: names, descriptions, addresses, colours. Space around is cut off."""

import re

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.problems import invalid, missing

NAME = 255
DESCRIPTION = 10_000
ADDRESS = 2_000

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


def required_text(value: object, path: Path, limit: int = NAME) -> str:
    """Refuses nothing, only space, more than `limit` characters, NUL and lone surrogates."""
    if value is None:
        raise missing(path)
    stripped = _stripped(value, path)
    if not stripped:
        raise missing(path)
    return _within(stripped, path, limit)


def optional_text(value: object, path: Path, limit: int = NAME) -> str | None:
    """As `required_text`, but nothing and only space mean None."""
    if value is None:
        return None
    return _within(_stripped(value, path), path, limit) or None


def optional_email(value: object, path: Path) -> str | None:
    text = optional_text(value, path)
    if text is not None and not _EMAIL.fullmatch(text):
        raise invalid(path, "must be an e-mail address", value)
    return text


def required_email(value: object, path: Path) -> str:
    text = optional_email(value, path)
    if text is None:
        raise missing(path)
    return text


def optional_colour(value: object, path: Path) -> str | None:
    """In lower case."""
    text = optional_text(value, path)
    if text is not None and not _COLOUR.fullmatch(text):
        raise invalid(path, "must be a colour such as #1e90ff", value)
    return text and text.lower()


def optional_url(value: object, path: Path) -> str | None:
    text = optional_text(value, path, ADDRESS)
    if text is not None and not _URL.fullmatch(text):
        raise invalid(path, "must be an http or https address", value)
    return text


def is_storable(text: str) -> bool:
    """Whether the database can hold it: no NUL, no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def _stripped(value: object, path: Path) -> str:
    if not isinstance(value, str):
        raise invalid(path, "must be text", value)
    if not is_storable(value):
        raise invalid(path, "must not contain NUL or lone surrogates")
    return value.strip()


def _within(text: str, path: Path, limit: int) -> str:
    if len(text) > limit:
        raise invalid(path, f"must have at most {limit:,} characters")
    return text
