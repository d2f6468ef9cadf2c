"""Every answer that any test is given, read once more by the reference reader.

Whatever a test asks an executor, with its variables, is compared: queries, and the objects in the
payloads of mutations. Left out is what rows cannot tell afterwards: answers while another request
was under way, earlier verbs of a document with several, replays, dry runs, what a payload shows of
a record that the viewer cannot read any more, and databases of many opportunities; and of one
document of a test no more than the first ten times.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast
from weakref import WeakKeyDictionary

import orjson
from graphql import get_named_type

from pipeline_gql.api import mutating
from pipeline_gql.api.execution import Executor
from pipeline_gql.api.questions import Answer, Question
from pipeline_gql.api.refusals import catalog
from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.api.turns import Asking
from pipeline_gql.api.verbs import Call
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.store.database import Database, Unit
from tests.conformance.answered import Answered, Said, understood
from tests.conformance.reference import Reference
from tests.conformance.rows import load

TIMES = 10
"""So often is one document of a test compared."""
MOST_OPPORTUNITIES = 1_000
"""Of databases that are read twice; those of more are for counting what a page touches."""

MUTATIONS: Any = cast(Any, graphql_schema().mutation_type).fields
LISTED = {
    each.code.name: {
        (get_named_type(MUTATIONS[namespace].type).name, name)
        for namespace, name in (verb.split(".") for verb in each.mutations)
    }
    for each in catalog(graphql_schema())
}
"""The verbs that may answer each code, by their namespace's type and their name."""

ADDRESSES: WeakKeyDictionary[Database, str] = WeakKeyDictionary()
"""Where an administrator reaches the databases that tests have open."""


@dataclass
class Overheard:
    """What one test has asked, and where the reference disagrees."""

    compared: int = 0
    differences: list[str] = field(default_factory=list[str])
    _asked: Counter[str] = field(default_factory=Counter[str])
    _said: list[Said] = field(default_factory=list[Said])
    _under_way: int = 0
    _alone: bool = True
    _databases: WeakKeyDictionary[Executor, Database] = field(default_factory=WeakKeyDictionary)

    def listen(self, patch: Any) -> None:
        """Has every executor and every verb of this process tell, until `patch` is undone."""
        begin, answer, perform = Executor.__init__, Executor.answer, mutating.perform

        def beginning(executor: Executor, database: Database, *more: Any) -> None:
            begin(executor, database, *more)
            self._databases[executor] = database

        async def answering(
            executor: Executor, question: Question, viewer: Viewer, **how: Any
        ) -> Answer:
            self._enter()
            try:
                found = await answer(executor, question, viewer, **how)
                if self._alone and self._asked[question.query] < TIMES:
                    await self._check(self._databases.get(executor), question, viewer, found)
                return found
            finally:
                self._under_way -= 1

        async def performing(turn: Any, askings: Sequence[Asking]) -> list[bytes]:
            said: dict[str, Said] = {}

            def telling(asking: Asking) -> Asking:
                def read(input: Any, call: Call) -> Any:
                    work = asking.plan.verb.interpret(input, call)

                    async def carried_out(unit: Unit) -> Done:
                        done = await work(unit)
                        namespace, verb = asking.path.split(".")
                        told = {**done.told, **done.secrets}
                        said[asking.path] = Said(namespace, verb, done.objects, told)
                        return done

                    return carried_out

                verb = replace(asking.plan.verb, interpret=read)
                return replace(asking, plan=replace(asking.plan, verb=verb))

            payloads = await perform(turn, [telling(asking) for asking in askings])
            for asking, payload in zip(askings, payloads, strict=True):
                self._look_up(payload, asking.name)
            if len(said) == len(askings) and not askings[0].is_dry:
                self._said += said.values()
            return payloads

        patch.setattr(Executor, "__init__", beginning)
        patch.setattr(Executor, "answer", answering)
        patch.setattr(mutating, "perform", performing)

    def _look_up(self, payload: bytes, verb: str) -> None:
        """Notes a refusal that the catalogue of errors does not have of this verb."""
        type, name = verb.split(".")
        known = {code for code, verbs in LISTED.items() if (type, name) in verbs}
        for error in orjson.loads(payload).get("errors", []):
            if error.get("code", "") not in known | {""}:
                self.differences.append(f"errorCatalog has no {error['code']} of {verb}")

    def _enter(self) -> None:
        self._under_way += 1
        self._alone = self._under_way == 1
        if self._alone:
            self._said.clear()

    async def _check(
        self, database: Database | None, question: Question, viewer: Viewer, found: Answer
    ) -> None:
        address = database and ADDRESSES.get(database)
        data = orjson.loads(found.body)
        self._asked[question.query] += 1
        answered = None if "errors" in data else understood(question, data["data"], self._said)
        if address and answered:
            tables = await load(address, viewer.org_id, MOST_OPPORTUNITIES)
            if tables is not None and self._alone:
                self.compare(question, answered, Reference(tables, viewer, datetime.now(UTC)))

    def compare(self, question: Question, answered: Answered, reference: Reference) -> None:
        """Notes a difference between what was answered and what the reference says."""
        if not answered.tell(reference):
            return
        expected = reference.execute(answered.document, question.variables)
        self.compared += 1
        if expected.errors or _text(expected.data) != _text(answered.data):
            self.differences.append(
                f"{question.query}\n{_text(question.variables)}\n"
                f"answered  {_text(answered.data)}\n"
                f"reference {expected.errors or _text(expected.data)}"
            )


def _text(value: Any) -> str:
    """Keys in their order, and halves of surrogate pairs as they are."""
    return json.dumps(value, default=str)
