"""One question being answered: its plan is run, and the response is written as JSON."""

import inspect
from asyncio import to_thread
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any, cast

import orjson
import structlog
from graphql import ExecutionResult, FragmentDefinitionNode, GraphQLError
from graphql.execution import execute  # pyright: ignore[reportUnknownVariableType]
from graphql.execution.values import VariableValues
from graphql.language import DocumentNode, OperationDefinitionNode

from pipeline_gql.api.computing import completed
from pipeline_gql.api.context import Context
from pipeline_gql.api.documents import Document, Operation
from pipeline_gql.api.kept import Kept
from pipeline_gql.api.mutating import MutationPlan, mutate
from pipeline_gql.api.planning import Plan, Root
from pipeline_gql.api.questions import Answer, Question
from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.api.turns import Turn
from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.domain.filters import Malformed
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store import pipelines
from pipeline_gql.store.database import Database, Serialization
from pipeline_gql.store.files import Files
from pipeline_gql.store.reads.binding import Asked
from pipeline_gql.store.reads.pages import LARGEST_SIZE
from pipeline_gql.store.reads.statements import WRITTEN, Statement

_log: Any = structlog.get_logger("pipeline_gql.execution")
Introspections = Kept[str, dict[str, bytes]]


class Run:
    """One question being answered. `deadline` is in `time.monotonic()`."""

    def __init__(
        self,
        database: Database,
        files: Files,
        introspections: Introspections,
        question: Question,
        viewer: Viewer,
        deadline: float,
        request_id: str,
    ) -> None:
        self.database = database
        self.files = files
        self.introspections = introspections
        self.question = question
        self.viewer = viewer
        self.deadline = deadline
        self.request_id = request_id
        self.statements = 0
        self.errors: list[dict[str, Any]] = []
        self.warnings: list[dict[str, Any]] = []

    def data(
        self, document: Document, plan: Plan | MutationPlan, values: VariableValues
    ) -> Awaitable[list[bytes]]:
        """The object `data` in its parts: they may be large, and are put together once."""
        if not isinstance(plan, Plan):
            return self._mutate(plan, values)
        if plan.alone is not None:
            return self._alone(plan.alone, values)
        return self._read(document, plan, values)

    def answer(
        self, data: list[bytes], operation: Operation, cost: dict[str, int] | None
    ) -> Answer:
        """The envelope; `errors` and `extensions` are there only if there are any."""
        parts = [b'{"data":', *data]
        if self.errors:
            parts.append(b',"errors":' + orjson.dumps(self.errors))
        if self.warnings or cost is not None:
            parts.append(b',"extensions":' + orjson.dumps(self._extensions(cost)))
        parts.append(b"}")
        type: Any = operation.type
        return Answer(b"".join(parts), False, operation.name, type, self.statements)

    def _extensions(self, cost: dict[str, int] | None) -> dict[str, Any]:
        extensions: dict[str, Any] = {}
        if self.warnings:
            extensions["warnings"] = self.warnings
        if cost is not None:
            extensions["cost"] = cost
        return extensions

    # ---- reads ----------------------------------------------------------------------------------

    async def _alone(self, root: Root, values: VariableValues) -> list[bytes]:
        """Most documents: one root field, of records."""
        assert root.statement is not None, "else it is not alone"
        arguments = self._arguments(root.key, root.statement, self._asked(values))
        found = await self._one(root.statement, arguments)
        return [b'{"' + root.key.encode() + b'":', found, b"}"]

    async def _read(self, document: Document, plan: Plan, values: VariableValues) -> list[bytes]:
        asked = self._asked(values)
        arguments = [self._arguments(root.key, root.statement, asked) for root in plan.roots]
        rest = await self._executed(document, plan.rest) if plan.rest else {}
        found = await self._statements(plan, arguments)
        members: list[bytes] = []
        for root in plan.roots:
            value = found.get(root.key) or rest.get(root.key) or root.text or b"null"
            members.append(b'"' + root.key.encode() + b'":' + value)
        return [b"{", b",".join(members), b"}"]

    def _asked(self, values: VariableValues) -> Asked:
        return Asked(values.coerced, self.viewer.org_id, self.viewer.user_id)

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
        """Root fields in their order; several on one connection, in one transaction."""
        asked = [
            (root.key, root.statement, given)
            for root, given in zip(plan.roots, arguments, strict=True)
            if root.statement is not None
        ]
        if len(asked) < 2:
            return {key: await self._one(statement, given) for key, statement, given in asked}
        seconds = self.deadline - monotonic()
        self.statements += len(asked)
        try:
            async with self.database.reading(self.viewer.org_id, deadline=seconds) as reader:
                found = {
                    key: await reader.json(statement.sql, given) or b"null"
                    for key, statement, given in asked
                }
        except Serialization as conflict:
            raise TryAgain() from conflict
        return {key: await self._finished(each, found[key]) for key, each, _ in asked}

    async def _one(self, statement: Statement, arguments: list[object]) -> bytes:
        """A statement that is a transaction by itself."""
        seconds = self.deadline - monotonic()
        self.statements += 1
        try:
            found = await self.database.read(
                self.viewer.org_id, statement.sql, arguments, deadline=seconds, attended=True
            )
        except Serialization as conflict:
            raise TryAgain() from conflict
        if statement.finish is None and not statement.computed:
            return found or b"null"
        return await self._finished(statement, found or b"null")

    async def _finished(self, statement: Statement, found: bytes) -> bytes:
        """After the transaction, and in a thread, so that nobody waits for what is computed."""
        if statement.finish is not None:
            return await to_thread(statement.finish, found)
        if statement.computed:
            now = datetime.now(UTC)
            return await completed(statement, found, self.viewer, now, self._versions)
        return found

    async def _versions(self, ids: set[int]) -> Mapping[int, Version]:
        seconds = self.deadline - monotonic()
        try:
            return await pipelines.by_ids(self.database, self.viewer.org_id, ids, seconds)
        except Serialization as conflict:
            raise TryAgain() from conflict

    async def _executed(
        self, document: Document, operation: OperationDefinitionNode
    ) -> dict[str, bytes]:
        """The root fields without a shape: introspection, and what is no record."""
        key = document.text if _same_for_all(operation) else None
        known = self.introspections.get(key) if key else None
        if known is not None:
            return known
        fragments = [d for d in document.node.definitions if isinstance(d, FragmentDefinitionNode)]
        result: Any = execute(
            graphql_schema(),
            DocumentNode(definitions=(operation, *fragments)),
            variable_values=self.question.variables,
            context_value=Context(self.database, self.viewer, self.deadline),
        )
        done = cast(ExecutionResult, await result if inspect.isawaitable(result) else result)
        self.errors += [formatted(error, self.request_id) for error in done.errors or ()]
        found = {name: orjson.dumps(value) for name, value in (done.data or {}).items()}
        if key and not done.errors:
            self.introspections.put(key, found, sum(map(len, found.values())))
        return found

    # ---- writes ---------------------------------------------------------------------------------

    async def _mutate(self, plan: MutationPlan, values: VariableValues) -> list[bytes]:
        self._check_payloads(plan, values)
        turn = Turn(
            self.database,
            self.files,
            self.viewer,
            self.deadline,
            self.request_id,
            values.coerced,
            self.question.idempotency_key,
        )
        done = await mutate(plan, turn, values)
        self.statements += turn.statements
        self.errors += done.errors
        return [done.data]

    def _check_payloads(self, plan: MutationPlan, values: VariableValues) -> None:
        """What the payloads select must be askable before anything is written."""
        asked = Asked({**values.coerced, WRITTEN: ()}, self.viewer.org_id, self.viewer.user_id)
        for verb in (verb for namespace in plan for verb in namespace.verbs):
            if verb.write is not None:
                for key, statement in verb.write.statements:
                    self._arguments(key, statement, asked)


def _same_for_all(operation: OperationDefinitionNode) -> bool:
    """Whether it is introspection without variables, which takes long and never changes."""
    names = (cast(Any, node).name.value for node in operation.selection_set.selections)
    return not operation.variable_definitions and all(name.startswith("__") for name in names)


def formatted(error: GraphQLError, request_id: str | None = None) -> dict[str, Any]:
    """An error for the client; what is not meant for one is masked and logged."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        _log.error("a resolver broke", exc_info=error.original_error, request_id=request_id)
        extensions = {"code": "INTERNAL", "requestId": request_id}
        return {"message": "Internal error", "path": error.path, "extensions": extensions}
    told: dict[str, Any] = dict(error.formatted)
    told["extensions"] = {"code": "BAD_USER_INPUT", **(told.get("extensions") or {})}
    return told
