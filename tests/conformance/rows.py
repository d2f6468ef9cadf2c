"""All rows of one organisation in plain objects, and how values of theirs are written."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from uuid import UUID

import asyncpg

PREFIXES = {
    "Account": "Organisation",
    "Event": "Course",
    "Contact": "Person",
    "TrainingTokenType": "TokenType",
}
TYPES = {prefix: type for type, prefix in PREFIXES.items()}
TEXT_KEYS = {"Region", "TrainingTokenType", "TokenIssue", "Currency"}


class Row(dict[str, Any]):
    """A row whose columns are attributes."""

    __getattr__ = dict.__getitem__

    def __hash__(self) -> int:
        return id(self)


class Tables(dict[str, list[Row]]):
    """The rows of each table."""

    def __init__(self) -> None:
        super().__init__()
        self._indexes: dict[Any, dict[Any, list[Row]]] = {}

    def where(self, table: str, **equal: Any) -> list[Row]:
        name = (table, *equal)
        if name not in self._indexes:
            index = self._indexes[name] = {}
            for row in self[table]:
                index.setdefault(tuple(row[column] for column in equal), []).append(row)
        return self._indexes[name].get(tuple(equal.values()), [])

    def one(self, table: str, **equal: Any) -> Row | None:
        return next(iter(self.where(table, **equal)), None)

    def the(self, table: str, **equal: Any) -> Row:
        """That which must be there."""
        return self.where(table, **equal)[0]


async def load(address: str, org_id: UUID, most: int | None = None) -> Tables | None:
    """Everything the organisation has, and the currencies. `address` is an administrator's.

    None where there are more opportunities than `most`.
    """
    connection = await asyncpg.connect(address)
    try:
        tables = Tables()
        count = await connection.fetchval("SELECT count(*) FROM opportunity")
        if most is not None and count > most:
            return None
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        for (name,) in await connection.fetch(query):
            found = await connection.fetch(f"SELECT * FROM {name}")
            rows = [Row(record) for record in found]
            tables[name] = [row for row in rows if row.get("org_id", org_id) == org_id]
        return tables
    finally:
        await connection.close()


def global_id(type: str, key: Any) -> str:
    return b64encode(f"{PREFIXES.get(type, type)}:{key}".encode()).decode()


def decoded(text: str) -> tuple[str, Any] | None:
    """Type and key of an id; None where it is not one."""
    try:
        prefix, _, key = b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        return None
    type = TYPES.get(prefix, None if prefix in PREFIXES else prefix)
    if type is None:
        return None
    if type in TEXT_KEYS:
        return type, key
    return (type, int(key)) if key.isascii() and key.isdigit() and key[0] != "0" else None


def money(units: int | None, exponent: int) -> str | None:
    if units is None:
        return None
    return str((Decimal(units) / 10_000).quantize(Decimal(1).scaleb(-exponent), ROUND_FLOOR))


def percent(units: int) -> str:
    text = f"{Decimal(units) / 10_000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(value: datetime | None) -> str | None:
    return value and value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def micros(value: datetime) -> int:
    since = value - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


Get = Callable[[Row], Any]
