"""From a question to its answer: find or make the plan, run it in one transaction, write JSON."""

import inspect
from collections.abc import Sequence
from time import monotonic
from typing import Any, cast

import orjson
import structlog
from graphql import ExecutionResult, FragmentDefinitionNode, GraphQLError
from graphql.execution import execute  # pyright: ignore[reportUnknownVariableType]
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import DocumentNode, OperationDefinitionNode

from pipeline_gql.api.context import Context
from pipeline_gql.api.limits import LimitExceeded, Limits, check
from pipeline_gql.api.mutating import NamespacePlan, mutate, plan_mutation
from pipeline_gql.api.performing import Turn
from pipeline_gql.api.planning import (
    MOST_COSTS,
    Document,
    InvalidDocument,
    Kept,
    Operation,
    Plan,
    plan_query,
    prepare,
)
from pipeline_gql.api.questions import Answer, Question
from pipeline_gql.api.schema import SCHEMA, graphql_schema
from pipeline_gql.api.selecting import Selector
from pipeline_gql.config import Settings
from pipeline_gql.domain.errors import Refusal, TryAgain
from pipeline_gql.domain.filters import Malformed
from pipeline_gql.domain.viewer import Sight, Viewer
from pipeline_gql.store.database import Database, Serialization
from pipeline_gql.store.reads.binding import Asked
from pipeline_gql.store.reads.pages import LARGEST_SIZE
from pipeline_gql.store.reads.statements import WRITTEN, Statement

_log: Any = structlog.get_logger("pipeline_gql.execution")
MOST_ERRORS = 20
COERCION = {"code": "BAD_USER_INPUT"}


class Executor:
    """Answers questions; one for the process."""

    def __init__(self, database: Database, settings: Settings) -> None:
        entries, size = settings.plan_cache_entries, settings.plan_cache_bytes
        self._database = database
        self._limits = Limits.of(settings)
        self._schema = graphql_schema()
        self._documents: Kept[str, Document] = Kept(entries, size)
        self.plans: Kept[Any, Plan | tuple[NamespacePlan, ...]] = Kept(entries, size)

    async def answer(
        self,
        question: Question,
        viewer: Viewer,
        *,
        deadline: float,
        request_id: str,
        query_only: bool,
    ) -> Answer:
        try:
            operation, document, variables = self._understood(question)
            if query_only and operation.type == "mutation":
                return self._refused(
                    [GraphQLError("A mutation must be sent by POST", extensions=COERCION)],
                    question,
                    operation,
                )
            run = _Run(self, question, viewer, deadline, request_id)
            return await run.answer(document, operation, variables)
        except InvalidDocument as invalid:
            return self._refused(invalid.errors, question)
        except GraphQLError as error:
            return self._refused([error], question)

    def _understood(self, question: Question) -> tuple[Operation, Document, VariableValues]:
        document = self._documents.get(question.query)
        if document is None:
            document = prepare(self._schema, question.query, self._limits)
            self._documents.put(question.query, document, len(question.query) * 20)
        operation = document.operation(question.operation_name)
        self._check_cost(document, operation, question)
        nodes = operation.node.variable_definitions or ()
        values = get_variable_values(
            self._schema, nodes, question.variables, max_errors=MOST_ERRORS
        )
        if isinstance(values, VariableValues):
            return operation, document, values
        errors = cast(Sequence[GraphQLError], values)
        for error in errors:
            error.extensions = COERCION
        raise InvalidDocument(list(errors))

    def _check_cost(self, document: Document, operation: Operation, question: Question) -> None:
        """Pages whose size is a variable make the cost depend on the request."""
        key = tuple(_hashable(question.variables.get(name)) for name in operation.paging)
        if key in operation.costs:
            return
        name = operation.node.name.value if operation.node.name else None
        measured = check(document.node, self._limits, name, question.variables)
        operation.paging = tuple(sorted(measured.paging))
        key = tuple(_hashable(question.variables.get(name)) for name in operation.paging)
        if len(operation.costs) >= MOST_COSTS:
            operation.costs.clear()
        operation.costs[key] = measured

    def plan(
        self, document: Document, operation: Operation, values: VariableValues, sight: Sight
    ) -> Plan | tuple[NamespacePlan, ...]:
        """A plan fits all requests with this text, operation, signature of variables and sight."""
        name = operation.node.name.value if operation.node.name else None
        key = (document.text, name, operation.signature(values.coerced), sight)
        known = self.plans.get(key)
        if known is not None:
            return known
        selector = Selector(self._schema, document.fragments, values.coerced)
        if operation.type == "mutation":
            made: Any = plan_mutation(SCHEMA, selector, operation.node, sight)
        else:
            made = plan_query(self._schema, selector, operation.node, sight)
        self.plans.put(key, made, _size(made) + len(document.text))
        return made

    @property
    def database(self) -> Database:
        return self._database

    def _refused(
        self,
        errors: Sequence[GraphQLError],
        question: Question,
        operation: Operation | None = None,
    ) -> Answer:
        body: dict[str, Any] = {"errors": [_formatted(error) for error in errors]}
        type: Any = None if operation is None else operation.type
        return Answer(orjson.dumps(body, default=str), True, question.operation_name, type, 0)


