"""Variables as values of their types.

What is plainly of its type need not be looked at by graphql-core, which looks the type up anew for
each member of each request; it is asked for all else, and for whatever is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from graphql import (
    GraphQLError,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    VariableDefinitionNode,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.utilities.coerce_input_value import coerce_default_value

from pipeline_gql.api.kinds import is_input, is_list, is_required, named, nullable

MOST_ERRORS = 20
_TEXT: Final = frozenset({str})
Read = Callable[[Any], Any]


class Unclear(Exception):
    """graphql-core must say what it means, or what is wrong with it."""


class Coercer:
    """Of the variables of one operation."""

    def __init__(
        self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]
    ) -> None:
        self._schema = schema
        self._definitions = definitions
        signatures = [get_variable_signature(schema, each) for each in definitions]
        known: list[Any] = [it for it in signatures if isinstance(it, GraphQLVariableSignature)]
        is_known = len(known) == len(signatures)
        self._known: dict[str, Any] | None = {it.name: it for it in known} if is_known else None
        self._are_texts = all(_is_text(each.type) for each in known)
        self._readers: dict[str, Read] | None = None

    def coerced(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """As graphql-core says."""
        if self._known is not None:
            values = {name: given.get(name) for name in self._known}
            if self._are_texts and _TEXT.issuperset(map(type, values.values())):
                return self._from(values, values)
            try:
                return self._read(given)
            except Unclear:
                pass
        asked = self._schema, self._definitions, given
        return cast(Any, get_variable_values)(*asked, max_errors=MOST_ERRORS)

    def _read(self, given: Mapping[str, Any]) -> VariableValues:
        assert self._known is not None
        if self._readers is None:
            self._readers = {name: _reader(each.type) for name, each in self._known.items()}
        if not given.keys() >= self._known.keys():
            # A default, or none.
            raise Unclear
        values = {name: given[name] for name in self._known}
        return self._from(values, {n: self._readers[n](value) for n, value in values.items()})

    def _from(self, given: Mapping[str, Any], coerced: dict[str, Any]) -> VariableValues:
        assert self._known is not None
        sources = {n: VariableValueSource(self._known[n], value) for n, value in given.items()}
        return VariableValues(sources, coerced)


def _is_text(type: Any) -> bool:
    type = nullable(type)
    return type is GraphQLString or type is GraphQLID


def _reader(type: Any) -> Read:
    """Of values of this type."""
    if is_required(type):
        return _required(_reader(type.of_type))
    if is_list(type):
        return _list(_reader(type.of_type))
    if is_input(type):
        return _unclear if _is_special(type) else _object(type)
    return _text if _is_text(type) else _leaf(type)


def _unclear(value: Any) -> Any:
    raise Unclear


def _text(value: Any) -> Any:
    if value is None or type(value) is str:
        return value
    raise Unclear


def _required(read: Read) -> Read:
    def required(value: Any) -> Any:
        if value is None:
            raise Unclear
        return read(value)

    return required


def _list(read: Read) -> Read:
    def several(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not list:
            raise Unclear
        return [read(each) for each in cast(list[Any], value)]

    return several


def _leaf(type: Any) -> Read:
    coerce: Read = type.coerce_input_value

    def leaf(value: Any) -> Any:
        if value is None:
            return None
        try:
            found = coerce(value)
        except Exception as wrong:
            raise Unclear from wrong
        if found is Undefined:
            raise Unclear
        return found

    return leaf


@cache
def _object(type: Any) -> Read:
    members = [
        (
            name,
            field.out_name or name,
            _reader(field.type),
            coerce_default_value(field),
            is_required(field.type),
        )
        for name, field in type.fields.items()
    ]

    def read(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Unclear
        given, left = cast(dict[str, Any], value), len(cast(dict[str, Any], value))
        found: dict[str, Any] = {}
        for name, out, member, default, needed in members:
            if name in given:
                found[out] = member(given[name])
                left -= 1
            elif default is not Undefined:
                found[out] = default
            elif needed:
                raise Unclear
        if left:
            # Members that there are not.
            raise Unclear
        return found

    return read


def _is_special(type: Any) -> bool:
    """Whether graphql-core does more with it: one member alone, a class of its own, or members
    within members without end, which it counts."""
    usual = GraphQLInputObjectType.out_type
    return type.is_one_of or type.out_type is not usual or type in _within(type)


def _within(type: Any) -> set[Any]:
    """The inputs that are members of one, or of its members."""
    found: set[Any] = set()
    left = [type]
    while left:
        for field in left.pop().fields.values():
            member = named(field.type)
            if is_input(member) and member not in found:
                found.add(member)
                left.append(member)
    return found
