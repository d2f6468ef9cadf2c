"""The order of a list: by a key and then by id; what has no value of the key comes last."""

from dataclasses import dataclass
from enum import Enum
from typing import cast

from sqlalchemy import BigInteger, Text, literal_column

from pipeline_gql.domain.filters import Kind, Malformed, parser
from pipeline_gql.domain.selection import Members, Tree, items, text
from pipeline_gql.store.reads.binding import Binder
from pipeline_gql.store.reads.ranks import RANK, RANKED, Ranked
from pipeline_gql.store.reads.shapes import Element, Order, Row, Shape


class Half(Enum):
    """A part of an ordered list: the records that have a value of the sort key, or not."""

    WHOLE = -1
    PRESENT = 0
    MISSING = 1


@dataclass(frozen=True, slots=True)
class Sorting:
    """The order of a list: by a key (or none) and then by id, both in one direction."""

    name: str
    order: Order | None
    descending: bool
    ranked: Ranked | None = None

    @property
    def direction(self) -> str:
        return "desc" if self.descending else "asc"

    def tag(self, key: str | None = None) -> str:
        """What a cursor of this order begins with; `key` is the attribute's, if it is by one."""
        return f"{self.name}{'' if key is None else '.' + key}:{self.direction}"

    def value(self, row: Row) -> Element:
        """Of the sort key."""
        assert self.order is not None
        if self.ranked is None:
            return getattr(row, self.order.column)
        return literal_column(f"{row.alias}.{self.order.column}", Text)

    @property
    def halves(self) -> tuple["Half", ...]:
        """Records without a value come last either way, so they are read apart: one index on
        the value serves both halves in both directions, which it could not do for the whole."""
        if self.order is None or not self.order.nullable:
            return (Half.WHOLE,)
        return (Half.PRESENT, Half.MISSING)

    def key(self, row: Row, shape: Shape) -> Element:
        """Of the record: as it stands beside the value, so that one index tells of both."""
        if self.ranked is None:
            return getattr(row, shape.key)
        return literal_column(f"{row.alias}.{RANKED}", BigInteger)

    def keys(self, row: Row, shape: Shape, *, turned: bool = False) -> list[Element]:
        """What to sort each half by."""
        return self.directed(self.columns(row, shape), turned=turned)

    def columns(self, row: Row, shape: Shape) -> list[Element]:
        """The key's value, where there is a key, and the id."""
        key = self.key(row, shape)
        return [self.value(row), key] if self.order else [key]

    def directed(self, columns: list[Element], *, turned: bool = False) -> list[Element]:
        descending = self.descending is not turned
        return [column.desc() if descending else column.asc() for column in columns]

    def within(self, half: "Half", row: Row) -> list[Element]:
        """The condition on a row of this half."""
        if self.order is None or half is Half.WHOLE:
            return []
        column = self.value(row)
        return [column.is_(None) if half is Half.MISSING else column.is_not(None)]


def sorting(arguments: Members, shape: Shape, binder: Binder, unless: str = "id") -> Sorting:
    """The order asked for by `order` or `orderBy`; by `unless`, rising, where none is."""
    order, order_by = arguments.get("order"), arguments.get("orderBy")
    if order is not None and order_by is not None:
        raise Malformed("order and orderBy say the same: give one of them")
    given = items(order_by) if order_by is not None else [order] if order is not None else []
    if len(given) > 1:
        raise Malformed("a list is ordered by one key and the id: give one order")
    if not given:
        return Sorting(unless, shape.orders.get(unless), descending=False)
    asked = cast(Members, given[0])
    direction = asked.get("direction")
    descending = direction is not None and text(direction) == "desc"
    field, attribute = asked.get("field"), asked.get("attribute")
    if (field is None) is (attribute is None):
        raise Malformed("an order is by a field or by an attribute: give one of them")
    if attribute is not None:
        ranked = Ranked(attribute, binder.bind(attribute, parser(Kind.TEXT), Text))
        _require_kept(shape, ranked, binder)
        return Sorting("attribute", RANK, descending, ranked)
    name = text(cast(Tree, field))
    if name == "id":
        return Sorting(name, None, descending)
    known = shape.orders[name]
    return Sorting(name, known, descending is not known.reverse)


def _require_kept(shape: Shape, ranked: Ranked, binder: Binder) -> None:
    """Raises Malformed of a list that knows no attributes, such as one of the past."""
    keyed = shape.filters["attribute"].keyed
    assert keyed is not None
    keyed(ranked.key, binder.scope)
