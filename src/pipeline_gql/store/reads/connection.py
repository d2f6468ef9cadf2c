"""A Relay connection as one SELECT: a page in a sub-query, its rows as JSON, then the whole."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, Text, and_, case, cast, false, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.selection import Pick
from pipeline_gql.store.reads import pages
from pipeline_gql.store.reads.frames import Frame, owner
from pipeline_gql.store.reads.shapes import Element, Row, Shape
from pipeline_gql.store.reads.text import NULL, Part, concat, literal, members

if TYPE_CHECKING:
    from pipeline_gql.store.reads.compile import Compiler

TYPENAME = "__typename"


class Connection:
    """Compiles one connection; `conditions` says which rows of a table are in the list."""

    def __init__(
        self,
        compiler: "Compiler",
        pick: Pick,
        shape: Shape,
        conditions: Callable[[Row], list[Any]],
        outer: Row | None,
    ) -> None:
        self.compiler = compiler
        self.pick = pick
        self.shape = shape
        self.conditions = conditions
        self.outer = outer
        self.order = pages.sorting(pick.arguments, shape)
        self.window = pages.window(pick.arguments, compiler.binder)
        self.columns: list[Any] = []
        self.page: Any = None
        self.rows: Any = None
        self.frame = Frame(None)

    def query(self) -> Select[Any]:
        """One row with one text. Columns of the rows are collected before the rows are named."""
        assert self.pick.below is not None
        self.page = self._page()
        self.frame = Frame(self.page)
        self.columns = [self.page.c.place.label("place")]
        type = f"{self.shape.type}Connection"
        waiting = [(pick.key, self._member(pick)) for pick in self.pick.below.of(type)]
        self.rows = select(*self.columns).select_from(self.frame.clause).subquery(self._name())
        pairs = [(key, write()) for key, write in waiting]
        return select(concat(members(pairs)).label("v")).select_from(self.rows)

    def _name(self) -> str:
        return self.compiler.name()

    # ---- the page -------------------------------------------------------------------------------

    def _among(self) -> tuple[Any, list[Any]]:
        table = self.compiler.table(self.shape)
        return table, self.conditions(table.c)

    def _beyond(self, row: Row, tree: Any, *, back: bool, at: bool = False) -> Any:
        binder = self.compiler.binder
        return pages.beyond(tree, row, self.shape, self.order, binder, back=back, at=at)

    def _bounds(self, row: Row) -> list[Any]:
        bounds: list[Any] = []
        if self.window.after is not None:
            bounds.append(self._beyond(row, self.window.after, back=False))
        if self.window.before is not None:
            bounds.append(self._beyond(row, self.window.before, back=True))
        return bounds

    def _page(self) -> Any:
        """The rows of the page and one more, numbered where they are ordered."""
        table, where = self._among()
        keys = self.order.keys(table.c, self.shape, turned=self.window.turned)
        place = func.row_number().over(order_by=keys).label("place")
        query = select(*table.c, place).where(*where, *self._bounds(table.c))
        query = query.order_by(*keys).limit(self.window.probe)
        if self.window.offset is not None:
            query = query.offset(self.window.offset)
        return self._inside(query).subquery(self._name())

    def _inside(self, query: Select[Any]) -> Select[Any]:
        return query if self.outer is None else query.correlate(owner(self.outer))

    # ---- members --------------------------------------------------------------------------------

    def _member(self, pick: Pick) -> tuple[str, Callable[[], list[Part]]]:
        """A member of the connection; what it needs of each row becomes a column first."""
        if pick.name == TYPENAME:
            return pick.key, lambda: [f'"{self.shape.type}Connection"']
        if pick.name == "totalCount":
            return pick.key, lambda: [self._count()]
        if pick.name == "pageInfo":
            return pick.key, self._page_info(pick)
        column = self._add(self._node(pick) if pick.name == "nodes" else self._edge(pick))
        return pick.key, lambda: ["[", self._gathered(self.rows.c[column]), "]"]

    def _add(self, value: Element) -> str:
        name = f"c{len(self.columns)}"
        self.columns.append(value.label(name))
        return name

    def _node(self, pick: Pick) -> Element:
        assert pick.below is not None
        return concat(self.compiler.object(pick.below, self.shape, self.page.c, self.frame))

    def _edge(self, pick: Pick) -> Element:
        assert pick.below is not None
        pairs: list[tuple[str, list[Part]]] = []
        for below in pick.below.of(f"{self.shape.type}Edge"):
            if below.name == TYPENAME:
                pairs.append((below.key, [f'"{self.shape.type}Edge"']))
            elif below.name == "cursor":
                pairs.append((below.key, ['"', self._cursor(), '"']))
            else:
                pairs.append((below.key, [self._node(below)]))
        return concat(members(pairs))

    def _cursor(self) -> Element:
        return pages.cursor(self.page.c, self.shape, self.order)

    def _kept(self, aggregate: Any) -> Any:
        """Without the one row more that was read to see whether there is one."""
        return aggregate.filter(self._relative() <= self.window.size)

    def _relative(self) -> Element:
        """A row's number within the page; row_number counts before OFFSET does."""
        place = self.rows.c.place
        return place if self.window.offset is None else place - self.window.offset

    def _gathered(self, column: Element) -> Element:
        place = self.rows.c.place
        ordered = aggregate_order_by(literal(","), place.desc() if self.window.turned else place)
        return self._kept(func.string_agg(column, ordered))

    # ---- page information -----------------------------------------------------------------------

    def _page_info(self, pick: Pick) -> Callable[[], list[Part]]:
        assert pick.below is not None
        picks = pick.below.of("PageInfo")
        column = ""
        if any(below.name in ("startCursor", "endCursor") for below in picks):
            column = self._add(self._cursor())
        return lambda: members([(below.key, self._info(below, column)) for below in picks])

    def _info(self, pick: Pick, cursor: str) -> list[Part]:
        match pick.name:
            case "totalRecords":
                return [self._count()]
            case "startCursor":
                return [self._edge_cursor(cursor, last=self.window.turned)]
            case "endCursor":
                return [self._edge_cursor(cursor, last=not self.window.turned)]
            case "hasNextPage":
                return [cast(or_(*self._ahead()), Text)]
            case "hasPreviousPage":
                return [cast(or_(*self._behind()), Text)]
            case _:
                return ['"PageInfo"']

    def _edge_cursor(self, column: str, *, last: bool) -> Element:
        place = self.rows.c.place
        ordered = aggregate_order_by(literal(","), place.desc() if last else place)
        cursors = self._kept(func.string_agg(self.rows.c[column], ordered))
        found = func.split_part(cursors, literal(","), literal_column("1"))
        return case((cursors.is_(None), literal(NULL)), else_=concat(['"', found, '"']))

    def _more(self) -> Element:
        """Whether there is a row beyond the page in the direction of reading."""
        return func.count() > self.window.size

    def _ahead(self) -> list[Any]:
        """Reasons why a record may follow the page."""
        before = self.window.before
        beyond = [] if before is None else [self._exists(before, back=False)]
        return [false(), *beyond] if self.window.turned else [self._more(), *beyond]

    def _behind(self) -> list[Any]:
        """Reasons why a record may precede the page."""
        after, offset = self.window.after, self.window.offset
        beyond = [] if after is None else [self._exists(after, back=True)]
        if offset is not None:
            table, where = self._among()
            skipped = select(literal_column("1")).where(*where, *self._bounds(table.c))
            beyond.append(and_(offset > 0, self._inside(skipped).exists()))
        return [self._more(), *beyond] if self.window.turned else [false(), *beyond]

    def _exists(self, cursor: Any, *, back: bool) -> Any:
        """Whether there is a record at the cursor or further away in that direction."""
        table, where = self._among()
        there = self._beyond(table.c, cursor, back=back, at=True)
        return self._inside(select(literal_column("1")).where(*where, there)).exists()

    def _count(self) -> Element:
        table, where = self._among()
        query = select(func.count()).select_from(table).where(*where)
        return self._inside(query).scalar_subquery()
