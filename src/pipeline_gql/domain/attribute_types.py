"""The types of attributes, and texts that sort as their values do.

A value is kept as one text; a family of types is what is compared alike.
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

DECIMALS = 10
DIGITS = 19
_LARGEST = 10 ** (DIGITS + DECIMALS)
_NUMBER = re.compile(rf"([+-]?)0*([0-9]{{1,{DIGITS}}})(?:\.([0-9]{{1,{DECIMALS}}})0*)?")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(rf"{_DAY.pattern}([T ].*)?", re.DOTALL)


class Type(StrEnum):
    """What the values of an attribute are."""

    TEXT = "TEXT"
    LONG_TEXT = "LONG_TEXT"
    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    DATETIME = "DATETIME"
    CHOICE = "CHOICE"
    MULTI_CHOICE = "MULTI_CHOICE"


CHOOSING = frozenset({Type.CHOICE, Type.MULTI_CHOICE})
NUMBERS = frozenset({Type.INTEGER, Type.DECIMAL})


class Family(StrEnum):
    """Types whose values are compared alike."""

    WORDS = "WORDS"
    NUMBERS = "NUMBERS"
    DAYS = "DAYS"
    MOMENTS = "MOMENTS"


FAMILIES = {
    **dict.fromkeys(Type, Family.WORDS),
    **dict.fromkeys(NUMBERS, Family.NUMBERS),
    Type.DATE: Family.DAYS,
    Type.DATETIME: Family.MOMENTS,
}


def elements(type: Type, value: str) -> list[str]:
    """What a kept value is compared by: one text, or one for each choice."""
    if type is Type.MULTI_CHOICE:
        return json.loads(value)
    found = comparable(FAMILIES[type], value)
    assert found is not None
    return [found]


def several(value: str) -> tuple[str, ...] | None:
    """The choices of a value that is kept as a list of them; None of any other text."""
    if not value.startswith("["):
        return None
    try:
        found: Any = json.loads(value)
    except (ValueError, RecursionError):
        return None
    choices = tuple(each for each in found if isinstance(each, str))
    return choices if choices and value == listed(choices) else None


def listed(choices: Iterable[str]) -> str:
    """Choices as they are kept: sorted, each once."""
    return json.dumps(sorted(set(choices)), ensure_ascii=False)


def comparable(family: Family, text: str) -> str | None:
    """A text that sorts, by code points, as what `text` means among its family; None where it
    means nothing there. A date-time without an offset is read in UTC."""
    match family:
        case Family.WORDS:
            return text
        case Family.NUMBERS:
            units = units_of(text)
            return None if units is None else _sortable(units)
        case Family.DAYS:
            day = day_of(text)
            return None if day is None else day.isoformat()
        case Family.MOMENTS:
            return _utc(text)


def units_of(text: str) -> int | None:
    """A number in the units of its last decimal; None for what is none, or has too many digits."""
    match = _NUMBER.fullmatch(text)
    if not match:
        return None
    sign, whole, part = match.groups()
    units = int(whole + (part or "").ljust(DECIMALS, "0"))
    return -units if sign == "-" else units


def _sortable(units: int) -> str:
    """The sign, then the digits; of a negative number what is missing to the next power of ten."""
    return f"1{units:029d}" if units >= 0 else f"0{_LARGEST + units:029d}"


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def moment_of(text: str) -> datetime:
    """Raises ValueError; Python would read weeks as well, and days without hyphens."""
    if not _MOMENT.fullmatch(text):
        raise ValueError
    return datetime.fromisoformat(text)


def _utc(text: str) -> str | None:
    try:
        moment = moment_of(text)
        placed = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return in_utc(placed)


def in_utc(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def decimal(units: int) -> str:
    """A number as people write it, without zeros that say nothing."""
    whole, part = divmod(abs(units), 10**DECIMALS)
    decimals = f"{part:0{DECIMALS}d}".rstrip("0")
    return f"{'-' if units < 0 else ''}{whole}{'.' if decimals else ''}{decimals}"
