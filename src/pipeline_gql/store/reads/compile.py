"""Objects, relations and lists of a selection, written as JSON text in SQL."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Text, and_, case, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.filters import searched
from pipeline_gql.domain.selection import TYPENAME, Pick, Selection
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store.reads.binding import Binder
from pipeline_gql.store.reads.computing import FACTS, KEY, PLACE, ROWS, Computation
from pipeline_gql.store.reads.connection import ConnectionQuery
from pipeline_gql.store.reads.filters import Filters
from pipeline_gql.store.reads.frames import Columns, Frame, Source
from pipeline_gql.store.reads.held import held
from pipeline_gql.store.reads.pages import Capped, capped
from pipeline_gql.store.reads.shapes import (
    Computed,
    Either,
    Element,
    Embed,
    Many,
    One,
    Reading,
    Rendered,
    Row,
    Rows,
    Several,
    Shape,
    Value,
    Worked,
)
from pipeline_gql.store.reads.text import NULL, Part, concat, literal, members, written
from pipeline_gql.store.reads.ways import Listed, Ways, ways_of

Shapes = Mapping[str, Shape]


class Compiler:
    """Compiles the selection of one root field; `statements.py` makes a statement of it."""

    def __init__(self, shapes: Shapes, sight: Sight, depth: int = 1) -> None:
        """`depth` is how many response keys lead to the answer."""
        self.shapes = shapes
        self.depth = depth
        self.binder = Binder(sight)
        self.scope = self.binder.scope
        self.capped: dict[tuple[str, ...], Capped] = {}
        self.computed: list[Computation] = []
        self.common: Element = literal("[]")
        self._aliases = 0

    def name(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def table(self, shape: Shape) -> Source:
        name = self.name()
        table = shape.table.__table__
        return Source(table.alias(name), Columns(name, table))

    def page_of(self, shape: Shape, query: Any) -> Source:
        """Rows of the shape's table that a query gives, named."""
        name = self.name()
        return Source(query.subquery(name), Columns(name, shape.table.__table__))

    def key(self, shape: Shape, row: Row) -> Element:
        return getattr(row, shape.key)

    def tenant(self, shape: Shape, row: Row) -> list[Any]:
        return [row.org_id == self.scope.org] if shape.tenant else []

    def met(self, shape: Shape, row: Row, *, covered: bool) -> list[Any]:
        """What holds of a row of the tenant, and, unless covered, of one met on its own.

        A list and a record by its id are met on their own: they have to be visible. What hangs on
        a visible record is covered by it, and so is what the viewer has just written.
        """
        return [*self.tenant(shape, row), *([] if covered else shape.base(row, self.scope))]

    def object(
        self, selection: Selection, shape: Shape, row: Row, frame: Frame, *, outer: bool = False
    ) -> list[Part]:
        """The parts of a row's JSON object; what it joins goes into `frame`.

        `outer` says that the row itself may be missing, so that joins must not drop anything.
        """
        if shape.variants is None:
            picks, typename = selection.of(shape.type), f'"{shape.type}"'
            return self._fields(picks, typename, shape.fields, row, frame, outer)
        column, types = shape.variants
        discriminator = getattr(row, column)
        branches = [selection.of(type) for type in types.values()]
        if len({tuple(map(id, branch)) for branch in branches}) == 1:
            names = [(discriminator == literal(v), literal(f'"{t}"')) for v, t in types.items()]
            return self._fields(branches[0], case(*names), shape.fields, row, frame, outer)
        chosen: list[Any] = []
        made: dict[int, list[Part]] = {}
        for value, type in types.items():
            picks = selection.of(type)
            parts = self._fields(picks, f'"{type}"', shape.fields, row, frame, outer, made)
            chosen.append((discriminator == literal(value), concat(parts)))
        return [case(*chosen, else_=literal(NULL))]

    def _fields(
        self,
        picks: tuple[Pick, ...],
        typename: Part,
        fields: Mapping[str, Reading],
        row: Row,
        frame: Frame,
        outer: bool,
        made: dict[int, list[Part]] | None = None,
    ) -> list[Part]:
        """`made` keeps what the types of an interface have in common."""
        made = {} if made is None else made
        pairs: list[tuple[str, list[Part]]] = []
        for pick in picks:
            if pick.name == TYPENAME:
                pairs.append((pick.key, [typename]))
                continue
            if id(pick) not in made:
                made[id(pick)] = self._field(pick, fields[pick.name], row, frame, outer)
            pairs.append((pick.key, made[id(pick)]))
        return members(pairs)

    def _field(
        self, pick: Pick, reading: Reading, row: Row, frame: Frame, outer: bool
    ) -> list[Part]:
        if isinstance(reading, Value):
            return written(reading, row, self.scope)
        if isinstance(reading, Rendered):
            return self._open(pick, reading.facts(row, self.scope), literal("[]"))
        assert pick.below is not None
        match reading:
            case Embed():
                picks, typename = pick.below.of(reading.type), f'"{reading.type}"'
                parts = self._fields(picks, typename, reading.fields, row, frame, outer)
                if reading.present is None:
                    return parts
                return [case((reading.present(row), concat(parts)), else_=literal(NULL))]
            case One():
                return self._one(pick.below, reading, row, frame, outer)
            case Either():
                return self._either(pick.below, reading, row, frame)
            case Several():
                return [self._several(pick.below, reading, row, frame)]
            case Rows():
                return [self._rows(pick.below, reading, row, frame)]
            case Computed():
                return self._computed(pick, pick.below, reading, row, frame)
            case Many():
                return [self._many(pick, reading, row, frame)]
            case Worked():
                there = self._worked(reading, row, frame)
                picks, typename = pick.below.of(reading.type), f'"{reading.type}"'
                return self._fields(picks, typename, reading.fields, there, frame, outer)

    def _one(
        self, selection: Selection, one: One, row: Row, frame: Frame, outer: bool
    ) -> list[Part]:
        shape = self.shapes[one.type]
        there = held(selection.of(one.type), one, shape, row, self.scope)
        if there is None:
            there = self._joined(one, row, frame, outer=outer or one.nullable)
        parts = self.object(selection, shape, there, frame, outer=outer or one.nullable)
        if not one.nullable:
            return parts
        return [case((self.key(shape, there).is_(None), literal(NULL)), else_=concat(parts))]

    def _joined(self, one: One, row: Row, frame: Frame, *, outer: bool) -> Row:
        there = frame.joined.get((row.alias, id(one)))
        if there is None:
            there = frame.joined[row.alias, id(one)] = self.table(self.shapes[one.type])
            frame.join(there.clause, and_(*self._meeting(one, row, there.row)), outer=outer)
        return there.row

    def _either(self, selection: Selection, either: Either, row: Row, frame: Frame) -> list[Part]:
        chosen: list[Any] = []
        for one in either.ones:
            assert one.held is not None
            key = getattr(row, one.held)
            chosen.append((key.is_not(None), self._looked_up(selection, one, row, frame)))
        return [case(*chosen, else_=literal(NULL))]

    def _looked_up(self, selection: Selection, one: One, row: Row, frame: Frame) -> Element:
        """Only where it is wanted: joined, each kind would cost every row."""
        shape = self.shapes[one.type]
        there = held(selection.of(one.type), one, shape, row, self.scope)
        if there is not None:
            return concat(self.object(selection, shape, there, frame))
        found = self.table(shape)
        inner = Frame(found.clause)
        text = concat(self.object(selection, shape, found.row, inner))
        query = select(text).select_from(inner.clause)
        return query.where(*self._meeting(one, row, found.row)).scalar_subquery()

    def _meeting(self, tie: One | Several, here: Row, there: Row) -> list[Any]:
        return [*self.tenant(self.shapes[tie.type], there), tie.on(here, there, self.scope)]

    def _several(self, selection: Selection, several: Several, row: Row, outside: Frame) -> Element:
        shape = self.shapes[several.type]
        there = self.table(shape)
        rows: Any = select(literal_column(f"{there.row.alias}.*", Text)).select_from(there.clause)
        rows = rows.where(*self._meeting(several, row, there.row))
        rows = rows.order_by(self.key(shape, there.row)).limit(literal_column(str(several.most)))
        page = self.page_of(shape, rows)
        frame = Frame(page.clause)
        parts = self.object(selection, shape, page.row, frame)
        return self._list(parts, self.key(shape, page.row), frame, outside)

    def _rows(self, selection: Selection, rows: Rows, row: Row, outside: Frame) -> Element:
        made = rows.query(row, self.scope).subquery(name := self.name())
        frame, there = Frame(made), Columns(name, made)
        picks, typename = selection.of(rows.type), f'"{rows.type}"'
        parts = self._fields(picks, typename, rows.fields, there, frame, outer=False)
        return self._list(parts, there.place, frame, outside)

    def _computed(
        self, pick: Pick, selection: Selection, computed: Computed, row: Row, outside: Frame
    ) -> list[Part]:
        """What `computing` fills in: the facts, and each row under its key with what is read."""
        rows = computed.rows
        read = [each for each in selection.of(rows.type) if each.name in rows.fields]
        self.common = computed.common(self.scope)
        facts = func.coalesce(computed.facts(row, self.scope), literal(NULL))
        listed = self._keyed(read, rows, row, outside) if read else literal("[]")
        return self._open(pick, facts, listed)

    def _open(self, pick: Pick, facts: Element, listed: Element) -> list[Part]:
        place = str(len(self.computed))
        self.computed.append(Computation(pick, pick.path[self.depth :]))
        return members([(PLACE, [place]), (FACTS, [facts]), (ROWS, [listed])])

    def _keyed(self, picks: list[Pick], rows: Rows, row: Row, outside: Frame) -> Element:
        made = rows.query(row, self.scope).subquery(name := self.name())
        frame, there = Frame(made), Columns(name, made)
        pairs = [(p.key, self._field(p, rows.fields[p.name], there, frame, False)) for p in picks]
        return self._list(members([(KEY, [there.key]), *pairs]), there.key, frame, outside)

    def _list(self, parts: list[Part], key: Element, frame: Frame, outside: Frame) -> Element:
        """All rows of a frame, by a key, as one text."""
        ordered = aggregate_order_by(literal(","), key)
        text = concat(["[", func.string_agg(concat(parts), ordered), "]"])
        return self.beside(select(text.label("v")).select_from(frame.clause), outside)

    def _many(self, pick: Pick, many: Many, row: Row, outside: Frame) -> Element:
        def among(child: Row) -> list[Any]:
            return [many.on(row, child, self.scope)]

        shape, covered = self.shapes[many.type], many.covered
        query = self.connection(pick, shape, among, covered=covered, ordered=many.ordered)
        return self.beside(query, outside)

    def _worked(self, worked: Worked, row: Row, frame: Frame) -> Columns:
        key = (row.alias, id(worked.query))
        if key not in frame.joined:
            clause = worked.query(row, self.scope).lateral(name := self.name())
            frame.joined[key] = Source(clause, Columns(name, clause))
            frame.join(clause, true(), outer=True)
        return frame.joined[key].row

    def beside(self, query: Any, outside: Frame) -> Element:
        """A query of one value, evaluated for each row of `outside`."""
        outside.join(query.lateral(name := self.name()), true(), outer=True)
        return literal_column(f"{name}.v", Text)

    def connection(
        self,
        pick: Pick,
        shape: Shape,
        among: Callable[[Row], list[Any]],
        *,
        covered: bool,
        ordered: str = "id",
        there: Source | None = None,
    ) -> Any:
        """A page of the rows that `among` says, which are `there` if that is given."""
        if found := capped(pick.arguments, pick.path):
            self.capped[pick.path] = found
        listed = self.listed(pick, shape, among, covered=covered)
        return ConnectionQuery(self, pick, shape, listed, ordered, there).query()

    def listed(
        self, pick: Pick, shape: Shape, among: Callable[[Row], list[Any]], *, covered: bool
    ) -> Listed:
        """What holds of the rows that are in a list: they are met, found and not filtered out."""
        filters, search = map(pick.arguments.get, ("filters", "search"))
        where = ".".join((*pick.path[1:], "filters"))
        words = None if search is None else self.binder.bind(search, searched, Text)

        def ways(row: Row) -> Ways:
            met = [*self.tenant(shape, row), *among(row)]
            met += Filters(self.binder, shape).all_of(filters, row, where)
            return ways_of(shape, row, self.scope, met, words, covered=covered)

        return ways
