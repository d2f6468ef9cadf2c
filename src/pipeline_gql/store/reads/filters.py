"""Filters compiled to conditions. A condition on a missing value is false, and so `not` is true."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import ColumnElement, Text, and_, any_, false, func, not_, or_, select, true

from pipeline_gql.domain.filters import (
    OPERATIONS,
    TAKES_NOTHING,
    TAKES_VALUES,
    MalformedFilter,
    Operation,
    parser,
    pattern,
    words,
)
from pipeline_gql.domain.selection import Leaf, Members, Tree, items, text
from pipeline_gql.store.reads.binding import Binder, sql_type
from pipeline_gql.store.reads.shapes import Element, Filter, Row, Shape

Condition = ColumnElement[bool]
SUBJECTS = ("field", "attribute", "any", "all", "not")
MOST_CONDITIONS = 100
MOST_VALUES = 10_000


class Filters:
    """Compiles the `filters` of one list."""

    def __init__(self, binder: Binder, shape: Shape) -> None:
        self.binder = binder
        self.shape = shape
        self.conditions = 0

    def all_of(self, tree: Tree | None, row: Row, path: str = "filters") -> list[Condition]:
        if tree is None:
            return []
        return [
            self._one(cast(Members, each), row, f"{path}[{i}]")
            for i, each in enumerate(items(tree))
            if not (isinstance(each, Leaf) and each.value is None)
        ]

    def _one(self, tree: Members, row: Row, path: str) -> Condition:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise MalformedFilter(f"{path}: a list takes at most {MOST_CONDITIONS} conditions")
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
        key = self.binder.bind(
            cast(Tree, tree.get("attribute")), parser(known.kind), sql_type(known.kind, None)
        )
        assert known.within is not None
        within = known.within
        keyed = Filter(
            known.kind,
            known.doc,
            known.read,
            within=lambda row, scope, holds: within(
                row, scope, lambda element: and_(element.table.c.key == key, holds(element))
            ),
        )
        return self._field(tree, keyed, row, path)

    def _field(self, tree: Members, known: Filter, row: Row, path: str) -> Condition:
        try:
            operation = Operation(text(tree.members["operation"]))
        except KeyError:
            raise MalformedFilter(f"{path}: operation is missing") from None
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
            raise MalformedFilter(f"{path}: {operation} does not apply to a {known.kind}")
        if operation in TAKES_NOTHING and (value or values):
            raise MalformedFilter(f"{path}: {operation} takes no value")
        if operation in TAKES_VALUES and (value or not values):
            raise MalformedFilter(f"{path}: {operation} takes values, a list")
        if operation not in TAKES_VALUES | TAKES_NOTHING and (values or not value):
            raise MalformedFilter(f"{path}: {operation} takes value")

    def _value(self, tree: Members, known: Filter, path: str) -> Element:
        parse = _saying(path, parser(known.kind, known.type))
        return self.binder.bind(
            cast(Tree, tree.get("value")), parse, sql_type(known.kind, known.type)
        )

    def _values(self, tree: Members, known: Filter, path: str) -> Element:
        parse = _saying(path, parser(known.kind, known.type))
        return self.binder.bind_array(
            cast(Tree, tree.get("values")), parse, sql_type(known.kind, known.type)
        )

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
            return self._match(operation, tree, path)
        value = self._value(tree, known, path)
        compare = _COMPARISONS[operation]

        def compared(x: Element) -> Condition:
            return compare(x, value)

        return compared

    def _match(
        self, operation: Operation, tree: Members, path: str
    ) -> Callable[[Element], Condition]:
        read = pattern if operation is Operation.LIKE else words
        bound = self.binder.bind(cast(Tree, tree.get("value")), _saying(path, read), Text)
        if operation is Operation.LIKE:
            return lambda x: x.ilike(bound)
        return lambda x: x.regexp_match(bound, flags="i")

    def _in_list(
        self, operation: Operation, tree: Members, known: Filter, row: Row, path: str
    ) -> Condition:
        assert known.within is not None
        within, scope = known.within, self.binder.scope
        if operation is Operation.CONTAINS:
            wanted = func.unnest(self._values(tree, known, path)).column_valued()
            missing = not_(within(row, scope, lambda x: x == wanted))
            return not_(
                select(1).select_from(wanted).where(missing).correlate_except(wanted).exists()
            )
        if operation in TAKES_NOTHING:
            there = within(row, scope, lambda x: true())
            return there if operation is Operation.NOTNULL else not_(there)
        positive = _POSITIVE.get(operation)
        if positive is not None:
            return not_(within(row, scope, self._compare(positive, tree, known, path)))
        return within(row, scope, self._compare(operation, tree, known, path))


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


def _saying(path: str, parse: Callable[[str], object]) -> Callable[[str], object]:
    def parsed(value: str) -> object:
        try:
            return parse(value)
        except MalformedFilter as malformed:
            raise MalformedFilter(f"{path}: {malformed}") from None

    return parsed
