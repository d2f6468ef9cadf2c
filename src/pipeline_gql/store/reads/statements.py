"""A root field as one statement, whose single value is the finished JSON text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Select, Text, and_, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from pipeline_gql.domain.ids import decode
from pipeline_gql.domain.selection import Leaf, Pick, Selection, Tree
from pipeline_gql.store.reads.binding import Asked, Getter, key_type
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.frames import Frame
from pipeline_gql.store.reads.pages import Capped
from pipeline_gql.store.reads.shapes import Element, Row, Shape
from pipeline_gql.store.reads.text import NULL, concat, literal

DIALECT: Any = PGDialect_asyncpg()
UNDECODABLE = -1
"""A key that no record has."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL as asyncpg takes it, and how to get its arguments from a request."""

    sql: str
    getters: tuple[Getter, ...]
    capped: tuple[Capped, ...]

    def arguments(self, asked: Asked) -> list[object]:
        return [getter(asked) for getter in self.getters]


def page(compiler: Compiler, pick: Pick, shape: Shape) -> Statement:
    """A root connection."""

    def among(row: Row) -> list[Any]:
        return shape.found(row, compiler.scope) if shape.found else []

    return _statement(compiler, compiler.connection(pick, shape, among, covered=False, outer=None))


def by_id(compiler: Compiler, selection: Selection, shape: Shape, id: Tree) -> Statement:
    """The record of a global id, if the viewer may see it."""
    key = compiler.binder.bind(id, _key_of, key_type(shape.type))
    return _statement(compiler, _single(compiler, selection, shape, key, covered=False))


def by_key(compiler: Compiler, selection: Selection, shape: Shape) -> Statement:
    """A record that was just written (variable `key`); the sight was asked before the write."""
    key = compiler.binder.bind(Leaf(None, ("key",)), _as_is, key_type(shape.type))
    return _statement(compiler, _single(compiler, selection, shape, key, covered=True))


def by_keys(compiler: Compiler, selection: Selection, shape: Shape) -> Statement:
    """Records that were just written (variable `keys`), a plain list in that order."""
    keys = compiler.binder.bind_array(Leaf(None, ("keys",)), _as_is, key_type(shape.type))
    wanted = func.unnest(keys).table_valued("key", with_ordinality="place", name="wanted")
    table = compiler.table(shape)
    same = compiler.key(shape, table.c) == wanted.c.key
    frame = Frame(wanted.join(table, and_(*compiler.tenant(shape, table.c), same)))
    parts = compiler.object(selection, shape, table.c, frame)
    return _listed(compiler, concat(parts), wanted, frame)


def nodes(compiler: Compiler, selection: Selection, ids: Tree, types: tuple[str, ...]) -> Statement:
    """The records of several ids, in their order, null where there is none to see."""
    columns = [
        compiler.binder.bind(ids, _column(i), ARRAY(type))
        for i, type in enumerate((Text, BigInteger, Text))
    ]
    wanted = func.unnest(*columns).table_valued(
        "type", "number", "text", with_ordinality="place", name="wanted"
    )
    frame = Frame(wanted)
    cases: list[Any] = []
    for type in types:
        shape = compiler.shapes[type]
        key = wanted.c.number if key_type(type) is BigInteger else wanted.c.text
        single = _single(compiler, selection, shape, key, covered=False).correlate(wanted)
        lateral = single.lateral(compiler.name())
        frame.join(lateral, wanted.c.type == literal(type), outer=True)
        cases.append((wanted.c.type == literal(type), next(iter(lateral.c))))
    value = func.coalesce(case(*cases), literal(NULL)) if cases else literal(NULL)
    return _listed(compiler, value, wanted, frame)


def _listed(compiler: Compiler, value: Element, wanted: Any, frame: Frame) -> Statement:
    text = func.string_agg(value, aggregate_order_by(literal(","), wanted.c.place))
    return _statement(compiler, select(concat(["[", text, "]"])).select_from(frame.clause))


def _single(
    compiler: Compiler, selection: Selection, shape: Shape, key: Element, *, covered: bool
) -> Select[Any]:
    table = compiler.table(shape)
    frame = Frame(table)
    parts = compiler.object(selection, shape, table.c, frame)
    where = [*compiler.met(shape, table.c, covered=covered), compiler.key(shape, table.c) == key]
    return select(concat(parts).label("v")).select_from(frame.clause).where(*where)


def _statement(compiler: Compiler, query: Select[Any]) -> Statement:
    text = query.subquery("answer")
    whole = select(func.convert_to(next(iter(text.c)), literal("UTF8"), type_=LargeBinary))
    compiled: Any = whole.compile(dialect=DIALECT)
    known = compiler.binder.getters
    getters = tuple(
        known[name] if name in known else _fixed(compiled.params, name)
        for name in compiled.positiontup or ()
    )
    return Statement(str(compiled), getters, tuple(compiler.capped))


def _fixed(values: Mapping[str, object], name: str) -> Getter:
    value = values[name]
    return lambda asked: value


def _as_is(value: object) -> object:
    return value


def _key_of(id: str) -> object:
    ref = decode(id)
    return UNDECODABLE if ref is None else ref.key


def _column(i: int) -> Callable[[list[str]], list[object]]:
    """Column `i` of the ids taken apart into type, integer key, text key."""
    return lambda ids: [_apart(id)[i] for id in ids]


def _apart(id: str) -> tuple[object, object, object]:
    ref = decode(id)
    if ref is None:
        return None, None, None
    number = ref.key if isinstance(ref.key, int) else None
    return ref.type, number, None if number is not None else ref.key
