"""A FROM clause that grows while the fields that need it are written."""

from dataclasses import dataclass
from typing import Any

from pipeline_gql.store.reads.shapes import Row


@dataclass(slots=True)
class Frame:
    """Tables joined so far."""

    clause: Any

    def join(self, table: Any, on: Any, *, outer: bool) -> None:
        self.clause = self.clause.join(table, on, isouter=outer)


def owner(row: Row) -> Any:
    """The FROM item that the columns of `row` belong to."""
    return next(iter(row)).table
