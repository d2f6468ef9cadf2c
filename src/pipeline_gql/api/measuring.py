"""The size of an operation: one pass, each fragment measured once however often it is spread.

A document that spreads out to 2^100 fields costs as many steps as it has nodes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, cast

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from pipeline_gql.store.reads.pages import DEFAULT_SIZE, LARGEST_SIZE

SATURATED: Final = 10**12
NESTING: Final = 100
"""How deep selection sets may lie in one another, fragments included: validation recurses."""
VALUE_DEPTH: Final = 24
_ROWS: Final = frozenset({"edges", "nodes", "rows"})
_PLAIN: Final = {"columns": 25, "created": 25, "transitions": 10}
"""Plain lists of records whose length no argument bounds, and how long they are taken to be."""
_WHOLE: Final = {"forecast": 50_000, "calibration": 25_000}
"""Reports that read a whole organisation however few rows they tell, in the rows and fields that
a page could have instead: percentiles of 100,000 opportunities take a tenth of a second."""
_PAGES: Final = frozenset({"first", "last"})


_SAID: Final[Mapping[str, str]] = {
    "max_depth": "levels of fields",
    "max_fields": "fields",
    "max_root_fields": "root fields",
    "max_aliases": "aliases",
    "max_directives": "directives",
    "max_tokens": "tokens",
    "max_selections": "selections",
    "max_variables": "variables",
    "max_overlaps": "pairs of fields to merge",
    "max_nesting": "selection sets in one another",
    "max_value_depth": "levels in a value",
    "max_conditions": "conditions in its filters",
    "max_type_depth": "levels in a type",
}
"""What a limit counts; those that can be set have their setting's name."""


class LimitExceeded(GraphQLError):
    """A request error: the document asks for more than is allowed. What was not counted to its
    end has no `actual`."""

    def __init__(self, limit: str, allowed: int, actual: int | None = None) -> None:
        if limit == "max_cost":
            told = f"A document may cost at most {allowed:,}"
            found = "; this one costs more" if actual is None else f"; this one costs {actual:,}"
        else:
            told = f"A document may have at most {allowed:,} {_SAID[limit]}"
            found = "; this one has more" if actual is None else f"; this one has {actual:,}"
        extensions = {"limit": limit, "allowed": allowed, "actual": actual}
        super().__init__(told + found + ".", extensions={"code": "LIMIT_EXCEEDED", **extensions})


class Size(NamedTuple):
    """Of a selection set with everything it spreads. `per_row` is what each row of a page costs."""

    depth: int = 0
    selections: int = 0
    fields: int = 0
    root_fields: int = 0
    aliases: int = 0
    directives: int = 0
    once: int = 0
    per_row: int = 0

    def beside(self, other: "Size") -> "Size":
        depth = max(self.depth, other.depth)
        return Size(
            depth, *(min(a + b, SATURATED) for a, b in zip(self[1:], other[1:], strict=True))
        )


