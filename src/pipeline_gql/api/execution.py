"""From a question to its answer: understand the document, find or make its plan, run it."""

from collections.abc import Sequence
from typing import Any

import orjson
from graphql import GraphQLError
from graphql.execution.values import VariableValues

from pipeline_gql.api.documents import Document, InvalidDocument, Operation, prepare
from pipeline_gql.api.kept import Kept
from pipeline_gql.api.limits import Limits, check
from pipeline_gql.api.mutating import MutationPlan, plan_mutation
from pipeline_gql.api.planning import Plan, plan_query
from pipeline_gql.api.questions import Answer, Question
from pipeline_gql.api.running import Run, formatted
from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.api.selecting import Selector
from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Sight, Viewer
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files

BYTES_PER_CHARACTER = 20
"""About what a parsed document takes."""
COERCION = {"code": "BAD_USER_INPUT"}


class Executor:
    """Answers questions; one for the process.

    A busy database is `TryAgain`, for the endpoint to answer; whatever else goes wrong with a
    question is in its answer.
    """

    def __init__(self, database: Database, settings: Settings, files: Files | None = None) -> None:
        entries, size = settings.plan_cache_entries, settings.plan_cache_bytes
        self._database = database
        self._files = files or Files(settings.files, settings.files_quota_bytes)
        self._limits = Limits.of(settings)
        self._schema = graphql_schema()
        self._documents: Kept[str, Document] = Kept(entries, size)
        self._introspections: Kept[str, dict[str, bytes]] = Kept(entries, size)
        self.plans: Kept[Any, Plan | MutationPlan] = Kept(entries, size)

    async def answer(
        self,
        question: Question,
        viewer: Viewer,
        *,
        deadline: float,
        request_id: str,
        query_only: bool,
    ) -> Answer:
        operation: Operation | None = None
        try:
            document, operation = self._understood(question)
            if query_only and operation.type == "mutation":
                raise GraphQLError("A mutation must be sent by POST", extensions=COERCION)
            values = self._coerced(operation, question)
            plan = self.plan(document, operation, values, viewer.sight)
            run = Run(
                self._database,
                self._files,
                self._introspections,
                question,
                viewer,
                deadline,
                request_id,
            )
            data = await run.data(document, plan, values)
            return run.answer(data, operation, self._cost(operation, question))
        except InvalidDocument as invalid:
            return _refused(invalid.errors, question, operation)
        except GraphQLError as error:
            return _refused([error], question, operation)

    def _understood(self, question: Question) -> tuple[Document, Operation]:
        document = self._documents.get(question.query)
        if document is None:
            document = prepare(self._schema, question.query, self._limits)
            size = len(question.query) * BYTES_PER_CHARACTER
            self._documents.put(question.query, document, size)
        operation = document.operation(question.operation_name)
        if operation.measured(question.variables) is None:
            found = check(document.node, self._limits, operation.name, question.variables)
            operation.remember(found, question.variables)
        return document, operation

    def _coerced(self, operation: Operation, question: Question) -> VariableValues:
        values = operation.coercer.coerced(question.variables)
        if isinstance(values, VariableValues):
            return values
        for error in values:
            error.extensions = COERCION
        raise InvalidDocument(values)

    def plan(
        self, document: Document, operation: Operation, values: VariableValues, sight: Sight
    ) -> Plan | MutationPlan:
        """A plan fits all requests with this text, operation, signature of variables and sight."""
        # An enum is hashed by Python, a boolean is not.
        owns = sight is Sight.OWN
        key = (document.text, operation.name, operation.signature(values.coerced), owns)
        known = self.plans.get(key)
        if known is not None:
            return known
        selector = Selector(self._schema, document.fragments, values.coerced)
        if operation.type == "mutation":
            made: Any = plan_mutation(selector, operation.node, sight)
        else:
            made = plan_query(self._schema, selector, operation.node, sight)
        self.plans.put(key, made, _size(made) + len(document.text))
        return made

    def _cost(self, operation: Operation, question: Question) -> dict[str, int] | None:
        """What the client is told of the cost, if it asked."""
        if not question.want_cost:
            return None
        measured = operation.measured(question.variables)
        assert measured is not None, "the document was measured when it was understood"
        limit = self._limits.max_cost
        return {"cost": measured.cost, "limit": limit, "depth": measured.depth}


def _refused(
    errors: Sequence[GraphQLError], question: Question, operation: Operation | None
) -> Answer:
    """Nothing was executed."""
    body = orjson.dumps({"errors": [formatted(error) for error in errors]}, default=str)
    type: Any = None if operation is None else operation.type
    return Answer(body, True, question.operation_name, type, 0)


def _size(plan: Plan | MutationPlan) -> int:
    """About how many bytes a plan holds."""
    if isinstance(plan, Plan):
        return 2000 + sum(len(root.statement.sql) * 2 for root in plan.roots if root.statement)
    return 2000 + sum(
        len(statement.sql) * 2
        for namespace in plan
        for verb in namespace.verbs
        if verb.write
        for _, statement in verb.write.statements
    )
