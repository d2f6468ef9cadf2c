"""How each field of a GraphQL type is read. One file of shapes per noun stands beside this one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from sqlalchemy import ColumnElement

from pipeline_gql.domain.attribute_types import Family
from pipeline_gql.domain.filters import Kind
from pipeline_gql.domain.viewer import Sight

Row = Any
"""A mapped class's alias, or a page of one: its columns are attributes."""
Element = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """What every statement of a plan knows: the bound tenant and viewer, and the kind of sight."""

    org: Element
    me: Element
    sight: Sight


class Form(Enum):
    """How a value is written in JSON."""

    TEXT = auto()
    """Any text, escaped."""
    CODE = auto()
    """Text of safe characters only."""
    NUMBER = auto()
    BOOLEAN = auto()
    DATE = auto()
    TIMESTAMP = auto()
    """ISO 8601 in UTC with microseconds."""
    MONEY = auto()
    """A decimal string with the currency's decimals."""
    PERCENT = auto()
    """A decimal string of at most four decimals, from ten-thousandths."""
    RATE = auto()
    """A decimal string of at most ten decimals, from ten-thousand-millionths."""
    ID = auto()
    """A global id."""
    JSON = auto()
    """JSON text as it is."""


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar. `read` gives the SQL; `currency` goes with MONEY, `type` with ID."""

    read: Callable[[Row, Scope], Element]
    form: Form
    nullable: bool = False
    currency: Callable[[Row], Element] | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Embed:
    """An object that is made of its parent's own columns; null where it is not `present`."""

    type: str
    fields: Mapping[str, "Reading"]
    present: Callable[[Row], Element] | None = None


@dataclass(frozen=True, slots=True)
class One:
    """A to-one relation. `on` is beside the tenant's condition, which is added everywhere; `held`
    is the column of this row that has the other's key, if nothing else says which it is."""

    type: str
    on: Callable[[Row, Row, Scope], Element]
    nullable: bool = False
    held: str | None = None


