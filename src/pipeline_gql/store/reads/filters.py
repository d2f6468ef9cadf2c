"""Filters compiled to conditions. A condition on a missing value is false, and so `not` is true."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    any_,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline_gql.domain.attribute_types import Family, comparable
from pipeline_gql.domain.filters import (
    OPERATIONS,
    TAKES_NOTHING,
    TAKES_VALUES,
    Kind,
    MalformedFilter,
    Operation,
    parser,
    pattern,
    words,
)
from pipeline_gql.domain.selection import Leaf, Members, Tree, items, text
from pipeline_gql.domain.spelling import an
from pipeline_gql.store.reads.binding import Binder, sql_type
from pipeline_gql.store.reads.shapes import Element, Filter, Row, Scope, Shape

Condition = ColumnElement[bool]
Within = Callable[[Row, Scope, Callable[[Element], Element]], Element]
Parse = Callable[[str], object]
MOST_CONDITIONS = 100
"""Of all the filters of a document."""
MOST_VALUES = 10_000
SUBJECTS = ("field", "attribute", "any", "all", "not")


class Filters:
    """Compiles the `filters` of one list."""

    def __init__(self, binder: Binder, shape: Shape) -> None:
        self.binder = binder
        self.shape = shape

    def all_of(self, tree: Tree | None, row: Row, path: str = "filters") -> list[Condition]:
        if tree is None:
            return []
        return [
            self._one(cast(Members, each), row, f"{path}[{i}]")
            for i, each in enumerate(items(tree))
            if not (isinstance(each, Leaf) and each.value is None)
        ]

    def _one(self, tree: Members, row: Row, path: str) -> Condition:
        given = [name for name in SUBJECTS if tree.get(name) is not None]
        if len(given) != 1:
            raise MalformedFilter(f"{path}: give exactly one of field, attribute, any, all, not")
        below = cast(Tree, tree.get(given[0]))
        match given[0]:
            case "any":
                return or_(false(), *self.all_of(below, row, f"{path}.any"))
            case "all":
                return and_(true(), *self.all_of(below, row, f"{path}.all"))
            case "not":
                inner = self._one(cast(Members, below), row, f"{path}.not")
                return not_(func.coalesce(inner, false()))
            case "attribute":
                return self._attribute(tree, row, path)
            case _:
                return self._field(tree, self._known(text(below), path), row, path)

    def _known(self, name: str, path: str) -> Filter:
        found = self.shape.filters.get(name)
        if found is None:
            raise MalformedFilter(f"{path}: {name} is not a field of {self.shape.type}")
        return found

    def _attribute(self, tree: Members, row: Row, path: str) -> Condition:
        known = self._known("attribute", path)
        assert known.keyed is not None
        named = cast(Members, tree.get("attribute")).members["key"]
        key = self.binder.bind(named, _saying(path, parser(Kind.TEXT)), Text)
        return self._field(tree, known.keyed(key, self.binder.scope), row, path)

    def _field(self, tree: Members, known: Filter, row: Row, path: str) -> Condition:
        given = tree.get("operation")
        if given is None:
            raise MalformedFilter(f"{path}: operation is missing")
        operation = Operation(text(given))
        self._check(operation, tree, known, path)
        if known.within is not None:
            return self._in_list(operation, tree, known, row, path)
        scope = self.binder.scope
        if operation is Operation.EQ and known.by_name is not None:
            return known.by_name(row, scope, self._value(tree, known, path))
        return self._compare(operation, tree, known, path)(known.read(row, scope))

    def _check(self, operation: Operation, tree: Members, known: Filter, path: str) -> None:
        value, values = tree.get("value") is not None, tree.get("values") is not None
        if operation is Operation.CONTAINS and known.within is None:
            raise MalformedFilter(f"{path}: contains is for fields that are lists")
        if operation is not Operation.CONTAINS and operation not in OPERATIONS[known.kind]:
            raise MalformedFilter(f"{path}: {operation} does not apply to {an(known.kind)}")
        if operation in TAKES_NOTHING and (value or values):
            raise MalformedFilter(f"{path}: {operation} takes no value")
        if operation in TAKES_VALUES and (value or not values):
            raise MalformedFilter(f"{path}: {operation} takes values, a list")
        if operation not in TAKES_VALUES | TAKES_NOTHING and (values or not value):
            raise MalformedFilter(f"{path}: {operation} takes value")

    def _value(self, tree: Members, known: Filter, path: str) -> Element:
        type = sql_type(known.kind, known.type)
        return self._bound(cast(Tree, tree.get("value")), known, path, type, _as_it_is)

    def _values(self, tree: Members, known: Filter, path: str) -> Element:
        def all_of(parse: Parse) -> Callable[[Any], object]:
            def parsed(values: list[str]) -> list[object]:
                if len(values) > MOST_VALUES:
                    raise MalformedFilter(f"{path}: at most {MOST_VALUES} values can be given")
                return [parse(value) for value in values]

            return parsed

        type = ARRAY(sql_type(known.kind, known.type))
        return self._bound(cast(Tree, tree.get("values")), known, path, type, all_of)

    def _bound(
        self,
        tree: Tree,
        known: Filter,
        path: str,
        type: Any,
        read: Callable[[Parse], Callable[[Any], object]],
    ) -> Element:
        """What a client gave, as a parameter; in all its meanings where that is not known yet."""
        parse = _saying(path, parser(known.kind, known.type))
        given = self.binder.bind(tree, read(parse), type)
        if known.meant is None:
            return given
        meanings = {Family.WORDS: given}
        for family in (Family.NUMBERS, Family.DAYS, Family.MOMENTS):
            meanings[family] = self.binder.bind(tree, read(partial(comparable, family)), type)
        # Of a key that nobody defined there is no type; a list is still a list of so many then.
        return func.coalesce(known.meant(meanings), *([] if read is _as_it_is else [given]))

    def _compare(
        self, operation: Operation, tree: Members, known: Filter, path: str
    ) -> Callable[[Element], Condition]:
        """The condition on one value. The parameter is bound once, however often it is used."""
        if operation is Operation.ISNULL:
            return lambda x: x.is_(None)
        if operation is Operation.NOTNULL:
            return lambda x: x.is_not(None)
        if operation in (Operation.IN, Operation.NOTIN):
            values = self._values(tree, known, path)
            if operation is Operation.IN:
                return lambda x: x == any_(values)
            return lambda x: not_(func.coalesce(x == any_(values), false()))
        if operation in (Operation.LIKE, Operation.WORDLIKE):
            return self._match(operation, tree, known, path)
        value = self._value(tree, known, path)
        compare = _COMPARISONS[operation]

        def compared(x: Element) -> Condition:
            return compare(x, value)

        return compared

    def _match(
        self, operation: Operation, tree: Members, known: Filter, path: str
    ) -> Callable[[Element], Condition]:
        read = pattern if operation is Operation.LIKE else words
        bound = self.binder.bind(cast(Tree, tree.get("value")), _saying(path, read), Text)
        if known.meant is not None:
            bound = known.meant({Family.WORDS: bound})
        if operation is Operation.LIKE:
            return lambda x: x.ilike(bound)
        return lambda x: x.regexp_match(bound, flags="i")

    def _in_list(
        self, operation: Operation, tree: Members, known: Filter, row: Row, path: str
    ) -> Condition:
        assert known.within is not None
        within, scope = known.within, self.binder.scope
        if operation is Operation.CONTAINS:
            return self._contains(self._values(tree, known, path), within, row)
        if operation in TAKES_NOTHING:
            there = within(row, scope, lambda x: true())
            return there if operation is Operation.NOTNULL else not_(there)
        positive = _POSITIVE.get(operation)
        if positive is not None:
            return not_(within(row, scope, self._compare(positive, tree, known, path)))
        return within(row, scope, self._compare(operation, tree, known, path))

    def _contains(self, values: Element, within: Within, row: Row) -> Condition:
        """None of the values is missing."""
        name = f"w{len(self.binder.getters)}"
        wanted = func.unnest(values).table_valued("value").render_derived(name=name)
        value: Element = literal_column(f"{name}.value", Text)
        missing = not_(within(row, self.binder.scope, lambda x: x == value))
        return not_(select(literal_column("1", Text)).select_from(wanted).where(missing).exists())


_POSITIVE = {Operation.NE: Operation.EQ, Operation.NOTIN: Operation.IN}
"""Over a list, `ne` and `notin` say that no element is so."""

_COMPARISONS: dict[Operation, Callable[[Any, Any], Any]] = {
    Operation.EQ: lambda x, y: x == y,
    Operation.NE: lambda x, y: x.is_distinct_from(y),
    Operation.GT: lambda x, y: x > y,
    Operation.GE: lambda x, y: x >= y,
    Operation.LT: lambda x, y: x < y,
    Operation.LE: lambda x, y: x <= y,
}


def _as_it_is(parse: Parse) -> Callable[[Any], object]:
    return parse


def _saying(path: str, parse: Parse) -> Parse:
    def parsed(value: str) -> object:
        try:
            return parse(value)
        except MalformedFilter as malformed:
            raise MalformedFilter(f"{path}: {malformed}") from None

    return parsed
