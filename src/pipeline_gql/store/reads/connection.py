"""A Relay connection as one SELECT: a page in a sub-query, its rows as JSON, then the whole."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Select,
    Text,
    and_,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.selection import TYPENAME, Pick
from pipeline_gql.store.reads import pages
from pipeline_gql.store.reads.frames import Frame, Source
from pipeline_gql.store.reads.listing import Listing
from pipeline_gql.store.reads.shapes import Element, Shape
from pipeline_gql.store.reads.sortings import sorting
from pipeline_gql.store.reads.text import NULL, Part, concat, literal, members
from pipeline_gql.store.reads.ways import Listed

if TYPE_CHECKING:
    from pipeline_gql.store.reads.compile import Compiler


WIDEST = 10**10
"""Above any row's number."""


class ConnectionQuery:
    """Compiles one connection; `listed` says which rows of a table are in the list."""

    def __init__(
        self,
        compiler: "Compiler",
        pick: Pick,
        shape: Shape,
        listed: Listed,
        ordered: str,
        there: Source | None,
    ) -> None:
        self.compiler = compiler
        self.pick = pick
        self.shape = shape
        self.order = sorting(pick.arguments, shape, compiler.binder, ordered)
        self.window = pages.window(pick.arguments, compiler.binder)
        self.listing = Listing(compiler, shape, listed, self.order, self.window, there)
        self.columns: list[Any] = []
        # The rows that an offset skips would be given cursors too.
        self.cursors = self.window.offset is None and self._shows_cursors()
        bare = None if self._looks_beyond() else self.listing.bare(cursors=self.cursors)
        self.numbered = bare is None
        self.page = bare or self.listing.page(cursors=self.cursors)
        self.frame = Frame(self.page.clause)
        places = self.order.columns(self.page.row, shape)
        if self.numbered:
            places = [self._column(self.page.row.alias, "place")]
        self.columns += [each.label(f"place{i or ''}") for i, each in enumerate(places)]
        self.rows = compiler.name()
        self.aggregates = False

    def query(self) -> Select[Any]:
        """One row with one text; the rows are not read where nothing is asked of them."""
        assert self.pick.below is not None
        type = f"{self.shape.noun}Connection"
        pairs = [(pick.key, self._member(pick)) for pick in self.pick.below.of(type)]
        if not self.aggregates:
            return select(concat(members(pairs)).label("v"))
        rows = select(*self.columns).select_from(self.frame.clause).subquery(self.rows)
        return select(concat(members(pairs)).label("v")).select_from(rows)

    def _column(self, alias: str, name: str, type: Any = BigInteger) -> Element:
        return literal_column(f"{alias}.{name}", type)

    @property
    def _place(self) -> Element:
        return self._column(self.rows, "place")

    # ---- members --------------------------------------------------------------------------------

    def _member(self, pick: Pick) -> list[Part]:
        """A member of the connection; what it needs of each row becomes a column."""
        match pick.name:
            case "totalCount":
                return [self.listing.count()]
            case "totals":
                return [self.listing.totals(pick)]
            case "pageInfo":
                return self._page_info(pick)
            case "nodes":
                return ["[", self._gathered(self._add(concat(self._node(pick)))), "]"]
            case "edges":
                return ["[", self._gathered(self._add(self._edge(pick))), "]"]
            case _:
                return [f'"{self.shape.noun}Connection"']

    def _add(self, value: Element) -> Element:
        """A column of each row, as the whole sees it."""
        name = f"c{len(self.columns)}"
        self.columns.append(value.label(name))
        return self._column(self.rows, name, Text)

    def _node(self, pick: Pick) -> list[Part]:
        assert pick.below is not None
        return self.compiler.object(pick.below, self.shape, self.page.row, self.frame)

    def _edge(self, pick: Pick) -> Element:
        assert pick.below is not None
        pairs: list[tuple[str, list[Part]]] = []
        for below in pick.below.of(f"{self.shape.noun}Edge"):
            if below.name == TYPENAME:
                pairs.append((below.key, [f'"{self.shape.noun}Edge"']))
            elif below.name == "cursor":
                pairs.append((below.key, ['"', self._cursor(), '"']))
            else:
                pairs.append((below.key, self._node(below)))
        return concat(members(pairs))

    def _shows_cursors(self) -> bool:
        assert self.pick.below is not None
        edge, info = (f"{self.shape.noun}Edge", "cursor"), ("PageInfo", "startCursor endCursor")
        for pick in self.pick.below.of(f"{self.shape.noun}Connection"):
            type, names = edge if pick.name == "edges" else info
            if pick.below and any(each.name in names.split() for each in pick.below.of(type)):
                return True
        return False

    def _looks_beyond(self) -> bool:
        """Whether it is asked where the page begins or ends, or what lies beyond it."""
        assert self.pick.below is not None
        infos = [
            below.name
            for pick in self.pick.below.of(f"{self.shape.noun}Connection")
            if pick.name == "pageInfo" and pick.below
            for below in pick.below.of("PageInfo")
        ]
        return not {*infos} <= {"totalRecords", TYPENAME}

    def _cursor(self) -> Element:
        if self.cursors:
            return self._column(self.page.row.alias, pages.CURSOR, Text)
        return pages.cursor(self.page.row, self.shape, self.order)

    def _kept(self, aggregate: Any) -> Any:
        """Without the one row more that was read to see whether there is one."""
        self.aggregates = True
        return aggregate.filter(self._relative() <= self.window.size)

    def _relative(self) -> Element:
        """A row's number within the page; row_number counts before OFFSET does."""
        place = self._place
        return place if self.window.offset is None else place - self.window.offset

    def _gathered(self, column: Element) -> Element:
        """Of all rows of the page, in the list's order."""
        if not self.numbered:
            self.aggregates = True
            names = [each.name for each in self.columns if each.name.startswith("place")]
            places = self.order.directed([self._column(self.rows, name) for name in names])
            return func.string_agg(column, aggregate_order_by(literal(","), *places))
        place = self._place
        ordered = aggregate_order_by(literal(","), place.desc() if self.window.turned else place)
        return self._kept(func.string_agg(column, ordered))

    # ---- page information -----------------------------------------------------------------------

    def _page_info(self, pick: Pick) -> list[Part]:
        assert pick.below is not None
        picks = pick.below.of("PageInfo")
        cursor: Element | None = None
        if any(below.name in ("startCursor", "endCursor") for below in picks):
            cursor = self._add(self._cursor())
        return members([(below.key, self._info(below, cursor)) for below in picks])

    def _info(self, pick: Pick, cursor: Element | None) -> list[Part]:
        match pick.name:
            case "totalRecords":
                return [self.listing.count()]
            case "startCursor":
                return [self._end(cursor, last=False)]
            case "endCursor":
                return [self._end(cursor, last=True)]
            case "hasNextPage":
                return [cast(or_(*self._ahead()), Text)]
            case "hasPreviousPage":
                return [cast(or_(*self._behind()), Text)]
            case _:
                return ['"PageInfo"']

    def _end(self, cursor: Element | None, *, last: bool) -> Element:
        """The first cursor, or the last; null on an empty page."""
        assert cursor is not None
        # Numbers of one width stand in the order of what they count; then comes the cursor.
        width = str(WIDEST)
        numbered = concat([self._place + literal_column(width, BigInteger), cursor]).collate("C")
        end = func.max if last is not self.window.turned else func.min
        found = func.substr(self._kept(end(numbered)), literal_column(str(len(width) + 1)))
        return func.coalesce(literal('"').concat(found).concat(literal('"')), literal(NULL))

    def _more(self) -> Element:
        """Whether there is a row beyond the page in the direction of reading."""
        self.aggregates = True
        return func.count() > self.window.size

    def _ahead(self) -> list[Any]:
        """Reasons why a record may follow the page."""
        before = self.window.before
        beyond = [] if before is None else [self.listing.beyond(before, back=False)]
        return [false(), *beyond] if self.window.turned else [self._more(), *beyond]

    def _behind(self) -> list[Any]:
        """Reasons why a record may precede the page."""
        after, offset = self.window.after, self.window.offset
        beyond = [] if after is None else [self.listing.beyond(after, back=True)]
        if offset is not None:
            beyond.append(and_(offset > 0, self.listing.skipped()))
        return [self._more(), *beyond] if self.window.turned else [false(), *beyond]
