"""A verb's input as its document gives it: what is the same for each request is worked out once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.utilities import (
    coerce_input_literal,  # pyright: ignore[reportUnknownVariableType]
)
from graphql.utilities.coerce_input_value import coerce_default_value

from pipeline_gql.api.kinds import is_required, nullable

INPUT = "input"
Given = Callable[[VariableValues], Any]


@dataclass(frozen=True, slots=True)
class _Member:
    """Of an input: the variable that stands there, else how its literal is read, else nothing."""

    name: str
    type: Any
    default: Any
    variable: str | None
    literal: Given | None


def input_of(field: Any, node: FieldNode) -> Given:
    """As graphql-core says, which is asked for whatever is not plain."""

    def asked(variables: VariableValues) -> Any:
        return get_argument_values(field, node, variables)[INPUT]

    value = next((each.value for each in node.arguments or () if each.name.value == INPUT), None)
    if isinstance(value, VariableNode):
        return _variable(value.name.value, asked)
    type = nullable(field.args[INPUT].type)
    usual = GraphQLInputObjectType.out_type
    if isinstance(value, ObjectValueNode) and not type.is_one_of and type.out_type is usual:
        return _object(type, value, asked)
    return asked


def _variable(name: str, asked: Given) -> Given:
    def given(variables: VariableValues) -> Any:
        value = variables.coerced.get(name)
        return asked(variables) if value is None else value

    return given


def _object(type: Any, node: ObjectValueNode, asked: Given) -> Given:
    values = {each.name.value: each.value for each in node.fields}
    members = [_member(name, field, values.get(name)) for name, field in type.fields.items()]

    def given(variables: VariableValues) -> Any:
        coerced, found = variables.coerced, dict[str, Any]()
        for member in members:
            if member.variable is not None and member.variable in coerced:
                value = coerced[member.variable]
                if value is None and is_required(member.type):
                    return asked(variables)
            elif member.literal is not None:
                value = member.literal(variables)
            else:
                value = member.default
                if value is Undefined and not is_required(member.type):
                    continue
            if value is Undefined:
                return asked(variables)
            found[member.name] = value
        return found

    return given


def _member(name: str, field: Any, value: ValueNode | None) -> _Member:
    variable = value.name.value if isinstance(value, VariableNode) else None
    literal = None if value is None or variable else _literal(value, field.type)
    default = coerce_default_value(field)
    return _Member(field.out_name or name, field.type, default, variable, literal)


def _literal(node: ValueNode, type: Any) -> Given:
    """Lists and objects anew each time: variables may stand in them, and they can be changed."""
    if isinstance(node, ListValueNode | ObjectValueNode):
        return lambda variables: coerce_input_literal(node, type, variables)
    constant: Any = coerce_input_literal(node, type)
    return lambda variables: [*constant] if isinstance(constant, list) else constant
