"""The rows of a list in its order: those of the page, and whether there are others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from pipeline_gql.domain.selection import Tree
from pipeline_gql.store.reads import pages
from pipeline_gql.store.reads.frames import Columns, Source
from pipeline_gql.store.reads.pages import Window
from pipeline_gql.store.reads.shapes import Element, Shape
from pipeline_gql.store.reads.sortings import Half, Sorting
from pipeline_gql.store.reads.tally import Tally
from pipeline_gql.store.reads.ways import Listed

if TYPE_CHECKING:
    from pipeline_gql.store.reads.compile import Compiler


@dataclass(frozen=True, slots=True)
class _Part:
    """What one way finds of a half of the order."""

    way: list[Any]
    half: Half


class Listing(Tally):
    """A tally of which a part is shown."""

    def __init__(
        self,
        compiler: "Compiler",
        shape: Shape,
        listed: Listed,
        order: Sorting,
        window: Window,
        there: Source | None = None,
    ) -> None:
        super().__init__(compiler, shape, listed, there)
        self.order, self.window = order, window
        self.parts = [_Part(way, half) for way in self.ways.paged for half in order.halves]

    def bare(self, *, cursors: bool) -> Source | None:
        """The rows of the page alone, unnumbered; None where only numbers tell of their order."""
        if len(self.parts) > 1 or self.window.offset is not None:
            return None
        keys = self.order.keys(self.there.row, self.shape, turned=self.window.turned)
        query = self._ordered(self.there, keys, self._where(self.parts[0]), cursors)
        return self.compiler.page_of(self.shape, query.limit(self.window.size))

    def page(self, *, cursors: bool) -> Source:
        """The rows of the page and one more, numbered (`place`) where they are ordered, each with
        its `cursor` if there are to be some."""
        if len(self.parts) == 1:
            return self._numbered(self.there, [], self._where(self.parts[0]), cursors)
        parts = union_all(*(self._part(part) for part in self.parts))
        name = self.compiler.name()
        row = Columns(name, self.shape.table.__table__)
        return self._numbered(
            Source(parts.subquery(name), row), [_column(name, "half")], [], cursors
        )

    def _numbered(
        self, rows: Source, first: list[Element], where: list[Any], cursors: bool
    ) -> Source:
        turned = self.window.turned
        keys: list[Any] = [key.desc() if turned else key for key in first]
        keys += self.order.keys(rows.row, self.shape, turned=turned)
        place = func.row_number().over(order_by=keys).label("place")
        query = self._ordered(rows, keys, where, cursors).add_columns(place)
        query = query.limit(self.window.probe)
        if self.window.offset is not None:
            query = query.offset(self.window.offset)
        return self.compiler.page_of(self.shape, query)

    def _ordered(self, rows: Source, keys: list[Any], where: list[Any], cursors: bool) -> Any:
        query: Any = select(literal_column(f"{rows.row.alias}.*", Text))
        if cursors:
            made = pages.cursor(rows.row, self.shape, self.order)
            query = query.add_columns(made.label(pages.CURSOR))
        return query.select_from(rows.clause).where(*where).order_by(*keys)

    def _part(self, part: _Part) -> Select[Any]:
        """As many rows of a part as may be on the page."""
        rows = literal_column(f"{self.there.row.alias}.*", Text)
        number = literal_column(str(part.half.value), BigInteger).label("half")
        found = self._reached(part, rows, number)
        if self.order.ranked is not None and (part.half is Half.PRESENT) is self.window.turned:
            found = found.where(self._needed(part))
        return found

    def _reached(self, part: _Part, *columns: Any) -> Select[Any]:
        turned = self.window.turned
        query: Any = select(*columns).select_from(self._rows(part.half)).where(*self._where(part))
        query = query.order_by(*self.order.keys(self.there.row, self.shape, turned=turned))
        return query.limit(self._reach)

    @property
    def _reach(self) -> Element:
        offset = self.window.offset
        return self.window.probe if offset is None else self.window.probe + offset

    def _needed(self, part: _Part) -> ColumnElement[bool]:
        """Whether the half before this one leaves room on the page. No index tells of all
        attributes which records have none, so that nobody looks for them in vain."""
        first = Half.MISSING if part.half is Half.PRESENT else Half.PRESENT
        ahead = self._reached(_Part(part.way, first), literal_column("1", BigInteger)).subquery()
        return select(func.count()).select_from(ahead).scalar_subquery() < self._reach

    def _rows(self, half: Half) -> Any:
        """What a half is read from."""
        if self.order.ranked is None:
            return self.there.clause
        scope = self.compiler.scope
        if half is Half.PRESENT:
            return self.order.ranked.present(self.there, scope)
        return self.order.ranked.missing(self.there, scope)

    def _where(self, part: _Part) -> list[Any]:
        where = [*part.way, *self.order.within(part.half, self.there.row)]
        if self.window.after is not None:
            where.append(self._beyond(self.window.after, part.half, back=False))
        if self.window.before is not None:
            where.append(self._beyond(self.window.before, part.half, back=True))
        return where

    def _beyond(
        self, cursor: Tree, half: Half, *, back: bool, at: bool = False
    ) -> ColumnElement[bool]:
        row, binder = self.there.row, self.compiler.binder
        return pages.beyond(
            cursor, row, self.shape, self.order, binder, half=half, back=back, at=at
        )

    # ---- others than the page's -----------------------------------------------------------------

    def beyond(self, cursor: Tree, *, back: bool) -> ColumnElement[bool]:
        """Whether there is a row at the cursor or further away in that direction."""

        def where(part: _Part) -> list[Any]:
            bound = self._beyond(cursor, part.half, back=back, at=True)
            return [*part.way, *self.order.within(part.half, self.there.row), bound]

        return self._any(where, turned=back)

    def skipped(self) -> ColumnElement[bool]:
        """Whether there is a row that an offset leaves out."""
        return self._any(self._where, turned=False)

    def _any(self, where: Callable[[_Part], list[Any]], *, turned: bool) -> ColumnElement[bool]:
        """Looks for the first such row in the order, since EXISTS would not go by an index."""
        found: list[Any] = []
        for part in self.parts:
            one: Any = select(literal_column("1", BigInteger)).select_from(self._rows(part.half))
            keys = self.order.keys(self.there.row, self.shape, turned=turned)
            one = one.where(*where(part)).order_by(*keys).limit(literal_column("1"))
            found.append(one.scalar_subquery().is_not(None))
        return or_(*found)


def _column(alias: str, name: str) -> Element:
    return literal_column(f"{alias}.{name}", BigInteger)
