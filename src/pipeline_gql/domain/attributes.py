"""Attributes that an organisation defines: what a definition may say, and what a value may be.

A value is kept as one text, the same for everything that means the same: `judge` gives it.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pipeline_gql.domain.attribute_types import (
    CHOOSING,
    DECIMALS,
    DIGITS,
    Type,
    day_of,
    decimal,
    in_utc,
    listed,
    moment_of,
    units_of,
)
from pipeline_gql.domain.errors import ItemNotAvailable, NotFound, Path, Refusal, ValueInvalid
from pipeline_gql.domain.facts import optional_date, optional_moment
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.text import DESCRIPTION, NAME, optional_text, required_text

MOST_CHOICES = 200
MOST_VALUES = 200
"""That one call may write."""
LARGEST_WHOLE = 2**63 - 1
_KEY = re.compile("[a-z][a-z0-9_]{0,63}")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")

RESERVED = frozenset(
    {
        *("account", "amount", "attachments", "attempts", "attributes", "board", "comment"),
        *("comments", "contact", "contacts", "currency", "description", "history", "id"),
        *("interests", "invoices", "lead", "meetings", "name", "owner", "pipeline"),
        *("probability", "reason", "region", "registrations", "revisions", "stage"),
        *("state", "step", "tags", "tasks", "teams"),
        *("timeline", "transitions", "value", "version"),
    }
)
"""What an opportunity has anyway, or a move is told with: an attribute would not be meant."""


@dataclass(frozen=True, slots=True)
class Definition:
    """An attribute as it is defined now."""

    key: str
    label: str
    type: Type
    choices: tuple[str, ...] = ()
    required_at_creation: bool = False
    is_archived: bool = False

    @classmethod
    def read(cls, told: Sequence[Any]) -> "Definition":
        """From its members in their order, as JSON has them."""
        key, label, type, choices, is_required, is_archived = told
        return cls(key, label, Type(type), tuple(choices), is_required, is_archived)


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


# ---- values of an opportunity ------------------------------------------------------------------


def judge_all(
    given: Sequence[Given],
    definitions: Mapping[str, Definition],
    had: Mapping[str, str],
    time_zone: str,
    problems: Problems,
) -> dict[str, str | None]:
    """What is given by key, as it is to be kept; None clears. What is refused is left out."""
    changes: dict[str, str | None] = {}
    if len(given) > MOST_VALUES:
        problems.add(invalid(("attributes",), f"must have at most {MOST_VALUES}"))
        return changes
    named: set[str] = set()
    for place, each in enumerate(given):
        path: Path = ("attributes", place)
        try:
            if each.key in named:
                raise invalid((*path, "definition_key"), "must be named once", each.key)
            definition = definitions.get(each.key)
            kept = had.get(each.key)
            changes[each.key] = _given(each, definition, kept, time_zone, path)
        except Refusal as refused:
            problems.add(refused)
        named.add(each.key)
    return changes


def _given(
    each: Given, definition: Definition | None, kept: str | None, time_zone: str, path: Path
) -> str | None:
    where: Path = (*path, "definition_key")
    if definition is None:
        raise NotFound(type="AttributeDefinition", id=each.key, value=each.key, path=where)
    if each.value is None or each.value == kept:
        return each.value
    if definition.is_archived:
        raise ItemNotAvailable(item=definition.label, state="archived", value=each.key, path=where)
    return judge(definition, each.value, (*path, "value"), time_zone)


def require_all(
    definitions: Iterable[Definition],
    given: Sequence[Given],
    changes: Mapping[str, str | None],
    problems: Problems,
) -> None:
    """Adds ValueRequired for what a new opportunity must have, unless it is refused already."""
    places = {each.key: place for place, each in enumerate(given)}
    for definition in definitions:
        place = places.get(definition.key)
        is_refused = place is not None and definition.key not in changes
        is_demanded = definition.required_at_creation and not definition.is_archived
        if is_demanded and not is_refused and changes.get(definition.key) is None:
            path: Path = ("attributes",) if place is None else ("attributes", place, "value")
            problems.add(missing(path, f"there is none for {definition.label}"))


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
    units = units_of(given)
    if units is None:
        problem = f"must be a decimal number of at most {DIGITS} digits and {DECIMALS} decimals"
        raise invalid(path, problem, given)
    return decimal(units)


def _date(given: str, path: Path) -> str:
    day = day_of(given)
    if day is None:
        raise invalid(path, "must be a date such as 2026-01-31", given)
    optional_date(day, path)
    return day.isoformat()


def _moment(given: str, path: Path, time_zone: str) -> str:
    try:
        moment = optional_moment(moment_of(given), path, time_zone)
    except (ValueError, OverflowError):
        problem = "must be a date and time such as 2026-01-31T12:00:00Z"
        raise invalid(path, problem, given) from None
    assert moment is not None
    return in_utc(moment)


def _one_of(given: str, choices: Sequence[str], path: Path) -> str:
    if given not in choices:
        raise invalid(path, f"must be one of {', '.join(choices)}", given)
    return given


def _several_of(given: str, choices: Sequence[str], path: Path) -> str | None:
    """A JSON list of choices, or a choice alone; sorted, each once."""
    chosen = {_one_of(each, choices, path) for each in _several(given, path)}
    return listed(chosen) if chosen else None


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