@dataclass(frozen=True, slots=True)
class Either:
    """A to-one relation to one of several types, each by a foreign key, of which one is set."""

    ones: tuple[One, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """A connection. `covered` says that seeing the parent is leave to see the children; `ordered`
    is what it is ordered by where no order is asked for."""

    type: str
    on: Callable[[Row, Row, Scope], Element]
    covered: bool = False
    ordered: str = "id"


@dataclass(frozen=True, slots=True)
class Several:
    """A plain list of at most `most`, by key."""

    type: str
    on: Callable[[Row, Row, Scope], Element]
    most: int = 1000


@dataclass(frozen=True, slots=True)
class Rows:
    """A plain list of objects that are no records: rows of a query, by its column `place`."""

    type: str
    query: Callable[[Row, Scope], Any]
    fields: Mapping[str, "Reading"]


@dataclass(frozen=True, slots=True)
class Worked:
    """An object made of the columns of the one row that `query` gives, which is worked out once
    for all objects made of it."""

    type: str
    query: Callable[[Row, Scope], Any]
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Computed:
    """A plain list of objects that the domain works out of `facts`: JSON of the record, or null.

    `rows` are all that may be in the list; their column `key`, JSON text, says which is which, and
    their fields are read as anywhere. Which of them are there, and what else is selected of each,
    is filled in once the statement has answered. `common` is JSON that is told once for all.
    """

    facts: Callable[[Row, Scope], Element]
    common: Callable[[Scope], Element]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text that is made of `facts`, JSON of the record, once the statement has answered."""

    facts: Callable[[Row, Scope], Element]


Reading = Value | Embed | One | Either | Many | Several | Rows | Worked | Computed | Rendered


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that can be filtered by. `doc` describes the enum's member.

    `read` gives the value to compare. A `within` filter is over a list: it wraps a condition on
    one element into "there is such an element".
    """

    kind: Kind
    doc: str
    read: Callable[[Row, Scope], Element]
    type: str | None = None
    within: Callable[[Row, Scope, Callable[[Element], Element]], Element] | None = None
    by_name: Callable[[Row, Scope, Element], Element] | None = None
    """The condition `= value` in a form that an index serves, where names are unique."""
    keyed: "Callable[[Element, Scope], Filter] | None" = None
    """The filter on the one of several attributes that a key names."""
    meant: Callable[[Mapping[Family, Element]], Element] | None = None
    """Which meaning of a client's text counts, where only the database knows."""


@dataclass(frozen=True, slots=True)
class Order:
    """A key to order by; `reverse` turns the direction round (days since = time reversed)."""

    doc: str
    column: str
    kind: Kind
    nullable: bool = False
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """Something of many rows together; `read` gives an aggregate over them."""

    read: Callable[[Row, Scope], Element]
    form: Form


@dataclass(frozen=True, slots=True)
class Totals:
    """Objects of `type`, one for each value of the column `by`, which is the currency of money."""

    type: str
    by: str
    fields: Mapping[str, Total]


def everywhere(*about: object) -> list[Element]:
    return []


@dataclass(frozen=True, slots=True)
class Shape:
    """A GraphQL type that is read from a table.

    `base` holds wherever a row is met on its own (in a list or by id): visibility, not deleted.
    A shape with `variants` is an interface; the column's value says which type a row is.
    `base_ways` and `search_ways` say the same as `base` and `search`, apart (see `ways.py`).
    """

    type: str
    table: Any
    fields: Mapping[str, Reading]
    key: str = "id"
    base: Callable[[Row, Scope], list[Element]] = everywhere
    base_ways: Callable[[Row, Scope], list[list[Element]]] | None = None
    found: Callable[[Row, Scope], list[Element]] | None = None
    """What holds of a row that a list shows, beyond `base`."""
    filters: Mapping[str, Filter] = field(default_factory=dict[str, Filter])
    orders: Mapping[str, Order] = field(default_factory=dict[str, Order])
    variants: tuple[str, Mapping[str, str]] | None = None
    search: Callable[[Row, Scope, Element], Element] | None = None
    search_ways: Callable[[Row, Scope, Element], list[list[Element]]] | None = None
    totals: Totals | None = None
    """What a list of such rows comes to."""
    tenant: bool = True
    """Whether the table has organisations; the currencies have none."""
    listed_as: str = ""
    """The type that lists are of, where it is not this one but an interface of it."""

    @property
    def noun(self) -> str:
        return self.listed_as or self.type

    @property
    def types(self) -> tuple[str, ...]:
        """The concrete types that a row may be."""
        return tuple(self.variants[1].values()) if self.variants else (self.type,)


# ---- short ways to write the common readings ---------------------------------------------------


def column(name: str) -> Callable[[Row, Scope], Element]:
    return lambda row, scope: getattr(row, name)


def text(name: str, *, nullable: bool = False) -> Value:
    return Value(column(name), Form.TEXT, nullable)


def code(name: str, *, nullable: bool = False) -> Value:
    return Value(column(name), Form.CODE, nullable)


def number(name: str, *, nullable: bool = False) -> Value:
    return Value(column(name), Form.NUMBER, nullable)


def boolean(name: str) -> Value:
    return Value(column(name), Form.BOOLEAN)


def day(name: str, *, nullable: bool = False) -> Value:
    return Value(column(name), Form.DATE, nullable)


def moment(name: str, *, nullable: bool = False) -> Value:
    return Value(column(name), Form.TIMESTAMP, nullable)


def money(name: str, *, nullable: bool = False, currency: str = "currency") -> Value:
    return Value(column(name), Form.MONEY, nullable, lambda row: getattr(row, currency))


def identity(type: str, name: str = "id", *, nullable: bool = False) -> Value:
    return Value(column(name), Form.ID, nullable, type=type)


def to_one(type: str, name: str, *, key: str = "id", nullable: bool = True) -> One:
    """A relation along the foreign key column `name`."""
    return One(
        type, lambda here, there, scope: getattr(there, key) == getattr(here, name), nullable, name
    )


def to_many(
    type: str, name: str, *, key: str = "id", covered: bool = False, ordered: str = "id"
) -> Many:
    """A relation of rows whose column `name` is this row's key."""
    return Many(
        type,
        lambda here, there, scope: getattr(there, name) == getattr(here, key),
        covered,
        ordered,
    )