class _Run:
    """One question being answered."""

    def __init__(
        self, executor: Executor, question: Question, viewer: Viewer, deadline: float, id: str
    ) -> None:
        self.executor = executor
        self.question = question
        self.viewer = viewer
        self.deadline = deadline
        self.request_id = id
        self.statements = 0
        self.errors: list[dict[str, Any]] = []
        self.warnings: list[dict[str, Any]] = []

    async def answer(
        self, document: Document, operation: Operation, values: VariableValues
    ) -> Answer:
        plan = self.executor.plan(document, operation, values, self.viewer.sight)
        if isinstance(plan, Plan):
            data = await self._read(document, plan, values)
        else:
            data = await self._mutate(plan, values)
        return self._written(data, operation)

    # ---- reads ----------------------------------------------------------------------------------

    async def _read(self, document: Document, plan: Plan, values: VariableValues) -> bytes:
        asked = Asked(values.coerced, self.viewer.org_id, self.viewer.user_id)
        arguments = [self._arguments(root.key, root.statement, asked) for root in plan.roots]
        rest = await self._executed(document, plan.rest) if plan.rest else {}
        found: dict[str, bytes] = {}
        if any(root.statement for root in plan.roots):
            found = await self._statements(plan, arguments)
        members: list[bytes] = []
        for root in plan.roots:
            value = found.get(root.key) or rest.get(root.key) or root.text or b"null"
            members.append(b'"' + root.key.encode() + b'":' + value)
        return b"{" + b",".join(members) + b"}"

    def _arguments(self, key: str, statement: Statement | None, asked: Asked) -> list[object]:
        """All are made before anything is asked, since a malformed one refuses the request."""
        if statement is None:
            return []
        self._note_capped(statement, asked)
        try:
            return statement.arguments(asked)
        except Malformed as malformed:
            extensions = {"code": malformed.code}
            raise GraphQLError(f"{key}: {malformed}", extensions=extensions) from None

    def _note_capped(self, statement: Statement, asked: Asked) -> None:
        for capped in statement.capped:
            size = capped.size(asked.variables)
            if size is not None and size > LARGEST_SIZE:
                message = f"{size} records asked for, a page has at most {LARGEST_SIZE}"
                self.warnings.append(
                    {"code": "PAGE_CAPPED", "path": list(capped.path), "message": message}
                )

    async def _statements(self, plan: Plan, arguments: list[list[object]]) -> dict[str, bytes]:
        """Root fields in their order, on one connection, in one transaction."""
        found: dict[str, bytes] = {}
        try:
            seconds = self.deadline - monotonic()
            async with self.executor.database.reading(
                self.viewer.org_id, deadline=seconds
            ) as reader:
                for root, given in zip(plan.roots, arguments, strict=True):
                    if root.statement is not None:
                        self.statements += 1
                        found[root.key] = await reader.json(root.statement.sql, given) or b"null"
        except (Refusal, Serialization) as refusal:
            raise _busy() from refusal
        return found

    async def _executed(
        self, document: Document, operation: OperationDefinitionNode
    ) -> dict[str, bytes]:
        """The root fields without a shape: introspection, and what is no record."""
        fragments = [d for d in document.node.definitions if isinstance(d, FragmentDefinitionNode)]
        result: Any = execute(
            graphql_schema(),
            DocumentNode(definitions=(operation, *fragments)),
            variable_values=self.question.variables,
            context_value=Context(self.executor.database, self.viewer, self.deadline),
        )
        if inspect.isawaitable(result):
            result = await result
        done = cast(ExecutionResult, result)
        self.errors += [_formatted(error, self.request_id) for error in done.errors or ()]
        return {key: orjson.dumps(value) for key, value in (done.data or {}).items()}

    # ---- writes ---------------------------------------------------------------------------------

    async def _mutate(self, plan: tuple[NamespacePlan, ...], values: VariableValues) -> bytes:
        self._check_payloads(plan, values)
        turn = Turn(
            self.executor.database, self.viewer, self.deadline, self.request_id, values.coerced
        )
        done = await mutate(SCHEMA, plan, turn, values)
        self.statements += turn.statements
        self.errors += done.errors
        return done.data

    def _check_payloads(self, plan: tuple[NamespacePlan, ...], values: VariableValues) -> None:
        """What the payloads select must be askable before anything is written."""
        asked = Asked({**values.coerced, WRITTEN: ()}, self.viewer.org_id, self.viewer.user_id)
        for verb in (verb for namespace in plan for verb in namespace.verbs):
            if verb.performance is not None:
                for key, statement in verb.performance.objects.items():
                    self._arguments(key, statement, asked)

    # ---- the envelope ---------------------------------------------------------------------------

    def _written(self, data: bytes, operation: Operation) -> Answer:
        parts = [b'{"data":' + data]
        if self.errors:
            parts.append(b'"errors":' + orjson.dumps(self.errors))
        extensions: dict[str, Any] = {}
        if self.warnings:
            extensions["warnings"] = self.warnings
        if self.question.want_cost:
            extensions["cost"] = self._cost(operation)
        if extensions:
            parts.append(b'"extensions":' + orjson.dumps(extensions))
        name = operation.node.name.value if operation.node.name else None
        type: Any = operation.type
        return Answer(b",".join(parts) + b"}", False, name, type, self.statements)

    def _cost(self, operation: Operation) -> dict[str, int]:
        key = tuple(_hashable(self.question.variables.get(name)) for name in operation.paging)
        measured = operation.costs[key]
        limits = self.executor._limits  # pyright: ignore[reportPrivateUsage]
        return {"cost": measured.cost, "limit": limits.max_cost, "depth": measured.depth}


