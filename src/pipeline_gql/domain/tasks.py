"""What a client may say of tasks and meetings, judged without looking anything up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.facts import optional_date, optional_moment
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.text import DESCRIPTION, optional_text, required_text

MOST_ATTENDING = 500

Changes = Mapping[str, object]
Columns = dict[str, object]


class Priority(StrEnum):
    """How much a task matters."""

    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"


class MeetingState(StrEnum):
    """Whether a meeting is still to come about, did, or will not."""

    PLANNED = "PLANNED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Due:
    """Until when: the day that was named, and the moment from which on it is too late."""

    on: date | None = None
    at: datetime | None = None


def end_of(day: date, time_zone: str) -> datetime:
    """The moment in UTC at which a day is over in `time_zone`."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(time_zone))
    return midnight.astimezone(UTC)


def due(given: Changes, time_zone: str) -> Due:
    """From `due_date` or `due_at`, of which one may have a value; None takes it away."""
    day, moment = given.get("due_date"), given.get("due_at")
    if day is not None and moment is not None:
        raise invalid(("due_at",), "must be absent beside dueDate", moment)
    if moment is not None:
        return Due(at=optional_moment(moment, ("due_at",), time_zone))
    on = optional_date(day, ("due_date",))
    return Due(on, end_of(on, time_zone) if on else None)


def _priority(value: object, path: Path) -> str:
    return Priority.NORMAL.value if value is None else Priority(cast(str, value)).value


_TASK: Mapping[str, Callable[[object, Path], object]] = {
    "title": required_text,
    "description": partial(optional_text, limit=DESCRIPTION),
    "priority": _priority,
}
_MEETING: Mapping[str, Callable[[object, Path], object]] = {
    "subject": required_text,
    "location": optional_text,
    "notes": partial(optional_text, limit=DESCRIPTION),
}


def read_task(given: Changes, time_zone: str, problems: Problems) -> Columns:
    """The columns that are to change, but for who is to do it."""
    columns = _judged(_TASK, given, problems)
    if not {"due_date", "due_at"}.isdisjoint(given):
        wanted = problems.check(due, given, time_zone) or Due()
        columns |= {"due_on": wanted.on, "due_at": wanted.at}
    return columns


def read_meeting(given: Changes, time_zone: str, problems: Problems) -> Columns:
    """The columns that are to change, but for who takes part."""
    columns = _judged(_MEETING, given, problems)
    for name in ("starts_at", "ends_at"):
        if name in given:
            path: Path = (name,)
            columns[name] = problems.check(optional_moment, given[name], path, time_zone)
    if "starts_at" in given and given["starts_at"] is None:
        problems.add(missing(("starts_at",)))
    return columns


def require_order(starts_at: datetime, ends_at: datetime | None) -> None:
    """Raises ValueInvalid if a meeting ends before it has begun."""
    if ends_at is not None and ends_at <= starts_at:
        raise invalid(("ends_at",), "must be later than startsAt", ends_at)


def attending(value: object, path: Path) -> list[int]:
    """Who is to take part, each once."""
    keys = list(dict.fromkeys(cast("Sequence[int] | None", value) or ()))
    if len(keys) > MOST_ATTENDING:
        raise invalid(path, f"must have at most {MOST_ATTENDING}")
    return keys


def _judged(
    judges: Mapping[str, Callable[[object, Path], object]], given: Changes, problems: Problems
) -> Columns:
    return {
        name: problems.check(judge, given[name], (name,))
        for name, judge in judges.items()
        if name in given
    }
