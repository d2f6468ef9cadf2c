"""Pages: how many rows, from where, in which order; a cursor is the sort key's value and the id."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    case,
    false,
    func,
    literal_column,
    true,
    tuple_,
)
from sqlalchemy import cast as sql_cast

from pipeline_gql.domain.filters import Kind, MalformedPage
from pipeline_gql.domain.selection import Items, Leaf, Members, Tree, Variables, reader
from pipeline_gql.store.reads.binding import Binder, key_type, sql_type
from pipeline_gql.store.reads.shapes import Element, Order, Row, Shape
from pipeline_gql.store.reads.sortings import Half, Sorting
from pipeline_gql.store.reads.text import NULL, concat, literal, literal_cast

DEFAULT_SIZE = 25
LARGEST_SIZE = 100
LARGEST_OFFSET = 2**31 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = "its_cursor"
"""The column of a page beside those of its table, of which one may be named `cursor`."""


@dataclass(frozen=True, slots=True)
class Capped:
    """A place where a page was asked for that may have to be cut; `size` reads what was asked."""

    path: tuple[str, ...]
    size: Callable[[Variables], Any]


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the list is wanted. `size` rows, `probe` is one more, to see what follows."""

    size: Element
    probe: Element
    offset: Element | None
    turned: bool
    after: Tree | None
    before: Tree | None


def window(arguments: Members, binder: Binder) -> Window:
    first, last = arguments.get("first"), arguments.get("last")
    offset = arguments.get("offset")
    if first is not None and last is not None:
        raise MalformedPage("first and last cannot both be given")
    if last is not None and offset is not None:
        raise MalformedPage("offset counts from the first record and does not go with last")
    asked, name = (last, "last") if last is not None else (first, "first")
    return Window(
        _size(asked, name, binder, 0),
        _size(asked, name, binder, 1),
        None if offset is None else _offset(offset, binder),
        last is not None,
        arguments.get("after"),
        arguments.get("before"),
    )


def _size(tree: Tree | None, name: str, binder: Binder, more: int) -> Element:
    """A constant size stands in the statement, since the planner makes use of it."""

    def cut(value: int) -> int:
        if value < 0:
            raise MalformedPage(f"{name} must not be negative, {value} is")
        return min(value, LARGEST_SIZE) + more

    if tree is None or cast(Leaf, tree).path is None:
        size = DEFAULT_SIZE if tree is None else cast(int, cast(Leaf, tree).value)
        return literal_column(str(cut(size)), BigInteger)
    return binder.bind(tree, cut, BigInteger)


def _offset(tree: Tree, binder: Binder) -> Element:
    def checked(value: int) -> int:
        if not 0 <= value <= LARGEST_OFFSET:
            raise MalformedPage(f"offset must not be negative, {value} is")
        return value

    return binder.bind(tree, checked, BigInteger)


def capped(arguments: Members, path: tuple[str, ...]) -> Capped | None:
    tree = arguments.get("first") or arguments.get("last")
    return None if tree is None else Capped(path, reader(tree))


# ---- cursors -----------------------------------------------------------------------------------


def cursor(row: Row, shape: Shape, order: Sorting) -> Element:
    """The cursor of a row, made by the database."""
    key = getattr(row, shape.key)
    parts: list[Any] = ["[", _tag_text(order), ",", _sort_text(row, order)]
    parts += [",", func.to_json(key), "]"]
    if order.order is None and integral(shape):
        # Plain ASCII, and too short for base64 to break the line.
        return func.encode(literal_cast(concat(parts)), literal("base64"))
    encoded = func.encode(func.convert_to(concat(parts), literal("UTF8")), literal("base64"))
    return func.translate(encoded, literal("\n"), literal(""))


def _tag_text(order: Sorting) -> Any:
    if order.ranked is None:
        return f'"{order.tag()}"'
    return func.to_json(concat([f"{order.name}.", order.ranked.key, f":{order.direction}"]))


