"""Strict scalars: what GraphQL's own and Strawberry's stock ones let through is refused here."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

from pipeline_gql.domain.facts import FIRST_DAY, LAST_DAY
from pipeline_gql.store.spooling import Received

Json = NewType("Json", object)
"""Any value that JSON can write."""

EARLIEST, LATEST = FIRST_DAY.year, LAST_DAY.year

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = r"\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?"
_MOMENT = re.compile(f"{_DAY.pattern}[T ]{_TIME}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?", re.ASCII)


def _moment(value: Any) -> datetime:
    """May come without an offset; who uses it reads it in the organisation's time zone."""
    try:
        moment = datetime.fromisoformat(_matching(_MOMENT, value))
    except ValueError:
        raise GraphQLError("DateTime must be a text such as 2026-01-31T12:00:00Z") from None
    if not EARLIEST <= moment.year <= LATEST:
        raise GraphQLError(f"DateTime must lie between the years {EARLIEST} and {LATEST}")
    return moment


def _date(value: Any) -> date:
    try:
        day = date.fromisoformat(_matching(_DAY, value))
    except ValueError:
        raise GraphQLError("Date must be a text such as 2026-01-31") from None
    if not EARLIEST <= day.year <= LATEST:
        raise GraphQLError(f"Date must lie between the years {EARLIEST} and {LATEST}")
    return day


def _decimal(value: Any) -> Decimal:
    """A text, so that no float comes near money; a whole number is exact and may be bare."""
    try:
        bare = isinstance(value, int) and not isinstance(value, bool)
        return Decimal(_matching(_DECIMAL, str(value) if bare else value))
    except ValueError:
        raise GraphQLError('Decimal must be a text such as "1234.50"') from None


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    """Python reads more than ISO 8601 and plain decimals: weeks, exponents, any script's digits."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError
    return value


def _nothing(value: Any) -> Any:
    raise GraphQLError("JSON is answered, never taken")


def written(moment: datetime) -> str:
    """A moment as all answers write it: UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _upload(value: Any) -> Received:
    if not isinstance(value, Received):
        raise GraphQLError(
            "Upload must be a file, sent as the GraphQL multipart request specification says"
        )
    return value


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment as ISO 8601. Answers are in UTC; an input without an offset is read "
        "in the organisation's time zone.",
        serialize=written,
        parse_value=_moment,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day as ISO 8601, such as 2026-01-31.",
        serialize=date.isoformat,
        parse_value=_date,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as a text, such as "1234.50".',
        serialize=str,
        parse_value=_decimal,
    ),
    Received: strawberry.scalar(
        name="Upload",
        description="A file, sent as the GraphQL multipart request specification says. Only in "
        "variables.",
        serialize=str,
        parse_value=_upload,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value, such as the variables of a document. Only in answers.",
        serialize=lambda value: value,
        parse_value=_nothing,
    ),
}
