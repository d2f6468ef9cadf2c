"""A valid document becomes selections: fragments spread out, directives applied, types split."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    is_composite_type,
)
from graphql.utilities import value_from_ast  # pyright: ignore[reportUnknownVariableType]

from pipeline_gql.api.kinds import Type, is_abstract, is_enum, is_input, is_list, is_required, named
from pipeline_gql.api.measuring import LimitExceeded
from pipeline_gql.domain.selection import Items, Leaf, Members, Pick, Selection, Tree, Variables
from pipeline_gql.store.reads.filters import MOST_CONDITIONS

INNER = ("any", "all", "not")
NULL = {"code": "BAD_USER_INPUT"}
Fragments = Mapping[str, FragmentDefinitionNode]


class Selector:
    """Reads one operation's selections, for one request's variables."""

    def __init__(self, schema: GraphQLSchema, fragments: Fragments, variables: Variables) -> None:
        self.schema = schema
        self.fragments = fragments
        self.variables = variables
        self.conditions = 0
        self._known: dict[tuple[object, ...], Pick] = {}

    def fields(
        self, type: GraphQLObjectType, sets: Sequence[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """The fields selected of a concrete type, by response key, in document order."""
        found: dict[str, list[FieldNode]] = {}
        for selections in sets:
            for node in self._spread(type, selections, set()):
                found.setdefault((node.alias or node.name).value, []).append(node)
        return found

    def _spread(
        self, type: GraphQLObjectType, selections: SelectionSetNode, seen: set[str]
    ) -> Iterator[FieldNode]:
        for node in selections.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(condition.name.value, type):
                    yield from self._spread(type, node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                fragment = self.fragments[node.name.value]
                seen.add(node.name.value)
                if self._applies(fragment.type_condition.name.value, type):
                    yield from self._spread(type, fragment.selection_set, seen)

    def _applies(self, condition: str, type: GraphQLObjectType) -> bool:
        if condition == type.name:
            return True
        known: Any = self.schema.type_map[condition]
        return is_abstract(known) and self.schema.is_sub_type(known, type)

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name in ("skip", "include"):
                wanted = bool(self._tree(directive.arguments[0].value, None))
                if wanted is (name == "skip"):
                    return False
        return True

    def selection(
        self, type: Type, nodes: Sequence[FieldNode], path: tuple[str, ...]
    ) -> Selection | None:
        """What is selected below these nodes, for each type that the value may have."""
        if not is_composite_type(type):
            return None
        sets = [node.selection_set for node in nodes if node.selection_set]
        abstract = is_abstract(type)
        types = (
            self.schema.get_possible_types(cast(Any, type))
            if abstract
            else [cast(GraphQLObjectType, type)]
        )
        return Selection({each.name: self._picks(each, sets, path) for each in types}, abstract)

    def _picks(
        self, type: GraphQLObjectType, sets: Sequence[SelectionSetNode], path: tuple[str, ...]
    ) -> tuple[Pick, ...]:
        return tuple(
            self.pick(type, key, nodes, path) for key, nodes in self.fields(type, sets).items()
        )

    def pick(
        self, type: GraphQLObjectType, key: str, nodes: list[FieldNode], path: tuple[str, ...]
    ) -> Pick:
        name = nodes[0].name.value
        here = (*path, key)
        field = type.fields.get(name)
        # The types of an interface share what they select alike, else depth would multiply it.
        known = (field and named(field.type).name, here, *map(id, nodes))
        if known not in self._known:
            below = field and self.selection(named(field.type), nodes, here)
            arguments = self._arguments(field.args if field else {}, nodes[0])
            self._count(arguments.get("filters"))
            self._known[known] = Pick(key, name, arguments, below, here)
        return self._known[known]

    def _count(self, filters: Tree | None) -> None:
        """Compiling a condition takes a millisecond, and a variable may bring any number."""
        self.conditions += 0 if filters is None else _conditions(filters)
        if self.conditions > MOST_CONDITIONS:
            raise LimitExceeded("max_conditions", MOST_CONDITIONS)

    # ---- arguments ------------------------------------------------------------------------------

    def _arguments(self, known: Mapping[str, Any], node: FieldNode) -> Members:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        return self._members(known, given)

    def _members(self, known: Mapping[str, Any], given: Mapping[str, ValueNode]) -> Members:
        members: dict[str, Tree] = {}
        for name, value in given.items():
            absent = isinstance(value, VariableNode) and value.name.value not in self.variables
            if not absent:
                members[name] = self._tree(value, known[name].type)
        return Members(members)

    def _tree(self, node: ValueNode, type: Type) -> Any:
        """A value's tree; without a type (a directive's condition) its plain value."""
        if isinstance(node, VariableNode):
            name = node.name.value
            value = self.variables.get(name)
            if value is None and (type is None or is_required(type)):
                # A default lets a variable that may be null stand here, and then null is given.
                raise GraphQLError(f"Variable ${name} must not be null here.", extensions=NULL)
            return value if type is None else tree(value, type, (name,))
        if type is None:
            return cast(Any, node).value
        if is_required(type):
            return self._tree(node, type.of_type)
        if isinstance(node, NullValueNode):
            return Leaf(None)
        if is_list(type):
            nodes = node.values if isinstance(node, ListValueNode) else (node,)
            return Items(tuple(self._tree(each, type.of_type) for each in nodes))
        if is_input(type):
            given = {each.name.value: each.value for each in cast(ObjectValueNode, node).fields}
            return self._members(type.fields, given)
        if is_enum(type):
            return Leaf(cast(Any, node).value)
        return Leaf(value_from_ast(node, type))


def _conditions(filters: Tree) -> int:
    if isinstance(filters, Items):
        return sum(map(_conditions, filters.items))
    if isinstance(filters, Members):
        return 1 + sum(_conditions(filters.members[n]) for n in INNER if n in filters.members)
    return 0


def tree(value: Any, type: Type, path: tuple[str | int, ...]) -> Tree:
    """The tree of a coerced variable: its structure known, its scalars places in the variables."""
    if is_required(type):
        return tree(value, type.of_type, path)
    if value is None:
        return Leaf(None)
    if is_list(type):
        if not structured(type):
            return Leaf(value, path)
        return Items(tuple(tree(each, type.of_type, (*path, i)) for i, each in enumerate(value)))
    if is_input(type):
        fields = type.fields
        return Members(
            {name: tree(each, fields[name].type, (*path, name)) for name, each in value.items()}
        )
    if is_enum(type):
        return Leaf(value.name if isinstance(value, Enum) else value)
    return Leaf(value, path)


def structured(type: Type) -> bool:
    """Whether values of the type shape the statement, rather than being its parameters."""
    inner = named(type)
    return is_input(inner) or is_enum(inner)
