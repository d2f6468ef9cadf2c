"""Attributes that an organisation defines: what a definition may say, and what a value may be.

A value is kept as one text, the same for everything that means the same: `judge` gives it.
Texts are compared as they are; for all else `comparable` gives texts that sort as the values do.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast

from pipeline_gql.domain.errors import Path, ValueInvalid
from pipeline_gql.domain.facts import optional_date, optional_moment
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.text import DESCRIPTION, NAME, optional_text, required_text

MOST_CHOICES = 200
MOST_VALUES = 200
"""That one call may write."""
LARGEST_WHOLE = 2**63 - 1
DECIMALS = 10
_DIGITS = 19
_LARGEST = 10 ** (_DIGITS + DECIMALS)
_KEY = re.compile("[a-z][a-z0-9_]{0,63}")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(rf"([+-]?)0*([0-9]{{1,{_DIGITS}}})(?:\.([0-9]{{1,{DECIMALS}}})0*)?")

RESERVED = frozenset(
    {
        *("account", "amount", "attachments", "attributes", "board", "comments", "contact"),
        *("contacts", "currency", "description", "history", "id", "interests", "lead", "meetings"),
        *("name", "owner", "pipeline", "probability", "region", "stage", "state", "step", "tags"),
        *("tasks", "teams", "timeline", "transitions", "value", "version"),
    }
)
"""What an opportunity has anyway: beside it in a rule, an attribute would not be meant."""


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


@dataclass(frozen=True, slots=True)
class Definition:
    """An attribute as it is defined now."""

    key: str
    label: str
    type: Type
    choices: tuple[str, ...] = ()
    required_at_creation: bool = False
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A value that a client gave for an attribute; None clears it."""

    key: str
    value: str | None


# ---- definitions -------------------------------------------------------------------------------


def new_key(value: object, path: Path) -> str:
    key = required_text(value, path, 64)
    if not _KEY.fullmatch(key):
        problem = "must be small letters, digits and _, a letter first, 64 at most"
        raise invalid(path, problem, value)
    if key in RESERVED:
        raise invalid(path, "must not be what an opportunity has anyway", value)
    return key


def choices_of(value: object, path: Path) -> list[str]:
    """Each once, in any case; None is none."""
    wanted = cast("Sequence[object]", value or ())
    if len(wanted) > MOST_CHOICES:
        raise invalid(path, f"must have at most {MOST_CHOICES}")
    problems = Problems()
    choices = [problems.check(required_text, it, (*path, i)) for i, it in enumerate(wanted)]
    known: set[str] = set()
    for place, choice in enumerate(choices):
        if choice is not None and choice.casefold() in known:
            problems.add(invalid((*path, place), "must be named once", choice))
        known.add((choice or "").casefold())
    problems.raise_if_any()
    return [choice for choice in choices if choice is not None]


def require_choices(type: str, choices: Sequence[str]) -> None:
    """Raises unless there are choices where, and only where, values are chosen."""
    if Type(type) in CHOOSING and not choices:
        raise missing(("choices",))
    if Type(type) not in CHOOSING and choices:
        raise invalid(("choices",), "must be absent: values of this type are not chosen")


# ---- values ------------------------------------------------------------------------------------


def judge(definition: Definition, text: object, path: Path, time_zone: str) -> str | None:
    """The one text of what `text` means; None where it means nothing: empty, no choice at all.

    A date-time without offset is read in `time_zone`. Raises ValueInvalid, which says
    of what the value is.
    """
    try:
        return _judged(definition, text, path, time_zone)
    except ValueInvalid as refused:
        refused.facts["problem"] = f"of {definition.label} {refused.facts['problem']}"
        raise


def _judged(definition: Definition, text: object, path: Path, time_zone: str) -> str | None:
    longest = NAME if definition.type is Type.TEXT else DESCRIPTION
    given = optional_text(text, path, longest)
    if given is None:
        return None
    match definition.type:
        case Type.TEXT | Type.LONG_TEXT:
            return given
        case Type.INTEGER:
            return _whole(given, path)
        case Type.DECIMAL:
            return _decimal(given, path)
        case Type.BOOLEAN:
            return _one_of(given, ("true", "false"), path)
        case Type.DATE:
            return _date(given, path)
        case Type.DATETIME:
            return _moment(given, path, time_zone)
        case Type.CHOICE:
            return _one_of(given, definition.choices, path)
        case Type.MULTI_CHOICE:
            return _several_of(given, definition.choices, path)


def _whole(given: str, path: Path) -> str:
    if not _WHOLE.fullmatch(given):
        raise invalid(path, "must be a whole number", given)
    if abs(int(given)) > LARGEST_WHOLE:
        raise invalid(path, "must have at most 64 bits", given)
    return str(int(given))


def _decimal(given: str, path: Path) -> str:
    number = _number(given)
    if number is None:
        problem = f"must be a decimal number of at most {_DIGITS} digits and {DECIMALS} decimals"
        raise invalid(path, problem, given)
    return _plain(number)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _date(given: str, path: Path) -> str:
    day = _day(given)
    if day is None:
        raise invalid(path, "must be a date such as 2026-01-31", given)
    optional_date(day, path)
    return day.isoformat()


def _moment(given: str, path: Path, time_zone: str) -> str:
    try:
        moment = optional_moment(datetime.fromisoformat(given), path, time_zone)
    except (ValueError, OverflowError):
        problem = "must be a date and time such as 2026-01-31T12:00:00Z"
        raise invalid(path, problem, given) from None
    assert moment is not None
    return _in_utc(moment)


def _one_of(given: str, choices: Sequence[str], path: Path) -> str:
    if given not in choices:
        raise invalid(path, f"must be one of {', '.join(choices)}", given)
    return given


def _several_of(given: str, choices: Sequence[str], path: Path) -> str | None:
    """A JSON list of choices, or a choice alone; sorted, each once."""
    chosen = {_one_of(each, choices, path) for each in _several(given, path)}
    return json.dumps(sorted(chosen), ensure_ascii=False) if chosen else None


def _several(given: str, path: Path) -> list[str]:
    if not given.startswith("["):
        return [given]
    try:
        found: Any = json.loads(given)
    except (ValueError, RecursionError):
        found = None
    texts = cast("list[object]", found) if isinstance(found, list) else [None]
    chosen = [each for each in texts if isinstance(each, str)]
    if len(chosen) < len(texts):
        raise invalid(path, 'must be a list of choices such as ["A", "B"]', given)
    return chosen


# ---- comparing ---------------------------------------------------------------------------------


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


def comparable(family: Family, text: str) -> str | None:
    """A text that sorts, by code points, as what `text` means among its family; None where it
    means nothing there. A date-time without an offset is read in UTC."""
    match family:
        case Family.WORDS:
            return text
        case Family.NUMBERS:
            number = _number(text)
            return None if number is None else _sortable(number)
        case Family.DAYS:
            day = _day(text)
            return None if day is None else day.isoformat()
        case Family.MOMENTS:
            return _utc(text)


def _number(text: str) -> Decimal | None:
    match = _NUMBER.fullmatch(text)
    if not match:
        return None
    sign, whole, part = match.groups()
    return Decimal(f"{sign}{whole}.{part or '0'}")


def _sortable(number: Decimal) -> str:
    """The sign, then the digits; of a negative number what is missing to the next power of ten."""
    units = int(number.scaleb(DECIMALS))
    return f"1{units:029d}" if units >= 0 else f"0{_LARGEST + units:029d}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _utc(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
        placed = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return _in_utc(placed)


def _in_utc(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
