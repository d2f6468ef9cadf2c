"""The demo's rows before they are stored: plain values by table, numbered here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pipeline_gql.store import models

Row = dict[str, Any]
Table = type[models.Base]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows by table, tables in the order in which they were first written to.

    Ids count up from 1 in each table unless given, so that they are the same every time.
    `today` is the day from which all dates of the content are counted.
    """

    today: date
    tables: dict[Table, list[Row]] = field(default_factory=dict[Table, list[Row]])

    def add(self, table: Table, **values: Any) -> Row:
        """The row that was added; it may still be changed until all rows are stored."""
        row = values
        self.tables.setdefault(table, []).append(row)
        return row

    def numbered(self, table: Table, **values: Any) -> Row:
        """As `add`, with an id: the next one of its table."""
        return self.add(table, id=len(self.of(table)) + 1, **values)

    def expect(self, table: Table) -> None:
        """Its rows come later, and are stored before those that are added from now on."""
        self.tables.setdefault(table, [])

    def of(self, table: Table) -> list[Row]:
        return self.tables.get(table, [])

    def by_id(self, table: Table) -> Mapping[int, Row]:
        return {row["id"]: row for row in self.of(table)}

    def day(self, offset: int) -> date:
        """So many days after today; before it if negative."""
        return self.today + timedelta(days=offset)

    def at(self, offset: int, hour: int = 9, minute: int = 0) -> datetime:
        """A moment of that day, in UTC."""
        return moment(self.day(offset), hour, minute)


def moment(day: date, hour: int, minute: int) -> datetime:
    """A moment in UTC."""
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)


def since(at: datetime) -> Row:
    """The columns of an aggregate that nobody changed since it was made."""
    return {"version": 1, "created_at": at, "updated_at": at}