def _sort_text(row: Row, order: Sorting) -> Any:
    if order.order is None:
        return NULL
    column = order.value(row)
    if order.order.kind is Kind.TIMESTAMP:
        written: Element = sql_cast(func.extract("epoch", column) * 1_000_000, BigInteger)
    else:
        written = func.to_json(column)
    if not order.order.nullable:
        return written
    return case((column.is_(None), literal(NULL)), else_=concat([written]))


def beyond(
    tree: Tree,
    row: Row,
    shape: Shape,
    order: Sorting,
    binder: Binder,
    *,
    half: Half,
    back: bool,
    at: bool,
) -> ColumnElement[bool]:
    """The rows of a half after a cursor's (before it, when `back`), with its own when `at`."""
    rising = order.descending is back
    further = _COMPARISONS[rising, at]
    key = order.key(row, shape)
    id_ = _bound(tree, order, shape, binder, 1, key_type(shape.type))
    if order.order is None:
        return further(key, id_)
    column = order.value(row)
    here = Half.MISSING if is_null(cast(Leaf, tree).value) else Half.PRESENT
    if half is not Half.WHOLE and half is not here:
        # Every record without a value comes after every one that has one.
        return true() if back is (here is Half.MISSING) else false()
    if half is Half.MISSING:
        return further(key, id_)
    value = _bound(tree, order, shape, binder, 0, sql_type(order.order.kind, None))
    return further(tuple_(column, key), tuple_(value, id_))


def _bound(
    tree: Tree, order: Sorting, shape: Shape, binder: Binder, place: int, type: Any
) -> Element:
    """The value of a cursor, or its key: whether it is of this order, the request tells."""
    if order.ranked is None:
        return binder.bind(tree, lambda given: parse(given, order, shape)[place], type)
    both = Items((tree, order.ranked.named))
    return binder.bind(both, lambda pair: parse(pair[0], order, shape, pair[1])[place], type)


_COMPARISONS: dict[tuple[bool, bool], Callable[[Any, Any], ColumnElement[bool]]] = {
    (True, False): lambda x, y: x > y,
    (True, True): lambda x, y: x >= y,
    (False, False): lambda x, y: x < y,
    (False, True): lambda x, y: x <= y,
}


def is_null(given: object) -> bool:
    """Whether a cursor stands among the missing values: part of a plan's key."""
    decoded = _decoded(given)
    return decoded is None or decoded[1] is None


def parse(
    given: object, order: Sorting, shape: Shape, attribute: str | None = None
) -> tuple[Any, Any]:
    """A cursor's sort value and key, or MalformedPage."""
    decoded = _decoded(given)
    if decoded is None:
        raise MalformedPage(f"{str(given)[:80]!r} is not a cursor")
    tag, value, key = decoded
    wanted = order.tag(attribute)
    if tag != wanted:
        raise MalformedPage(f"the cursor was made under the order {tag}, not {wanted}")
    try:
        return _value(value, order.order), (_whole if integral(shape) else _string)(key)
    except (TypeError, ValueError, OverflowError):
        raise MalformedPage(f"{str(given)[:80]!r} is not a cursor of this list") from None


def integral(shape: Shape) -> bool:
    return key_type(shape.type) is BigInteger


def _value(value: Any, order: Order | None) -> Any:
    if value is None and (order is None or order.nullable):
        return None
    if value is None or order is None:
        raise ValueError
    return _VALUES[order.kind](value)


def _decoded(given: object) -> tuple[str, Any, Any] | None:
    try:
        found = orjson.loads(b64decode(cast(str, given), validate=True))
    except (binascii.Error, ValueError, TypeError):
        return None
    if not isinstance(found, list) or len(cast(list[Any], found)) != 3:
        return None
    tag, value, key = cast(list[Any], found)
    return (tag, value, key) if isinstance(tag, str) else None


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) >= 2**63:
        raise ValueError
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    return value


_VALUES: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _string,
    Kind.INTEGER: _whole,
    Kind.MONEY: _whole,
    Kind.DATE: date.fromisoformat,
    Kind.TIMESTAMP: lambda value: EPOCH + timedelta(microseconds=_whole(value)),
}
