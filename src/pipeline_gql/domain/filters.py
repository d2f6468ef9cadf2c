"""Filters: the operations, and what their values must look like. Values arrive as strings."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum

from pipeline_gql.domain.attribute_types import moment_of
from pipeline_gql.domain.ids import TEXT_KEYS, decode, is_of
from pipeline_gql.domain.interests import KINDS
from pipeline_gql.domain.money import SCALE

INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
DECIMAL = re.compile(r"([+-]?)([0-9]{1,14})(?:\.([0-9]{1,4})0*)?")
LARGEST = 2**63 - 1
NOBODY, NOBODY_TEXT = -1, ""
"""Keys that no record has."""
LONGEST_PATTERN = 1000


class Operation(StrEnum):
    """How a field is compared; named as clients write them."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    LIKE = "like"
    WORDLIKE = "wordlike"
    IN = "in"
    NOTIN = "notin"
    CONTAINS = "contains"
    ISNULL = "isnull"
    NOTNULL = "notnull"


TAKES_VALUES = frozenset({Operation.IN, Operation.NOTIN, Operation.CONTAINS})
TAKES_NOTHING = frozenset({Operation.ISNULL, Operation.NOTNULL})
_ALWAYS = frozenset({Operation.EQ, Operation.NE, Operation.IN, Operation.NOTIN}) | TAKES_NOTHING
_ORDERED = _ALWAYS | {Operation.GT, Operation.GE, Operation.LT, Operation.LE}
_TEXTUAL = _ORDERED | {Operation.LIKE, Operation.WORDLIKE}


class Malformed(ValueError):
    """An argument that means nothing; says why in words for the client."""

    code = "ARGUMENT_MALFORMED"


class MalformedFilter(Malformed):
    code = "FILTER_MALFORMED"


class MalformedPage(Malformed):
    code = "PAGE_MALFORMED"


class Kind(StrEnum):
    """What a field holds; decides which operations it knows and how a value is read."""

    TEXT = "text"
    INTEGER = "integer"
    MONEY = "decimal number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "date-time"
    ID = "id"
    ITEM = "item's id"


OPERATIONS = {
    Kind.TEXT: _TEXTUAL,
    Kind.INTEGER: _ORDERED,
    Kind.MONEY: _ORDERED,
    Kind.BOOLEAN: _ALWAYS,
    Kind.DATE: _ORDERED,
    Kind.TIMESTAMP: _ORDERED,
    Kind.ID: _ORDERED,
    Kind.ITEM: _ALWAYS,
}


def parser(kind: Kind, type: str | None = None) -> Callable[[str], object]:
    """How a value of this kind is read; `type` is the GraphQL type that an id must name."""
    if kind is Kind.ID:
        return lambda text: _id(text, type or "")
    return _PARSERS[kind]


def _text(text: str) -> str:
    if "\0" in text or (not text.isascii() and _surrogate(text)):
        raise MalformedFilter("the value holds a character that no text can have")
    return text


def _surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _integer(text: str) -> int:
    if not INTEGER.fullmatch(text) or abs(int(text)) > LARGEST:
        raise MalformedFilter(f"{text[:40]!r} is not a whole number of at most 64 bits")
    return int(text)


def _money(text: str) -> int:
    match = DECIMAL.fullmatch(text)
    if not match:
        raise MalformedFilter(f"{text[:40]!r} is not a decimal number of at most 4 decimals")
    sign, whole, part = match.groups()
    units = int(whole) * SCALE + int((part or "").ljust(4, "0"))
    return -units if sign == "-" else units


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise MalformedFilter(f"{text[:40]!r} is neither 'true' nor 'false'")
    return text == "true"


def _date(text: str) -> date:
    try:
        return moment_of(text).date()
    except ValueError:
        raise MalformedFilter(f"{text[:40]!r} is not a date such as '2026-01-31'") from None


def _timestamp(text: str) -> datetime:
    """A date-time without an offset, or a bare date, is read in UTC."""
    try:
        moment = moment_of(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise MalformedFilter(
            f"{text[:40]!r} is not a date-time such as '2026-01-31T12:00:00Z'"
        ) from None


def _id(text: str, type: str) -> int | str:
    ref = decode(text)
    if ref is not None and ref.type == type:
        return ref.key
    if not is_of(type, text):
        raise MalformedFilter(f"{text[:80]!r} is not the id of a record of type {type}")
    return NOBODY_TEXT if type in TEXT_KEYS else NOBODY


def _item(text: str) -> str:
    """The item's type and key in one text, since keys of different types may be equal."""
    ref = decode(text)
    if ref is None or ref.type not in KINDS:
        raise MalformedFilter(f"{text[:80]!r} is not the id of an item")
    return f"{ref.type}:{ref.key}"


_PARSERS: dict[Kind, Callable[[str], object]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.MONEY: _money,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.TIMESTAMP: _timestamp,
    Kind.ITEM: _item,
}


def _short(text: str) -> str:
    if len(text) > LONGEST_PATTERN:
        raise MalformedFilter(f"the value is longer than {LONGEST_PATTERN} characters")
    return _text(text)


def searched(text: str) -> str:
    """What is searched for."""
    if len(text) > LONGEST_PATTERN:
        raise Malformed(f"search is longer than {LONGEST_PATTERN} characters")
    return _text(text)


def pattern(text: str) -> str:
    """A `like` pattern: `%` and `_` are wildcards, a backslash takes their meaning away."""
    checked = _short(text)
    trailing = len(checked) - len(checked.rstrip("\\"))
    if trailing % 2:
        raise MalformedFilter("the pattern ends with a lone backslash")
    return checked


def words(text: str) -> str:
    """A regular expression that finds the words of `text`, whole and in this order."""
    checked = _short(text).strip()
    if not checked:
        raise MalformedFilter("wordlike needs at least one word")
    escaped = re.sub(r"([^\w\s])", r"\\\1", checked)
    spaced = re.sub(r"\s+", r"\\s+", escaped)
    return rf"(?:^|[^[:alnum:]_]){spaced}(?:$|[^[:alnum:]_])"
