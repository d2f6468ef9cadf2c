"""Bound parameters: each knows how to get its value from the variables of a request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Text, Uuid, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from pipeline_gql.domain.filters import Kind
from pipeline_gql.domain.ids import TEXT_KEYS
from pipeline_gql.domain.selection import Tree, Variables, constant, reader
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store.reads.shapes import Element, Scope

SQL_TYPES: Mapping[Kind, type[TypeEngine[Any]] | TypeEngine[Any]] = {
    Kind.TEXT: Text,
    Kind.INTEGER: BigInteger,
    Kind.MONEY: BigInteger,
    Kind.BOOLEAN: Boolean,
    Kind.DATE: Date,
    Kind.TIMESTAMP: DateTime(timezone=True),
    Kind.ITEM: Text,
}


@dataclass(slots=True)
class Asked:
    """What one request puts into a plan."""

    variables: Variables
    org_id: UUID
    user_id: int


Getter = Callable[[Asked], object]


def sql_type(kind: Kind, type: str | None) -> Any:
    if kind is Kind.ID:
        return key_type(type or "")
    return SQL_TYPES[kind]


def key_type(type: str) -> Any:
    return Text if type in TEXT_KEYS else BigInteger


def _always(value: object) -> Getter:
    return lambda asked: value


def _each(convert: Callable[[Any], object], read: Callable[[Variables], Any]) -> Getter:
    return lambda asked: convert(read(asked.variables))


class Binder:
    """Collects the parameters of one statement."""

    def __init__(self, sight: Sight) -> None:
        self.getters: dict[str, Getter] = {}
        org = self._bind("org", lambda asked: asked.org_id, Uuid)
        me = self._bind("me", lambda asked: asked.user_id, BigInteger)
        self.scope = Scope(org, me, sight)

    def _bind(self, name: str, getter: Getter, type: Any) -> Element:
        self.getters[name] = getter
        return bindparam(name, type_=type)

    def bind(self, tree: Tree, convert: Callable[[Any], object], type: Any) -> Element:
        """A parameter whose value is `convert` of what the client gave.

        A constant is converted now, so that a malformed one is refused before anything runs.
        """
        read = reader(tree)
        getter = _always(convert(read({}))) if constant(tree) else _each(convert, read)
        return self._bind(f"p{len(self.getters)}", getter, type)

    def bind_array(self, tree: Tree, convert: Callable[[Any], object], type: Any) -> Element:
        return self.bind(tree, lambda values: [convert(value) for value in values], ARRAY(type))
