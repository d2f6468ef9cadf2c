"""What is said of all rows of a list together: how many they are, and their totals."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, func, literal_column, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.selection import TYPENAME, Pick
from pipeline_gql.store.reads.frames import Source
from pipeline_gql.store.reads.shapes import Element, Row, Scope, Shape, Value
from pipeline_gql.store.reads.text import Part, concat, literal, members, written
from pipeline_gql.store.reads.ways import Listed

if TYPE_CHECKING:
    from pipeline_gql.store.reads.compile import Compiler


class Tally:
    """`listed` says which rows of a table are in the list."""

    def __init__(
        self,
        compiler: "Compiler",
        shape: Shape,
        listed: Listed,
        there: Source | None = None,
    ) -> None:
        self.compiler, self.shape = compiler, shape
        # One alias does for all sub-queries, being none within another, and so do its conditions.
        self.there = there or compiler.table(shape)
        self.ways = listed(self.there.row)

    def count(self) -> Element:
        rows, met = self._looked_at()
        return select(func.count()).select_from(rows.clause).where(*met).scalar_subquery()

    def _looked_at(self) -> tuple[Source, list[Any]]:
        """What is read through, and what holds of it."""
        if len(self.ways.added) == 1:
            return self.there, self.ways.added[0]
        rows: Any = select(literal_column(f"{self.there.row.alias}.*", Text))
        rows = rows.select_from(self.there.clause)
        parts = union_all(*(rows.where(*way) for way in self.ways.added))
        return self.compiler.page_of(self.shape, parts), []

    def totals(self, pick: Pick) -> Element:
        """A list of one object for each value of the column that the totals are kept apart by."""
        text, rows = self._totals(pick)
        return select(text).select_from(rows).scalar_subquery()

    def counted(self, pick: Pick | None, by: str | None = None) -> Any:
        """By one look at the rows: how many there are (`n`) and, if they are asked for, their
        totals (`v`); for each value of a column (`key`) if one is given."""
        if pick is None:
            there, met = self._looked_at()
            keys = _key(there.row, by)
            rows: Any = select(*keys, func.count().label("n")).select_from(there.clause)
            return rows.where(*met).group_by(*keys)
        text, added = self._totals(pick, by)
        keys = [added.c.key] if by else []
        summed = select(*keys, func.sum(added.c.n).label("n"), text.label("v"))
        return summed.select_from(added).group_by(*keys)

    def _totals(self, pick: Pick, by: str | None = None) -> tuple[Element, Any]:
        """The list, and what it is put together from: with how many there are (`n`), and kept
        apart by one more column (`key`) if one is given."""
        assert pick.below is not None
        known = self.shape.totals
        assert known is not None
        name = self.compiler.name()
        there, met = self._looked_at()
        apart: Any = getattr(there.row, known.by)
        columns: list[Any] = [apart.label("apart")]
        pairs: list[tuple[str, list[Part]]] = []
        for below in pick.below.of(known.type):
            if below.name == TYPENAME:
                pairs.append((below.key, [f'"{known.type}"']))
                continue
            total = known.fields[below.name]
            column: Any = total.read(there.row, self.compiler.scope)
            columns.append(column.label(f"c{len(columns)}"))
            value = Value(_read(name, f"c{len(columns) - 1}"), total.form, currency=_apart(name))
            pairs.append((below.key, written(value, None, self.compiler.scope)))
        keys = _key(there.row, by)
        rows: Any = select(*columns, *keys, func.count().label("n")).select_from(there.clause)
        rows = rows.where(*met).group_by(apart, *keys)
        ordered = aggregate_order_by(literal(","), _apart(name)(None))
        text = concat(["[", func.string_agg(concat(members(pairs)), ordered), "]"])
        return text, rows.subquery(name)


def _key(row: Row, by: str | None) -> list[Any]:
    return [getattr(row, by).label("key")] if by else []


def _read(alias: str, name: str) -> Callable[[Row, Scope], Element]:
    return lambda row, scope: literal_column(f"{alias}.{name}")


def _apart(alias: str) -> Callable[[Row], Element]:
    return lambda row: literal_column(f"{alias}.apart", Text)
