"""Plans: the root fields of a query, and the objects of payloads, as statements."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from pipeline_gql.api.kinds import Type, is_list, named, nullable
from pipeline_gql.api.selecting import Selector
from pipeline_gql.domain.filters import Malformed
from pipeline_gql.domain.ids import decode
from pipeline_gql.domain.selection import TYPENAME, Leaf, Pick, Selection, Tree, items
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store.reads import statements
from pipeline_gql.store.reads.answers import ANSWERS
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.registry import LISTED, NODES, SHAPES
from pipeline_gql.store.reads.statements import Statement


@dataclass(frozen=True, slots=True)
class Root:
    """A root field of a plan: a statement, or text that is known already."""

    key: str
    statement: Statement | None
    text: bytes = b"null"


@dataclass(frozen=True)
class Plan:
    """How to answer a query: `rest` are the root fields that graphql-core executes."""

    roots: tuple[Root, ...]
    rest: OperationDefinitionNode | None

    @cached_property
    def alone(self) -> Root | None:
        """The one root field, if a statement is all that it takes."""
        if len(self.roots) != 1:
            return None
        (root,) = self.roots
        return root if root.statement is not None else None


def plan_query(
    schema: GraphQLSchema, selector: Selector, node: OperationDefinitionNode, sight: Sight
) -> Plan:
    type = cast(GraphQLObjectType, schema.query_type)
    roots: list[Root] = []
    rest: list[FieldNode] = []
    for key, nodes in selector.fields(type, [node.selection_set]).items():
        name = nodes[0].name.value
        if name == TYPENAME:
            roots.append(Root(key, None, f'"{type.name}"'.encode()))
        elif name not in ANSWERS and (name.startswith("__") or not _shaped(type.fields[name].type)):
            rest += nodes
            roots.append(Root(key, None, b""))
        else:
            pick = selector.pick(type, key, nodes, ())
            roots.append(_saying(pick, sight, type.fields[name].type))
    return Plan(tuple(roots), only(node, rest) if rest else None)


def only(node: OperationDefinitionNode, fields: list[FieldNode]) -> OperationDefinitionNode:
    """The operation with these root fields and no others."""
    return OperationDefinitionNode(
        operation=OperationType.QUERY,
        name=node.name,
        variable_definitions=node.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )


def _shaped(type: Type) -> bool:
    name = named(type).name
    return name == "Node" or name in SHAPES or name.removesuffix("Connection") in LISTED


def _saying(pick: Pick, sight: Sight, type: Type) -> Root:
    try:
        return _root(pick, sight, type)
    except Malformed as malformed:
        raise _malformed(pick, malformed) from None


def _malformed(pick: Pick, why: Malformed) -> GraphQLError:
    return GraphQLError(f"{pick.key}: {why}", extensions={"code": why.code})


def _root(pick: Pick, sight: Sight, type: Type) -> Root:
    assert pick.below is not None
    compiler = Compiler(SHAPES, sight)
    if answer := ANSWERS.get(pick.name):
        return Root(pick.key, answer(compiler, pick))
    name = named(type).name
    if name.endswith("Connection"):
        shape = LISTED[name.removesuffix("Connection")]
        return Root(pick.key, statements.page(compiler, pick, shape))
    if pick.name == "nodes":
        return _nodes(compiler, pick, pick.below)
    id = pick.arguments.members["id"]
    found = _type_of(cast(Leaf, id).value)
    if found is None or (name != "Node" and found != name):
        return Root(pick.key, None)
    return Root(pick.key, statements.by_id(compiler, pick.below, SHAPES[found], id))


def _nodes(compiler: Compiler, pick: Pick, below: Selection) -> Root:
    ids = pick.arguments.members["ids"]
    types = {found for id in _values(ids) if (found := _type_of(id)) is not None}
    return Root(pick.key, statements.nodes(compiler, below, ids, tuple(sorted(types))))


def _values(ids: Tree) -> list[Any]:
    if isinstance(ids, Leaf):
        return cast(list[Any], ids.value)
    return [cast(Leaf, id).value for id in items(ids)]


def _type_of(id: object) -> str | None:
    ref = decode(cast(str, id))
    return ref.type if ref is not None and ref.type in NODES else None


def payload_statement(pick: Pick, type: Type, sight: Sight) -> Statement:
    """How an object of a mutation's payload is read after the write."""
    several = is_list(nullable(type))
    return written_statement(pick, named(type).name, sight, several=several)


def written_statement(pick: Pick, type: str, sight: Sight, *, several: bool) -> Statement:
    """How records of a shape are read that were just written, by their keys or by the one."""
    assert pick.below is not None
    compiler = Compiler(SHAPES, sight, len(pick.path))
    read = statements.by_keys if several else statements.by_key
    try:
        return read(compiler, pick.below, SHAPES[type])
    except Malformed as malformed:
        raise _malformed(pick, malformed) from None
