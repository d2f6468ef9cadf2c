"""A root field as one statement, whose single value is the finished JSON text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    Select,
    Text,
    and_,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from pipeline_gql.domain.filters import NOBODY, Malformed
from pipeline_gql.domain.ids import decode
from pipeline_gql.domain.selection import Leaf, Pick, Selection, Tree
from pipeline_gql.store.questions import DIALECT
from pipeline_gql.store.reads.binding import Asked, Getter, key_type
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.computing import Computation, unfinished
from pipeline_gql.store.reads.frames import Frame
from pipeline_gql.store.reads.pages import Capped
from pipeline_gql.store.reads.shapes import Element, Row, Shape
from pipeline_gql.store.reads.text import NULL, concat, literal

WRITTEN = "*written"
"""Under this, no name of a client's variable, stand the keys of what a mutation wrote."""

MOST_NODES = 100
Finish = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL as asyncpg takes it, and how to get its arguments from a request."""

    sql: str
    getters: tuple[Getter, ...]
    capped: tuple[Capped, ...]
    unused: tuple[Getter, ...]
    """Of what a client gave and the SQL needs not, such as the cursor of a list that is counted."""
    finish: Finish | None = None
    """Where the SQL gives facts alone: how the finished JSON is computed from them."""
    computed: tuple[Computation, ...] = ()
    """What is still to be filled in, by the number that stands in its places."""

    def arguments(self, asked: Asked) -> list[object]:
        """Raises Malformed where a value means nothing, used or not."""
        for getter in self.unused:
            getter(asked)
        return [getter(asked) for getter in self.getters]


def page(compiler: Compiler, pick: Pick, shape: Shape) -> Statement:
    """A root connection."""

    def among(row: Row) -> list[Any]:
        return shape.found(row, compiler.scope) if shape.found else []

    return statement(compiler, compiler.connection(pick, shape, among, covered=False))


def by_id(compiler: Compiler, selection: Selection, shape: Shape, id: Tree) -> Statement:
    """The record of a global id, if the viewer may see it."""
    key = compiler.binder.bind(id, key_of, key_type(shape.type))
    return statement(compiler, _single(compiler, selection, shape, key, covered=False))


def by_element(compiler: Compiler, selection: Selection, shape: Shape, key: Element) -> Statement:
    """The record of a key that the statement itself knows."""
    return statement(compiler, _single(compiler, selection, shape, key, covered=False))


def by_key(compiler: Compiler, selection: Selection, shape: Shape) -> Statement:
    """A record that was just written (variable `WRITTEN`); the sight was asked before the write."""
    key = compiler.binder.bind(Leaf(None, (WRITTEN,)), _as_is, key_type(shape.type))
    return statement(compiler, _single(compiler, selection, shape, key, covered=True))


def by_keys(compiler: Compiler, selection: Selection, shape: Shape) -> Statement:
    """Records that were just written (variable `WRITTEN`), a plain list in that order."""
    keys = compiler.binder.bind_array(Leaf(None, (WRITTEN,)), _as_is, key_type(shape.type))
    wanted = func.unnest(keys).table_valued("key", with_ordinality="place", name="wanted")
    wanted = wanted.render_derived(name="wanted")
    there = compiler.table(shape)
    same = compiler.key(shape, there.row) == wanted.c.key
    frame = Frame(wanted.join(there.clause, and_(*compiler.tenant(shape, there.row), same)))
    parts = compiler.object(selection, shape, there.row, frame)
    return _listed(compiler, concat(parts), frame)


def nodes(compiler: Compiler, selection: Selection, ids: Tree, types: tuple[str, ...]) -> Statement:
    """The records of several ids, in their order, null where there is none to see."""
    columns = [
        compiler.binder.bind(ids, _column(i), ARRAY(type))
        for i, type in enumerate((Text, BigInteger, Text))
    ]
    wanted = (
        func.unnest(*columns)
        .table_valued("type", "number", "text", with_ordinality="place", name="wanted")
        .render_derived(name="wanted")
    )
    frame = Frame(wanted)
    cases: list[Any] = []
    for type in types:
        shape = compiler.shapes[type]
        name, kind = compiler.name(), key_type(type)
        key = literal_column("wanted.number" if kind is BigInteger else "wanted.text", kind)
        single = _single(compiler, selection, shape, key, covered=False)
        frame.join(single.lateral(name), wanted.c.type == literal(type), outer=True)
        cases.append((wanted.c.type == literal(type), literal_column(f"{name}.v", Text)))
    value = func.coalesce(case(*cases), literal(NULL)) if cases else literal(NULL)
    return _listed(compiler, value, frame)


def _listed(compiler: Compiler, value: Element, frame: Frame) -> Statement:
    place = literal_column("wanted.place", BigInteger)
    text = func.string_agg(value, aggregate_order_by(literal(","), place))
    return statement(compiler, select(concat(["[", text, "]"])).select_from(frame.clause))


def _single(
    compiler: Compiler, selection: Selection, shape: Shape, key: Element, *, covered: bool
) -> Select[Any]:
    there = compiler.table(shape)
    frame = Frame(there.clause)
    parts = compiler.object(selection, shape, there.row, frame)
    where = [*compiler.met(shape, there.row, covered=covered)]
    where.append(compiler.key(shape, there.row) == key)
    return select(concat(parts).label("v")).select_from(frame.clause).where(*where)


def statement(compiler: Compiler, query: Select[Any]) -> Statement:
    """The one value of a query, as bytes; no row is null."""
    text = query.subquery("answer")
    answer: Element = next(iter(text.c))
    if compiler.computed:
        answer = unfinished(answer, compiler.common)
    whole = select(func.convert_to(answer, literal("UTF8"), type_=LargeBinary))
    compiled: Any = whole.compile(dialect=DIALECT)
    known = compiler.binder.getters
    getters = tuple(
        known[name] if name in known else _fixed(compiled.params, name)
        for name in compiled.positiontup or ()
    )
    unused = tuple(known[name] for name in known.keys() - set(compiled.positiontup or ()))
    return Statement(
        str(compiled),
        getters,
        tuple(compiler.capped.values()),
        unused,
        computed=tuple(compiler.computed),
    )


def _fixed(values: Mapping[str, object], name: str) -> Getter:
    value = values[name]
    return lambda asked: value


def _as_is(value: object) -> object:
    return value


def key_of(id: str) -> object:
    ref = decode(id)
    return NOBODY if ref is None else ref.key


def _column(i: int) -> Callable[[list[str]], list[object]]:
    """Column `i` of the ids taken apart into type, integer key, text key."""

    def taken(ids: list[str]) -> list[object]:
        if len(ids) > MOST_NODES:
            raise Malformed(f"at most {MOST_NODES} ids can be asked for at once")
        return [_apart(id)[i] for id in ids]

    return taken


def _apart(id: str) -> tuple[object, object, object]:
    ref = decode(id)
    if ref is None:
        return None, None, None
    number = ref.key if isinstance(ref.key, int) else None
    return ref.type, number, None if number is not None else ref.key
