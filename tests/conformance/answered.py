"""The part of an answered document that rows can answer once more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    get_operation_ast,
    parse,
)

from pipeline_gql.api.questions import Question
from pipeline_gql.domain.spelling import camel
from pipeline_gql.operations.done import Key
from tests.conformance.reference import Reference, served

WITHOUT_SHAPE = {"__schema", "__type", "mutationResult", "errorCatalog"}


@dataclass(frozen=True)
class Said:
    """What a verb has done (so without errors), by the keys under which the answer says so."""

    namespace: str
    verb: str
    objects: Mapping[str, Key | Sequence[Key]]
    told: Mapping[str, object] = field(default_factory=dict[str, object])
    """What no row can tell."""


@dataclass(frozen=True)
class Answered:
    document: DocumentNode
    data: Any
    said: Said | None = None
    payload: GraphQLObjectType | None = None
    names: tuple[str, str] = ("", "")
    """Of namespace and verb, without aliases."""

    def tell(self, reference: Reference) -> bool:
        """Tells the reference what a mutation did; False where it cannot see that now."""
        if self.said is None or self.payload is None:
            return True
        payload: dict[str, Any] = {
            "__typename": self.payload.name, "errors": [], "replayed": False
        }  # fmt: skip
        payload |= {camel(name): each for name, each in self.said.told.items()}
        for name, keys in self.said.objects.items():
            member = camel(name)
            type = get_named_type(self.payload.fields[member].type).name
            several = list(keys) if isinstance(keys, (list, tuple)) else None
            found = [reference.seen(type, key) for key in ([keys] if several is None else several)]
            if None in found:
                return False
            payload[member] = found[0] if several is None else found
        namespace, verb = self.names
        reference.root = {namespace: {verb: lambda info, **_: payload}}
        return True


def understood(question: Question, data: Any, said: list[Said]) -> Answered | None:
    """None where rows as they are now cannot answer."""
    document = parse(question.query)
    operation = get_operation_ast(document, question.operation_name)
    assert operation is not None, "it was answered"
    if operation.operation is OperationType.QUERY:
        names = {each.name.value for each in _fields(operation.selection_set)}
        return None if names & WITHOUT_SHAPE else Answered(_only(document, operation), data)
    # What an earlier verb answered a later one may have changed since.
    return _last(document, operation, data, said[-1]) if said else None


def _last(
    document: DocumentNode, operation: OperationDefinitionNode, data: Any, said: Said
) -> Answered | None:
    outer = _named(operation.selection_set, said.namespace)
    inner = _named(outer.selection_set, said.verb) if outer else None
    if outer is None or inner is None or _named(inner.selection_set, "effects"):
        return None
    narrowed = _with(operation, _with(outer, inner))
    mutations: Any = served.mutation_type
    space: Any = get_named_type(mutations.fields[outer.name.value].type)
    payload: Any = get_named_type(space.fields[inner.name.value].type)
    answer = {said.namespace: {said.verb: data[said.namespace][said.verb]}}
    names = (outer.name.value, inner.name.value)
    return Answered(_only(document, narrowed), answer, said, payload, names)


def _only(document: DocumentNode, operation: OperationDefinitionNode) -> DocumentNode:
    """The document without its other operations."""
    others = [d for d in document.definitions if not isinstance(d, OperationDefinitionNode)]
    return DocumentNode(definitions=(operation, *others))


def _with(node: Any, *selections: FieldNode) -> Any:
    """The node with just these below."""
    members = {key: getattr(node, key) for key in node.keys if key != "selection_set"}
    return type(node)(**members, selection_set=SelectionSetNode(selections=selections))


def _named(among: SelectionSetNode | None, key: str) -> FieldNode | None:
    found = [each for each in _fields(among) if (each.alias or each.name).value == key]
    return found[0] if len(found) == 1 else None


def _fields(among: SelectionSetNode | None) -> list[FieldNode]:
    return [each for each in (among.selections if among else ()) if isinstance(each, FieldNode)]
