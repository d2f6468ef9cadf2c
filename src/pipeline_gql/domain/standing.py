"""Where an opportunity stands: all that a decision about it may ask, as frozen values.

It has one source, an expression of `store/reads/standings.py` that gives JSON for a row: whoever
decides and whoever explains read the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pipeline_gql.domain.fields import FIELDS, Form, Value
from pipeline_gql.domain.money import SCALE


class Part(StrEnum):
    """What is read of other tables than the record's own, by its name in the JSON."""

    AT_ENTRY = "atEntry"
    ATTRIBUTES = "attributes"
    INTERESTS = "interests"
    ATTACHMENTS = "attachments"
    OPEN_TASKS = "openTasks"
    IS_HELD = "isHeld"
    VISITS = "visits"
    TEAMS = "teams"


@dataclass(frozen=True, slots=True)
class Want:
    """An interest. Money is in ten-thousandths; `total` is before the discount."""

    kind: str
    quantity: int
    total: int
    discount: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A step on which it stands or stood, along which transition (its key) it came there, and who
    moved it."""

    step_id: int
    transition: str | None
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`at_entry` holds some fields as they were when it came to its step; `teams` are the names of
    the teams of who asks; places are held until `held_until`, or until they are released."""

    step_id: int
    probability: int
    probability_is_manual: bool
    actual_close_date: date | None
    id: int = 0
    entered_at: datetime | None = None
    owner_id: int | None = None
    currency: str = "USD"
    fields: Mapping[str, Value] = field(default_factory=dict[str, Any])
    at_entry: Mapping[str, Value] = field(default_factory=dict[str, Any])
    attributes: Mapping[str, str] = field(default_factory=dict[str, Any])
    interests: tuple[Want, ...] = ()
    attachments: int = 0
    open_tasks: int = 0
    is_held: bool = False
    held_until: datetime | None = None
    visits: tuple[Visit, ...] = ()
    teams: frozenset[str] = frozenset()

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Standing":
        """From what the expression's JSON holds."""
        fields, entry = _values(told["fields"]), _values(told["atEntry"] or {})
        closed = fields["actualCloseDate"]
        assert closed is None or isinstance(closed, date)
        return cls(
            id=told["id"],
            step_id=told["step"],
            probability=told["fields"]["probability"],
            probability_is_manual=told["manual"],
            actual_close_date=closed,
            entered_at=_moment(told["enteredAt"]),
            owner_id=told["fields"]["ownerId"],
            currency=told["fields"]["currency"],
            fields=fields,
            at_entry=entry,
            attributes={key: value for key, value in told["attributes"].items() if value},
            interests=tuple(Want(*each) for each in told["interests"]),
            attachments=told["attachments"],
            open_tasks=told["openTasks"],
            is_held=told["isHeld"],
            held_until=_moment(told["heldUntil"]),
            visits=tuple(Visit(*each) for each in told["visits"]),
            teams=frozenset(told["teams"]),
        )

    def holds_places(self, now: datetime) -> bool:
        """Whether what it reserved is still held."""
        return self.is_held and (self.held_until is None or self.held_until > now)


def _values(told: Mapping[str, Any]) -> dict[str, Value]:
    return {name: _value(name, value) for name, value in told.items()}


def _value(name: str, told: Any) -> Value:
    if told is None:
        return None
    match FIELDS[name]:
        case Form.MONEY:
            return Decimal(told) / SCALE
        case Form.DATE:
            return date.fromisoformat(told)
        case _:
            return told


def _moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)
