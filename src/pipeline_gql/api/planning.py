"""Documents and plans: parsed, validated and compiled once, kept while they are asked for."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    validate,
)
from graphql.utilities import type_from_ast  # pyright: ignore[reportUnknownVariableType]

from pipeline_gql.api.kinds import Type, is_list, named, nullable
from pipeline_gql.api.limits import Limits, Measured, check, parse_document
from pipeline_gql.api.selecting import TYPENAME, Fragments, Selector
from pipeline_gql.api.signatures import Sign, cursor_variables, signer
from pipeline_gql.domain.filters import Malformed
from pipeline_gql.domain.ids import decode
from pipeline_gql.domain.selection import Leaf, Pick, Selection, Tree, Variables, items
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store.reads import statements
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.registry import LISTED, NODES, SHAPES
from pipeline_gql.store.reads.statements import Statement

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
MOST_COSTS = 256


class Kept(Generic[K, V]):
    """The values last asked for, bounded in count and in bytes."""

    def __init__(self, entries: int, size: int) -> None:
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._entries, self._size, self._held = entries, size, 0

    def get(self, key: K) -> V | None:
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        if key in self._values or size > self._size:
            return
        self._values[key] = (value, size)
        self._held += size
        while len(self._values) > self._entries or self._held > self._size:
            _, (_, freed) = self._values.popitem(last=False)
            self._held -= freed

    def __len__(self) -> int:
        return len(self._values)


@dataclass(slots=True)
class Operation:
    """One operation of a valid document."""

    node: OperationDefinitionNode
    type: str
    signers: list[tuple[str, Sign]]
    paging: tuple[str, ...]
    costs: dict[tuple[Any, ...], Measured] = field(default_factory=dict[Any, Any])

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    def signature(self, variables: Variables) -> Hashable:
        """What of the variables changes the plan; an absent variable is not there."""
        return tuple(
            (name, sign(variables[name])) for name, sign in self.signers if name in variables
        )


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
    for definition in node.variable_definitions or ():
        name = definition.variable.name.value
        type: Any = type_from_ast(schema, definition.type)
        signers.append((name, signer(type, cursor=name in cursors)))
    return Operation(node, node.operation.value, signers, ())


# ---- reads -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Root:
    """A root field of a plan: a statement, or text that is known already."""

    key: str
    statement: Statement | None
    text: bytes = b"null"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to answer a query: `rest` are the root fields that graphql-core executes."""

    roots: tuple[Root, ...]
    rest: OperationDefinitionNode | None


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
        elif name.startswith("__") or not _shaped(type.fields[name].type):
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
    try:
        return _payload(pick, type, sight)
    except Malformed as malformed:
        raise _malformed(pick, malformed) from None


def _payload(pick: Pick, type: Type, sight: Sight) -> Statement:
    assert pick.below is not None
    compiler = Compiler(SHAPES, sight)
    shape = SHAPES[named(type).name]
    if is_list(nullable(type)):
        return statements.by_keys(compiler, pick.below, shape)
    return statements.by_key(compiler, pick.below, shape)
