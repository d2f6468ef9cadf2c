"""Dates, moments and whole numbers that a record may hold."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.problems import invalid, missing

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2999, 12, 31)
LARGEST_KEY = 2**63 - 1
LARGEST_INT = 2**31 - 1


def optional_date(value: object, path: Path) -> date | None:
    """A day between 1900 and 2999."""
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise invalid(path, "must be a date", value)
    if not FIRST_DAY <= value <= LAST_DAY:
        raise invalid(path, "must lie between 1900-01-01 and 2999-12-31", value)
    return value


def optional_moment(value: object, path: Path, time_zone: str) -> datetime | None:
    """A moment between 1900 and 2999, in UTC; one without offset is read in `time_zone`."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise invalid(path, "must be a date and time", value)
    if not FIRST_DAY < value.date() < LAST_DAY:
        # As text: at either end of the calendar a moment may have no counterpart in UTC.
        problem = "must lie between 1900-01-01 and 2999-12-31"
        raise invalid(path, problem, value.isoformat())
    placed = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(time_zone))
    return placed.astimezone(UTC)


def whole_number(value: object, path: Path, least: int = 0, most: int = LARGEST_INT) -> int:
    if value is None:
        raise missing(path)
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(path, "must be a whole number", value)
    if value < least:
        raise invalid(path, f"must be at least {least:,}", value)
    if value > most:
        raise invalid(path, f"must be at most {most:,}", value)
    return value


def is_key(value: object) -> bool:
    """Whether it could be the integer key of a record at all."""
    return isinstance(value, int) and 0 < value <= LARGEST_KEY


def day_of(moment: datetime, time_zone: str) -> date:
    """The day on which `moment` falls in `time_zone`."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def after(clock: datetime, last: datetime | None) -> datetime:
    """`clock`, moved on as far as needed to lie after `last`, so that a record's times grow."""
    return clock if last is None else max(clock, last + timedelta(microseconds=1))
