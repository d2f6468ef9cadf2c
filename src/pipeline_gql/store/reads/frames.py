"""FROM clauses, and rows whose columns are plain names.

A column of a row is written as `alias.column` and brings no FROM item with it. SQLAlchemy would
otherwise guess which sub-query a far outer column correlates with, and guess wrong.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import literal_column

from pipeline_gql.store.reads.shapes import Element


class Columns:
    """The columns of a row, by attribute."""

    __slots__ = ("_alias", "_table")

    def __init__(self, alias: str, table: Any) -> None:
        self._alias = alias
        self._table = table

    @property
    def alias(self) -> str:
        return self._alias

    def __getattr__(self, name: str) -> Element:
        known = self._table.c[name]
        return literal_column(f"{self._alias}.{known.name}", known.type)

    def refers(self, name: str, key: Any) -> bool:
        """Whether a foreign key promises that there is a row whose `key` this column has."""
        known = self._table.c.get(name)
        return known is not None and any(each.column is key for each in known.foreign_keys)


@dataclass(frozen=True, slots=True)
class Source:
    """A table or a page of one, under an alias."""

    clause: Any
    row: Any


@dataclass(slots=True)
class Frame:
    """A FROM clause that grows while the fields that need it are written."""

    clause: Any
    joined: dict[tuple[str, int], Source] = field(default_factory=dict[tuple[str, int], Source])
    """To-one relations joined already, by the row and the relation."""

    def join(self, table: Any, on: Any, *, outer: bool) -> None:
        self.clause = self.clause.join(table, on, isouter=outer)
