"""Comparisons of a value that may be missing with what a rule says."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from pipeline_gql.domain.fields import Value
from pipeline_gql.domain.patterns import Pattern


class Operation(StrEnum):
    """Spelled as the operations of filters are, as far as there are such."""

    PRESENT = "present"
    CHANGED = "changed"
    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    IN = "in"
    CONTAINS = "contains"
    MATCHES = "matches"


ALONE = frozenset({Operation.PRESENT, Operation.CHANGED})
"""What needs nothing to compare with."""

ORDERED = frozenset({Operation.LT, Operation.LE, Operation.GT, Operation.GE})
TEXTUAL = frozenset({Operation.CONTAINS, Operation.MATCHES})

_COMPARE: Mapping[Operation, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        Operation.LT: lambda actual, wanted: actual < wanted,
        Operation.LE: lambda actual, wanted: actual <= wanted,
        Operation.GT: lambda actual, wanted: actual > wanted,
        Operation.GE: lambda actual, wanted: actual >= wanted,
        Operation.EQ: lambda actual, wanted: actual == wanted,
        Operation.IN: lambda actual, wanted: actual in wanted,
        Operation.CONTAINS: lambda actual, wanted: wanted.casefold() in actual.casefold(),
        Operation.MATCHES: lambda actual, wanted: Pattern.of(wanted).matches(actual),
    }
)

_WORDS: Mapping[Operation, str] = MappingProxyType(
    {
        Operation.PRESENT: "present",
        Operation.CHANGED: "changed",
        Operation.EQ: "",
        Operation.NE: "other than ",
        Operation.LT: "less than ",
        Operation.LE: "at most ",
        Operation.GT: "more than ",
        Operation.GE: "at least ",
        Operation.IN: "one of ",
        Operation.CONTAINS: "a text containing ",
        Operation.MATCHES: "a text matching ",
    }
)
_DATED: Mapping[Operation, str] = MappingProxyType(
    {
        Operation.LT: "before ",
        Operation.LE: "no later than ",
        Operation.GT: "after ",
        Operation.GE: "no earlier than ",
    }
)


def compare(operation: Operation, actual: Value, wanted: Any) -> bool:
    """What is missing fulfils nothing but `ne`. `changed` is not decided here."""
    if operation is Operation.PRESENT:
        return actual is not None
    if operation is Operation.NE:
        return actual != wanted
    return actual is not None and _COMPARE[operation](actual, wanted)


def words(operation: Operation, wanted: Any, spell: Callable[[Any], str]) -> str:
    """Completes "must be …"."""
    if operation in ALONE:
        return _WORDS[operation]
    if operation is Operation.IN:
        return _WORDS[operation] + ", ".join(spell(each) for each in wanted)
    if isinstance(wanted, date) and operation in _DATED:
        return _DATED[operation] + spell(wanted)
    return _WORDS[operation] + spell(wanted)


def plain(value: Value) -> str:
    """A value as documents and clients write it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)
