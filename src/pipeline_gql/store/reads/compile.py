"""Objects, relations and lists of a selection, written as JSON text in SQL."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, and_, case, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.filters import Kind, parser
from pipeline_gql.domain.selection import Pick, Selection
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store.reads.binding import Binder
from pipeline_gql.store.reads.connection import Connection
from pipeline_gql.store.reads.filters import Filters
from pipeline_gql.store.reads.frames import Frame, owner
from pipeline_gql.store.reads.pages import Capped, capped
from pipeline_gql.store.reads.shapes import (
    Either,
    Element,
    Embed,
    Many,
    One,
    Reading,
    Row,
    Several,
    Shape,
    Value,
)
from pipeline_gql.store.reads.text import NULL, Part, concat, literal, members, written

TYPENAME = "__typename"
Shapes = Mapping[str, Shape]


class Compiler:
    """Compiles the selection of one root field; `statements.py` makes a statement of it."""

    def __init__(self, shapes: Shapes, sight: Sight) -> None:
        self.shapes = shapes
        self.binder = Binder(sight)
        self.scope = self.binder.scope
        self.capped: list[Capped] = []
        self._aliases = 0

    # ---- rows -----------------------------------------------------------------------------------

    def name(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def table(self, shape: Shape) -> Any:
        return shape.table.__table__.alias(self.name())

    def key(self, shape: Shape, row: Row) -> Element:
        return getattr(row, shape.key)

    def tenant(self, shape: Shape, row: Row) -> list[Any]:
        return [row.org_id == self.scope.org] if shape.tenant else []

    def met(self, shape: Shape, row: Row, *, covered: bool) -> list[Any]:
        """What holds of a row of the tenant, and, unless covered, of one met on its own."""
        return [*self.tenant(shape, row), *([] if covered else shape.base(row, self.scope))]

    # ---- objects --------------------------------------------------------------------------------

    def object(
        self, selection: Selection, shape: Shape, row: Row, frame: Frame, *, outer: bool = False
    ) -> list[Part]:
        """The parts of a row's JSON object; what it joins goes into `frame`.

        `outer` says that the row itself may be missing, so that joins must not drop anything.
        """
        if shape.variants is None:
            return self._fields(selection, shape.type, shape.fields, row, frame, outer)
        column, types = shape.variants
        chosen: list[Any] = []
        for value, type in types.items():
            parts = self._fields(selection, type, shape.fields, row, frame, outer)
            chosen.append((getattr(row, column) == literal(value), concat(parts)))
        return [case(*chosen, else_=literal(NULL))]

    def _fields(
        self,
        selection: Selection,
        type: str,
        fields: Mapping[str, Reading],
        row: Row,
        frame: Frame,
        outer: bool,
    ) -> list[Part]:
        pairs: list[tuple[str, list[Part]]] = []
        for pick in selection.of(type):
            if pick.name == TYPENAME:
                pairs.append((pick.key, [f'"{type}"']))
            else:
                pairs.append((pick.key, self._field(pick, fields[pick.name], row, frame, outer)))
        return members(pairs)

    def _field(
        self, pick: Pick, reading: Reading, row: Row, frame: Frame, outer: bool
    ) -> list[Part]:
        if isinstance(reading, Value):
            return written(reading, row, self.scope)
        assert pick.below is not None
        match reading:
            case Embed():
                return self._fields(pick.below, reading.type, reading.fields, row, frame, outer)
            case One():
                return self._one(pick.below, reading, row, frame, outer)
            case Either():
                return self._either(pick.below, reading, row, frame)
            case Several():
                return [self._several(pick.below, reading, row, frame)]
            case Many():
                return [self._many(pick, reading, row, frame)]

    # ---- relations ------------------------------------------------------------------------------

    def _one(
        self, selection: Selection, one: One, row: Row, frame: Frame, outer: bool
    ) -> list[Part]:
        present, parts = self._joined(selection, one, row, frame, outer=outer or one.nullable)
        if not one.nullable:
            return parts
        return [case((present.is_(None), literal(NULL)), else_=concat(parts))]

    def _joined(
        self, selection: Selection, one: One, row: Row, frame: Frame, *, outer: bool
    ) -> tuple[Element, list[Part]]:
        shape = self.shapes[one.type]
        table = self.table(shape)
        on = and_(*self.tenant(shape, table.c), one.on(row, table.c, self.scope))
        frame.join(table, on, outer=outer)
        parts = self.object(selection, shape, table.c, frame, outer=outer)
        return self.key(shape, table.c), parts

    def _either(self, selection: Selection, either: Either, row: Row, frame: Frame) -> list[Part]:
        chosen: list[Any] = []
        for one in either.ones:
            present, parts = self._joined(selection, one, row, frame, outer=True)
            chosen.append((present.is_not(None), concat(parts)))
        return [case(*chosen, else_=literal(NULL))]

    def _several(self, selection: Selection, several: Several, row: Row, outside: Frame) -> Element:
        shape = self.shapes[several.type]
        table = self.table(shape)
        where = [*self.tenant(shape, table.c), several.on(row, table.c, self.scope)]
        first = select(table).where(*where).order_by(self.key(shape, table.c))
        first = first.limit(literal_column(str(several.most))).correlate(owner(row))
        page = first.subquery(self.name())
        frame = Frame(page)
        parts = self.object(selection, shape, page.c, frame)
        ordered = aggregate_order_by(literal(","), self.key(shape, page.c))
        text = concat(["[", func.string_agg(concat(parts), ordered), "]"])
        return self._beside(select(text.label("v")).select_from(frame.clause), outside)

    def _many(self, pick: Pick, many: Many, row: Row, outside: Frame) -> Element:
        def among(child: Row) -> list[Any]:
            return [many.on(row, child, self.scope)]

        shape = self.shapes[many.type]
        return self._beside(
            self.connection(pick, shape, among, covered=many.covered, outer=row), outside
        )

    def _beside(self, query: Any, outside: Frame) -> Element:
        """A query of one value, evaluated for each row of `outside`."""
        lateral = query.lateral(self.name())
        outside.join(lateral, true(), outer=True)
        return next(iter(lateral.c))

    def connection(
        self, pick: Pick, shape: Shape, among: Any, *, covered: bool, outer: Row | None
    ) -> Any:
        """A page of the rows of which `among` holds; `outer` is the row it belongs to, if any."""
        if found := capped(pick.arguments, pick.path):
            self.capped.append(found)
        search = pick.arguments.get("search")
        words = None if search is None else self.binder.bind(search, parser(Kind.TEXT), Text)

        def conditions(row: Row) -> list[Any]:
            met = [*self.met(shape, row, covered=covered), *among(row)]
            met += Filters(self.binder, shape).all_of(pick.arguments.get("filters"), row)
            if words is not None and shape.search is not None:
                met.append(shape.search(row, self.scope, words))
            return met

        return Connection(self, pick, shape, conditions, outer).query()
