"""The same verb done to the server and to the model."""

import asyncio
import copy
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
)

from pipeline_gql.store.database import Database
from tests.model.plain import Caller
from tests.model.publishing import Sales
from tests.model.served import Served
from tests.server import Server

T = TypeVar("T")
Codes = list[str]
has_deals = precondition(lambda self: self.model.deals)


class Playing(RuleBasedStateMachine):
    """Does the same to both, and compares all there is after each verb."""

    server: Server
    runner: asyncio.Runner
    asked: Counter[str]
    """How often each verb was called, in all stories."""
    done: Counter[str]
    """How often it was not refused."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Sales()
        self.keys = 0
        self.urls = self.run(self.server.clone())
        self.database = self.run(Database.open(self.urls.served))
        self.served = Served(self.database)
        self.run(self.served.define())

    def teardown(self) -> None:
        self.run(self.database.close())
        self.run(self.server.drop(self.urls))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def modelled(self, verb: Callable[[Sales], Codes]) -> Codes:
        """What the verb answers; of one that is refused nothing remains."""
        tried = copy.deepcopy(self.model)
        codes = verb(tried)
        if not codes:
            self.model = tried
        return sorted(codes)

    def call(
        self,
        verb: str,
        expected: Codes,
        input: dict[str, Any],
        role: str,
        manner: str = "once",
        shown: str = "",
    ) -> Any:
        """In a dry run before, or again under its key, there is nothing else to see."""

        def called(wanted: Codes = expected, **more: Any) -> Any:
            codes, payload = self.run(self.served.call(verb, input | more, shown, role))
            assert codes == wanted, (verb, input | more, role)
            self.asked[verb] += 1
            self.done[verb] += not codes
            return payload

        if manner == "once":
            return called()
        self.keys += 1
        key = {"idempotencyKey": f"key {self.keys}"}
        if manner == "dry":
            called(**key, dryRun=True)
        payload = called(**key)
        if manner == "twice":
            again = called(**key)
            assert again == {**payload, "replayed": not expected}, verb
            if not expected and not verb.endswith(".create"):
                called(["IDEMPOTENCY_KEY_REUSED"], **key, expectedVersion=4711)
        return payload

    def about(
        self, number: int, caller: Caller, input: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """A deal's place, and the input that names it as the caller read it."""
        place = number % len(self.model.deals)
        deal = self.model.deals[place]
        named: dict[str, Any] = {"opportunityId": deal.id, **(input or {})}
        if caller.off is not None:
            named["expectedVersion"] = deal.version + caller.off
        return place, named

    @invariant()
    def both_have_the_same(self) -> None:
        found = list(differences(self.run(self.served.told()), self.model.told()))
        assert not found, found


def differences(served: Any, model: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """Where the two differ, and what each has there."""
    if isinstance(served, dict) and isinstance(model, dict) and served.keys() == model.keys():
        for key in served:
            yield from differences(served[key], model[key], *path, key)
    elif served != model:
        yield *path, served, model
