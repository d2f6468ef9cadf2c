"""What of a request's variables a plan depends on: whatever changes the SQL, and nothing else."""

from collections.abc import Callable, Hashable
from enum import Enum
from typing import Any

from graphql import (
    ArgumentNode,
    GraphQLBoolean,
    GraphQLID,
    VariableNode,
    Visitor,
    visit,
)

from pipeline_gql.api.kinds import Type, is_enum, is_input, is_list, is_required, named
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


def signer(type: Type, *, cursor: bool) -> Sign:
    """How to tell apart the values of a variable of this type."""
    if is_required(type):
        return signer(type.of_type, cursor=cursor)
    inner = _list(type) if is_list(type) else _named(type)
    if cursor:
        return lambda value: None if value is None else is_null(value)
    return lambda value: None if value is None else inner(value)


def _list(type: Any) -> Sign:
    inner = named(type)
    if inner is GraphQLID:
        return lambda ids: tuple(sorted({_kind(id) for id in ids}))
    if is_input(inner) or is_enum(inner):
        each = signer(type.of_type, cursor=False)
        return lambda values: tuple(each(value) for value in values)
    return lambda values: any(value is None for value in values)


def _named(type: Any) -> Sign:
    if is_input(type):
        return _input(type)
    if is_enum(type):
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