@dataclass(slots=True)
class Measurer:
    """For one operation; `visited` counts the selections looked at, `paging` the variables that
    the cost depends on."""

    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    visited: int = 0
    paging: set[str] = field(default_factory=set[str])
    _known: dict[str, Size | None] = field(default_factory=dict[str, "Size | None"])

    def operation(self, node: OperationDefinitionNode) -> Size:
        within = self._set(node.selection_set, 1)
        within = within._replace(once=min(within.once + within.per_row, SATURATED), per_row=0)
        directives = _directives(node.directives)
        for variable in node.variable_definitions or ():
            directives += _directives(variable.directives)
            _check_depth(variable.default_value)
        return within._replace(directives=within.directives + directives)

    @property
    def used(self) -> set[str]:
        """The fragments met so far."""
        return set(self._known)

    def _set(self, node: SelectionSetNode | None, level: int) -> Size:
        size = Size()
        if node is None:
            return size
        if level > NESTING:
            raise LimitExceeded("max_nesting", NESTING)
        for selection in node.selections:
            size = size.beside(self._selection(selection, level))
        return size

    def _selection(self, node: SelectionNode, level: int) -> Size:
        self.visited += 1
        if isinstance(node, FieldNode):
            return self._field(node, level)
        within = Size()
        if isinstance(node, InlineFragmentNode):
            within = self._set(node.selection_set, level + 1)
        elif isinstance(node, FragmentSpreadNode):
            within = self._fragment(node.name.value, level)
        directives = within.directives + _directives(node.directives)
        return within._replace(directives=directives, selections=within.selections + 1)

    def _field(self, node: FieldNode, level: int) -> Size:
        _check_arguments(node.arguments)
        within = self._set(node.selection_set, level + 1)
        rows = self._rows(node.arguments)
        cost = 1 + within.once + within.per_row * (DEFAULT_SIZE if rows is None else rows)
        is_row = node.name.value in _ROWS and node.selection_set is not None
        if is_row and rows is not None:
            cost, is_row = 1 + rows * (within.once + within.per_row), False
        if node.selection_set is not None:
            cost = 1 + (cost - 1) * _PLAIN.get(node.name.value, 1)
            cost += _WHOLE.get(node.name.value, 0)
        cost = min(cost, SATURATED)
        return Size(
            within.depth + 1,
            within.selections + 1,
            within.fields + 1,
            1,
            within.aliases + (node.alias is not None),
            within.directives + _directives(node.directives),
            0 if is_row else cost,
            cost if is_row else 0,
        )

    def _fragment(self, name: str, level: int) -> Size:
        if name in self._known:
            known = self._known[name]
            if known is None:
                raise GraphQLError(
                    f"Cannot spread fragment '{name}' within itself.",
                    extensions={"code": "GRAPHQL_VALIDATION_FAILED"},
                )
            return known
        if name not in self.fragments:
            return Size()
        self._known[name] = None
        fragment = self.fragments[name]
        size = self._set(fragment.selection_set, level + 1)
        size = size._replace(directives=size.directives + _directives(fragment.directives))
        self._known[name] = size
        return size

    def _rows(self, arguments: Sequence[ArgumentNode] | None) -> int | None:
        """The page asked for, or the number of `ids`; None if neither is given."""
        asked = [
            rows
            for argument in arguments or ()
            if (rows := self._asked(argument.name.value, argument.value)) is not None
        ]
        return max(asked, default=None)

    def _asked(self, name: str, node: ValueNode) -> int | None:
        if name not in _PAGES and name != "ids":
            return None
        if isinstance(node, VariableNode):
            self.paging.add(node.name.value)
            value = self.variables.get(node.name.value)
        elif isinstance(node, IntValueNode | ListValueNode):
            value = value_from_ast_untyped(node)
        else:
            value = None
        if name == "ids":
            return len(cast("list[object]", value)) if isinstance(value, list) else 1
        return _page(value)


def _page(value: object) -> int | None:
    """GraphQL's Int takes a number with a point too, if it is whole."""
    whole = type(value) is int or (isinstance(value, float) and value.is_integer())
    return min(max(int(cast(float, value)), 0), LARGEST_SIZE) if whole else None


def _directives(nodes: Iterable[DirectiveNode] | None) -> int:
    count = 0
    for node in nodes or ():
        _check_arguments(node.arguments)
        count += 1
    return count


def _check_arguments(arguments: Iterable[ArgumentNode] | None) -> None:
    for argument in arguments or ():
        _check_depth(argument.value)


def _check_depth(value: ValueNode | None) -> None:
    """Raises LimitExceeded for lists and objects nested deeper than coercion should recurse."""
    layer: list[ValueNode] = [value] if isinstance(value, ListValueNode | ObjectValueNode) else []
    depth = 0
    while layer:
        depth += 1
        if depth > VALUE_DEPTH:
            raise LimitExceeded("max_value_depth", VALUE_DEPTH)
        layer = [inner for node in layer for inner in _inside(node)]


def _inside(node: ValueNode) -> Sequence[ValueNode]:
    if isinstance(node, ListValueNode):
        return node.values
    if isinstance(node, ObjectValueNode):
        return [item.value for item in node.fields]
    return ()