def _hashable(value: Any) -> Any:
    """A page size as given; what is none is refused when variables are coerced."""
    return value if isinstance(value, int | float | str | None) else repr(value)


def _busy() -> GraphQLError:
    return GraphQLError(TryAgain.message, extensions={"code": TryAgain.code.value})


def _formatted(error: GraphQLError, request_id: str | None = None) -> dict[str, Any]:
    """An error for the client; what is not meant for one is masked and logged."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        _log.error("a resolver broke", exc_info=error.original_error, request_id=request_id)
        extensions = {"code": "INTERNAL", "requestId": request_id}
        return {"message": "Internal error", "path": error.path, "extensions": extensions}
    formatted: dict[str, Any] = dict(error.formatted)
    formatted["extensions"] = {"code": "BAD_USER_INPUT", **(formatted.get("extensions") or {})}
    return formatted


def _size(plan: Plan | tuple[NamespacePlan, ...]) -> int:
    """About how many bytes a plan holds."""
    if isinstance(plan, Plan):
        return 2000 + sum(len(root.statement.sql) * 2 for root in plan.roots if root.statement)
    return 2000 + sum(
        len(statement.sql) * 2
        for namespace in plan
        for verb in namespace.verbs
        if verb.performance
        for statement in verb.performance.objects.values()
    )


__all__ = ["Executor", "LimitExceeded"]
