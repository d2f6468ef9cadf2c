"""A document from its text to operations that are valid and within bounds; once for each text."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    validate,
)
from graphql.utilities import type_from_ast  # pyright: ignore[reportUnknownVariableType]

from pipeline_gql.api.coercing import Coercer
from pipeline_gql.api.limits import Limits, Measured, check, parse_document
from pipeline_gql.api.selecting import Fragments
from pipeline_gql.api.signatures import Sign, cursor_variables, signer
from pipeline_gql.domain.selection import Variables

MOST_COSTS = 256
"""Page sizes whose cost an operation remembers."""


@dataclass(slots=True)
class Operation:
    """One operation of a valid document."""

    node: OperationDefinitionNode
    type: str
    signers: list[tuple[str, Sign]]
    paging: tuple[str, ...]
    coercer: Coercer
    costs: dict[tuple[Any, ...], Measured] = field(default_factory=dict[Any, Any])

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    def signature(self, variables: Variables) -> Hashable:
        """What of the variables changes the plan; an absent variable is not there."""
        return tuple(
            (name, sign(variables[name])) for name, sign in self.signers if name in variables
        )

    def measured(self, variables: Variables) -> Measured | None:
        """As far as known: pages whose size is a variable make the cost depend on the request."""
        return self.costs.get(self._sizes(variables))

    def remember(self, measured: Measured, variables: Variables) -> None:
        self.paging = tuple(sorted(measured.paging))
        if len(self.costs) >= MOST_COSTS:
            self.costs.clear()
        self.costs[self._sizes(variables)] = measured

    def _sizes(self, variables: Variables) -> tuple[Any, ...]:
        """As given; one that is no number is refused when variables are coerced."""
        if not self.paging:
            return ()
        values = (variables.get(name) for name in self.paging)
        return tuple(v if isinstance(v, int | float | str | None) else repr(v) for v in values)


@dataclass(slots=True)
class Document:
    text: str
    node: DocumentNode
    fragments: Fragments
    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        """The one named, or the only one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None:
            raise _request_error("Several operations stand here: give operationName.")
        if name not in self.operations:
            raise _request_error(f"The document has no operation named {name[:100]!r}.")
        return self.operations[name]


def _request_error(message: str, code: str = "OPERATION_NOT_FOUND") -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


class InvalidDocument(Exception):
    """The document breaks rules of validation."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("invalid document")
        self.errors = errors


def prepare(schema: GraphQLSchema, text: str, limits: Limits) -> Document:
    """Raises GraphQLError where the text does not parse or asks too much, else InvalidDocument."""
    node = parse_document(text, limits)
    check(node, limits)
    errors = validate(schema, node)
    for error in errors:
        error.extensions = {"code": "GRAPHQL_VALIDATION_FAILED", **(error.extensions or {})}
        # Python's own word on a literal, such as an integer of 5,000 digits, is no bug of ours.
        error.original_error = None
    if errors:
        raise InvalidDocument(errors)
    fragments = {d.name.value: d for d in node.definitions if isinstance(d, FragmentDefinitionNode)}
    cursors = cursor_variables(list(node.definitions))
    operations = {
        d.name.value if d.name else None: _operation(schema, d, cursors)
        for d in node.definitions
        if isinstance(d, OperationDefinitionNode)
    }
    return Document(text, node, fragments, operations)


def _operation(
    schema: GraphQLSchema, node: OperationDefinitionNode, cursors: set[str]
) -> Operation:
    signers: list[tuple[str, Sign]] = []
    definitions = node.variable_definitions or ()
    for definition in definitions:
        name = definition.variable.name.value
        type: Any = type_from_ast(schema, definition.type)
        signers.append((name, signer(type, cursor=name in cursors)))
    coercer = Coercer(schema, definitions)
    return Operation(node, node.operation.value, signers, (), coercer)
