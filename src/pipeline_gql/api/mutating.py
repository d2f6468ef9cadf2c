"""Mutations: namespaces and their verbs, one after another in document order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import structlog
from graphql import (
    FieldNode,
    GraphQLObjectType,
    OperationDefinitionNode,
)

from pipeline_gql.api import effecting
from pipeline_gql.api.arguments import input_of
from pipeline_gql.api.kinds import named
from pipeline_gql.api.performing import Broke, perform
from pipeline_gql.api.planning import payload_statement
from pipeline_gql.api.received import reader
from pipeline_gql.api.selecting import Selector
from pipeline_gql.api.turns import Asking, Turn, WritePlan
from pipeline_gql.api.verbs import ATOMIC, VERB
from pipeline_gql.domain.selection import TYPENAME, Leaf
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store.database import OutcomeUnknown
from pipeline_gql.store.reads.registry import SHAPES

_log: Any = structlog.get_logger("pipeline_gql.mutations")


@dataclass(frozen=True, slots=True)
class VerbPlan:
    """A verb, or (`write` None) a `__typename` beside the verbs."""

    key: str
    write: WritePlan | None
    node: FieldNode


@dataclass(frozen=True, slots=True)
class NamespacePlan:
    """A namespace, or (`is_typename`) a `__typename` beside the namespaces."""

    key: str
    type: str
    verbs: tuple[VerbPlan, ...]
    atomic: Leaf | None = None
    """Whether they share one transaction."""
    is_typename: bool = False


MutationPlan = tuple[NamespacePlan, ...]


def plan_mutation(selector: Selector, node: OperationDefinitionNode, sight: Sight) -> MutationPlan:
    type = cast(GraphQLObjectType, selector.schema.mutation_type)
    planned: list[NamespacePlan] = []
    for key, nodes in selector.fields(type, [node.selection_set]).items():
        name = nodes[0].name.value
        if name == TYPENAME:
            planned.append(NamespacePlan(key, type.name, (), is_typename=True))
            continue
        inner = cast(GraphQLObjectType, named(type.fields[name].type))
        sets = [each.selection_set for each in nodes if each.selection_set]
        verbs = tuple(
            _verb(selector, inner, verb_key, verb_nodes, sight, (key,))
            for verb_key, verb_nodes in selector.fields(inner, sets).items()
        )
        atomic = selector.pick(type, key, nodes, ()).arguments.members.get(ATOMIC)
        planned.append(NamespacePlan(key, inner.name, verbs, cast(Leaf | None, atomic)))
    return tuple(planned)


def _verb(
    selector: Selector,
    type: GraphQLObjectType,
    key: str,
    nodes: list[FieldNode],
    sight: Sight,
    path: tuple[str, ...],
) -> VerbPlan:
    name = nodes[0].name.value
    if name == TYPENAME:
        return VerbPlan(key, None, nodes[0])
    field = type.fields[name]
    pick = selector.pick(type, key, nodes, path)
    payload = cast(GraphQLObjectType, named(field.type))
    assert pick.below is not None
    picks = pick.below.of(payload.name)
    objects = {
        each.key: payload_statement(each, payload.fields[each.name].type, sight)
        for each in picks
        if each.name != TYPENAME and named(payload.fields[each.name].type).name in SHAPES
    }
    known: Any = field.extensions["strawberry-definition"]
    created = effecting.created_statements(picks, sight)
    (input,) = known.arguments
    received = reader(input.type)
    write = WritePlan(
        key,
        payload.name,
        known.metadata[VERB],
        input_of(field, nodes[0]),
        received,
        picks,
        objects,
        created,
        effecting.asked(picks),
        repr(picks),
    )
    return VerbPlan(key, write, nodes[0])


@dataclass(slots=True)
class Mutated:
    """The data of an answer, and the errors of verbs that broke (not of those that refused)."""

    data: bytes
    errors: list[dict[str, Any]]


async def mutate(plan: MutationPlan, turn: Turn, variables: Any) -> Mutated:
    errors: list[dict[str, Any]] = []
    namespaces: list[bytes] = []
    for namespace in plan:
        if namespace.is_typename:
            namespaces.append(f'"{namespace.key}":"{namespace.type}"'.encode())
            continue
        found: dict[str, bytes] = {}
        for verbs in _transactions(namespace, turn):
            found |= await _performed(namespace, verbs, turn, variables, errors)
        told = f'"{namespace.type}"'.encode()
        members = [
            f'"{verb.key}":'.encode() + (found[verb.key] if verb.write else told)
            for verb in namespace.verbs
        ]
        namespaces.append(f'"{namespace.key}":{{'.encode() + b",".join(members) + b"}")
    return Mutated(b"{" + b",".join(namespaces) + b"}", errors)


def _transactions(namespace: NamespacePlan, turn: Turn) -> list[list[VerbPlan]]:
    """The verbs that share one, in document order."""
    verbs = [verb for verb in namespace.verbs if verb.write is not None]
    is_atomic = namespace.atomic is not None and namespace.atomic.read(turn.variables)
    return ([verbs] if verbs else []) if is_atomic else [[verb] for verb in verbs]


async def _performed(
    namespace: NamespacePlan,
    verbs: Sequence[VerbPlan],
    turn: Turn,
    variables: Any,
    errors: list[dict[str, Any]],
) -> dict[str, bytes]:
    """A bug is null and an error for the verb that broke, a reply lost for each verb of the
    transaction; what others did stands."""
    try:
        askings = [_asking(namespace, verb, variables) for verb in verbs]
        payloads = await perform(turn, askings)
        return {verb.key: payload for verb, payload in zip(verbs, payloads, strict=True)}
    except OutcomeUnknown:
        # Not a refusal: those promise that nothing was written.
        told = "The connection was lost at the commit; ask again with the same idempotencyKey"
        errors += [_error(told, "OUTCOME_UNKNOWN", namespace, verb, turn) for verb in verbs]
        return {verb.key: b"null" for verb in verbs}
    except Exception as bug:
        paths = [f"{namespace.key}.{verb.key}" for verb in verbs]
        _log.exception("a verb broke", paths=paths, request_id=turn.request_id)
        broken, payloads = list(verbs), [b"null" for _ in verbs]
        if isinstance(bug, Broke):
            broken, payloads = [verbs[bug.place]], [*bug.payloads]
            payloads[bug.place] = b"null"
        errors += [_error("Internal error", "INTERNAL", namespace, verb, turn) for verb in broken]
        return {verb.key: payload for verb, payload in zip(verbs, payloads, strict=True)}


def _error(
    message: str, code: str, namespace: NamespacePlan, verb: VerbPlan, turn: Turn
) -> dict[str, Any]:
    extensions = {"code": code, "requestId": turn.request_id}
    return {"message": message, "path": [namespace.key, verb.key], "extensions": extensions}


def _asking(namespace: NamespacePlan, verb: VerbPlan, variables: Any) -> Asking:
    assert verb.write is not None
    raw = verb.write.given(variables)
    return Asking(
        verb.write,
        verb.write.read(raw),
        f"{namespace.key}.{verb.key}",
        f"{namespace.type}.{verb.node.name.value}",
        raw,
    )
