"""Global ids: base64 of `Prefix:key`. The prefix is not always the type's name."""

import re
from base64 import b64encode
from binascii import a2b_base64, b2a_base64
from functools import lru_cache

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import LARGEST_KEY

PREFIXES = {
    "Account": "Organisation",
    "Event": "Course",
    "Contact": "Person",
    "TrainingTokenType": "TokenType",
}
"""Of the types whose prefix is not their own name."""

TEXT_KEYS = {
    "Region": re.compile(r"[A-Za-z0-9_.-]{1,32}"),
    "TrainingTokenType": re.compile(r"[0-9a-f]{32}"),
    "TokenIssue": re.compile(r"[0-9a-f]{32}"),
    "Currency": re.compile(r"[A-Z]{3}"),
}
"""Of the types whose key is text, what it looks like."""

_TYPES = {prefix: type for type, prefix in PREFIXES.items()}
_INTEGER = re.compile(r"[1-9][0-9]{0,18}")
_LONGEST = 200


def prefix_of(type: str) -> str:
    return PREFIXES.get(type, type)


def encode(ref: Ref) -> str:
    """The global id of a record."""
    return b64encode(f"{prefix_of(ref.type)}:{ref.key}".encode()).decode()


@lru_cache(maxsize=4096)
def decode(text: str) -> Ref | None:
    """The record an id names, or None where it is not the id of anything."""
    parts = _parts(text)
    return None if parts is None else _checked(*parts)


def is_of(type: str, text: str) -> bool:
    """Whether it is spelled as the id of such a record, be there one or not."""
    parts = _parts(text)
    return parts is not None and parts[0] == type


def _parts(text: str) -> tuple[str, str] | None:
    """Type and key. An id has one spelling: stray bits in its last character make it none."""
    if len(text) > _LONGEST:
        return None
    try:
        raw = a2b_base64(text, strict_mode=True)
        prefix, separator, key = raw.decode().partition(":")
    except ValueError:
        return None
    if not separator or prefix in PREFIXES or b2a_base64(raw, newline=False).decode() != text:
        return None
    return _TYPES.get(prefix, prefix), key


def _checked(type: str, key: str) -> Ref | None:
    if pattern := TEXT_KEYS.get(type):
        return Ref(type, key) if pattern.fullmatch(key) else None
    if not _INTEGER.fullmatch(key) or int(key) > LARGEST_KEY:
        return None
    return Ref(type, int(key))
