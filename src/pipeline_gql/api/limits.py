"""What a document may ask for, decided before validation, which recurses and compares pairwise."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple, TypeVar

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSyntaxError,
    IntValueNode,
    ListTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeNode,
    parse,
)

from pipeline_gql.api.measuring import SATURATED, LimitExceeded, Measurer, Size
from pipeline_gql.api.overlaps import comparisons
from pipeline_gql.config import Settings

__all__ = ["LimitExceeded", "Limits", "Measured", "check", "parse_document"]

SELECTIONS_PER_FIELD: Final = 4
"""Fragment spreads and inline fragments allowed beside the fields, as a multiple of these."""
VARIABLES: Final = 250
TYPE_DEPTH: Final = 8
OVERLAPS: Final = 5_000
INVALID: Final = {"code": "GRAPHQL_VALIDATION_FAILED"}
_Definition = TypeVar("_Definition", FragmentDefinitionNode, OperationDefinitionNode)


@dataclass(frozen=True, slots=True)
class Limits:
    """See the settings of the same names."""

    max_depth: int = 20
    max_aliases: int = 100
    max_tokens: int = 2000
    max_directives: int = 50
    max_root_fields: int = 20
    max_fields: int = 1000
    max_cost: int = 500_000

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(**{each.name: getattr(settings, each.name) for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class Measured:
    """The operation that was asked for, everything spread out. `cost` is rows times fields.

    It depends on the variables named in `paging` and on no others. `visited` counts the nodes
    looked at: it grows with the document's text, not with what that spreads out to.
    """

    depth: int
    fields: int
    root_fields: int
    aliases: int
    directives: int
    cost: int
    paging: frozenset[str]
    visited: int


def parse_document(text: str, limits: Limits) -> DocumentNode:
    """Raises GraphQLError with code GRAPHQL_PARSE_FAILED, or LimitExceeded."""
    most = limits.max_tokens
    try:
        return parse(
            text, max_lexical_tokens=most, max_comments=most, allow_empty_selection_sets=False
        )
    except GraphQLSyntaxError as error:
        if f"contains more than {most} " in error.message:
            raise LimitExceeded("max_tokens", most) from None
        error.extensions = {"code": "GRAPHQL_PARSE_FAILED"}
        raise


def check(
    document: DocumentNode,
    limits: Limits,
    operation_name: str | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Measured:
    """Measures every operation, since validation reads them all, and answers for the one named.

    Raises LimitExceeded, and GraphQLError where a fragment is unused or spreads itself. Without
    an operation of that name it answers for the first: choosing is not its business. Without
    variables, not even none, the cost is no reason to refuse.
    """
    fragments = {d.name.value: d for d in _only(document, FragmentDefinitionNode)}
    operations = list(_only(document, OperationDefinitionNode))
    if not operations:
        raise GraphQLError("The document has no operation to execute.", extensions=INVALID)
    measured = [_measure(o, fragments, variables or {}, limits) for o in operations]
    _check_selections(measured, limits)
    _check_unused(fragments, measured)
    _check_overlaps(operations, fragments)
    answer = next((m for m in measured if m.name == operation_name), measured[0]).measured
    if variables is not None:
        _at_most("max_cost", limits.max_cost, answer.cost)
    return answer


class _Operation(NamedTuple):
    name: str | None
    selections: int
    used: frozenset[str]
    measured: Measured


def _measure(
    node: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
    limits: Limits,
) -> _Operation:
    measurer = Measurer(fragments, _values(node, variables))
    size = measurer.operation(node)
    _check_size(size, limits)
    measured = Measured(
        size.depth,
        size.fields,
        size.root_fields,
        size.aliases,
        size.directives,
        size.once,
        frozenset(measurer.paging),
        measurer.visited,
    )
    name = node.name.value if node.name else None
    return _Operation(name, size.selections, frozenset(measurer.used), measured)


def _check_size(size: Size, limits: Limits) -> None:
    _at_most("max_depth", limits.max_depth, size.depth)
    _at_most("max_fields", limits.max_fields, size.fields)
    _at_most("max_root_fields", limits.max_root_fields, size.root_fields)
    _at_most("max_aliases", limits.max_aliases, size.aliases)
    _at_most("max_directives", limits.max_directives, size.directives)
    _at_most("max_selections", limits.max_fields * SELECTIONS_PER_FIELD, size.selections)


def _at_most(limit: str, allowed: int, actual: int) -> None:
    if actual > allowed:
        raise LimitExceeded(limit, allowed, None if actual >= SATURATED else actual)


def _check_selections(operations: Iterable[_Operation], limits: Limits) -> None:
    total = sum(operation.selections for operation in operations)
    _at_most("max_selections", limits.max_fields * SELECTIONS_PER_FIELD, total)


def _check_unused(
    fragments: Mapping[str, FragmentDefinitionNode], operations: Iterable[_Operation]
) -> None:
    """Nothing has bounded what no operation spreads, so validation must not see it."""
    unused = set(fragments).difference(*(operation.used for operation in operations))
    if unused:
        name = min(unused)
        raise GraphQLError(f"Fragment '{name}' is never used.", fragments[name], extensions=INVALID)


def _check_overlaps(
    operations: Iterable[OperationDefinitionNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> None:
    left = OVERLAPS
    for operation in operations:
        left -= comparisons(operation, fragments, left)
        if left < 0:
            raise LimitExceeded("max_overlaps", OVERLAPS)


def _values(node: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as given, else their defaults."""
    definitions = node.variable_definitions or ()
    if len(definitions) > VARIABLES:
        raise LimitExceeded("max_variables", VARIABLES, len(definitions))
    values: dict[str, Any] = {}
    for definition in definitions:
        _check_type(definition.type)
        name, default = definition.variable.name.value, definition.default_value
        if name in variables:
            values[name] = variables[name]
        elif isinstance(default, IntValueNode):
            values[name] = int(default.value)
    return values


def _check_type(node: TypeNode) -> None:
    for _ in range(TYPE_DEPTH):
        if not isinstance(node, ListTypeNode | NonNullTypeNode):
            return
        node = node.type
    raise LimitExceeded("max_type_depth", TYPE_DEPTH)


def _only(document: DocumentNode, kind: type[_Definition]) -> Iterator[_Definition]:
    return (d for d in document.definitions if isinstance(d, kind))
