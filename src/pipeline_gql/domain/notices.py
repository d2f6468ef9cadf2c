"""What users are told, of which event, and in which words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast


class Kind(StrEnum):
    """Why a user is told something."""

    ASSIGNED = "ASSIGNED"
    MENTIONED = "MENTIONED"
    STALLED = "STALLED"
    GOAL_REACHED = "GOAL_REACHED"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the feed."""

    id: int
    aggregate: str
    key: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """That a user is to be told something, once for each `cause`.

    Without `actor_id` nobody did it. What is about an opportunity or a lead is for those who see
    it alone.
    """

    user_id: int
    kind: Kind
    cause: str
    actor_id: int | None = None
    opportunity_id: int | None = None
    lead_id: int | None = None
    comment_id: int | None = None
    task_id: int | None = None
    text: str | None = None
    title: str | None = None
    """Only where the kind has no words of its own."""


def of_happening(it: Happening) -> Iterator[Notice]:
    """Whom an event concerns, as its payload says; never whoever brought it about."""
    actor = _key(it.payload.get("actor"))
    deal, lead = _about(it, "Opportunity"), _about(it, "Lead")
    comment, task = _about(it, "Comment"), _about(it, "Task")
    for kind, member in ((Kind.ASSIGNED, "assigned"), (Kind.MENTIONED, "mentioned")):
        for user_id in _keys(it.payload.get(member)):
            if user_id != actor:
                cause = f"event:{it.id}"
                yield Notice(user_id, kind, cause, actor, deal, lead, comment, task)


def newly_assigned(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[int]:
    """The users whom a change of an opportunity's facts made responsible, or set to work on it."""
    was, now = _assigned(before or {}), _assigned(after)
    return sorted(now - was)


def _assigned(facts: Mapping[str, Any]) -> set[int]:
    owner = _key(facts.get("owner_id"))
    return {*_keys(facts.get("assigned_to_ids")), *([] if owner is None else [owner])}


def title_of(notice: Notice, actor: str | None, about: str | None) -> str:
    """One line without line breaks. `actor` is a name, and `about` that of an opportunity or a
    lead."""
    subject = about or "something"
    task = "a task of " if notice.task_id is not None else ""
    words = {
        Kind.ASSIGNED: f"assigned you to {task}{subject}",
        Kind.MENTIONED: f"mentioned you on {subject}",
    }
    passive = {
        Kind.ASSIGNED: f"You were assigned to {task}{subject}",
        Kind.MENTIONED: f"You were mentioned on {subject}",
        Kind.STALLED: f"{subject} has stalled",
    }
    active = words.get(notice.kind) if actor else None
    said = f"{actor} {active}" if active else notice.title or passive.get(notice.kind, subject)
    return " ".join(said.split())


def _about(it: Happening, type: str) -> int | None:
    """The record of a type that an event is of, or that it names."""
    if it.aggregate == type:
        return int(it.key) if it.key.isdecimal() else None
    return _key(it.payload.get(type.lower()))


def _keys(value: object) -> Iterable[int]:
    if not isinstance(value, list):
        return []
    return [key for each in cast(list[object], value) if (key := _key(each)) is not None]


def _key(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
