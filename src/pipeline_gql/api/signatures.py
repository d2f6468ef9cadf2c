"""What of a request's variables a plan depends on: everything that changes the SQL, nothing else."""

from collections.abc import Callable, Hashable
from enum import Enum
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLBoolean,
    GraphQLID,
    GraphQLInputType,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    visit,
)

from pipeline_gql.domain.ids import decode
from pipeline_gql.store.reads.pages import is_null

Sign = Callable[[Any], Hashable]
CURSORS = ("after", "before")


class _Cursors(Visitor):
    """The variables that are used as cursors."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        if node.name.value in CURSORS and isinstance(node.value, VariableNode):
            self.names.add(node.value.name.value)


def cursor_variables(nodes: list[Any]) -> set[str]:
    found = _Cursors()
    for node in nodes:
        visit(node, found)
    return found.names


def signer(type: GraphQLInputType, *, cursor: bool) -> Sign:
    """How to tell apart the values of a variable of this type."""
    if is_non_null_type(type):
        return signer(type.of_type, cursor=cursor)
    inner = _list(type) if is_list_type(type) else _named(type)
    if cursor:
        return lambda value: None if value is None else is_null(value)
    return lambda value: None if value is None else inner(value)


def _list(type: Any) -> Sign:
    named = get_named_type(type)
    if named is GraphQLID:
        return lambda ids: tuple(sorted({_kind(id) for id in ids}))
    if is_input_object_type(named) or is_enum_type(named):
        each = signer(type.of_type, cursor=False)
        return lambda values: tuple(each(value) for value in values)
    return lambda values: any(value is None for value in values)


def _named(type: Any) -> Sign:
    if is_input_object_type(type):
        return _input(type)
    if is_enum_type(type):
        return lambda value: value.name if isinstance(value, Enum) else value
    if type is GraphQLBoolean:
        return lambda value: value
    if type is GraphQLID:
        return _kind
    return lambda value: True


def _input(type: Any) -> Sign:
    """Signers of members are made when first met, since inputs may hold themselves."""
    known: dict[str, Sign] = {}

    def sign(value: Any) -> Hashable:
        signed: list[tuple[str, Hashable]] = []
        for name, member in value.items():
            if name not in known:
                known[name] = signer(type.fields[name].type, cursor=False)
            signed.append((name, known[name](member)))
        return tuple(signed)

    return sign


def _kind(id: str) -> str:
    """The type that an id names; ids of nothing are all alike."""
    ref = decode(id)
    return "" if ref is None else ref.type


def variables_of(operation: OperationDefinitionNode) -> list[str]:
    return [each.variable.name.value for each in operation.variable_definitions or ()]


__all__ = ["FieldNode", "cursor_variables", "signer", "variables_of"]
