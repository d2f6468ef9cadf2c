"""Whatever clients do, the server has what a model in plain Python has.

MODEL_EXAMPLES says how many stories of MODEL_STEPS verbs are made up.
"""

import asyncio
import os
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline_gql.store.database import Database
from tests.api.asking import gid
from tests.model.deals import Deal, Want
from tests.model.pipelines import DOCUMENTS
from tests.model.plain import Sales
from tests.model.served import EVENT, Served
from tests.organisations import FIRST
from tests.server import Server

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "5"))
STEPS = int(os.environ.get("MODEL_STEPS", "15"))
T = TypeVar("T")
WORDS = ["A deal", "Another", "É", " "]
amounts = st.none() | st.sampled_from([Decimal(0), Decimal("10.50"), Decimal("99999.99")])
percents = st.none() | st.sampled_from([0, 33, 100])
values = st.lists(
    st.one_of(
        st.sampled_from([("order", "PO-3"), ("seats", "7"), ("loss_reason", "Time")]),
        st.tuples(st.just("order"), st.sampled_from(["PO-1", " PO-2 ", " ", None])),
        st.tuples(st.just("seats"), st.sampled_from(["12", "+3", "3.5", None])),
        st.tuples(st.just("budget"), st.sampled_from(["10.50", "-0", "x", None])),
        st.tuples(st.just("loss_reason"), st.sampled_from(["Price", "Time", "price"])),
        st.tuples(st.just("topics"), st.sampled_from(['["Time", "Price"]', "Time", "[]"])),
        st.tuples(st.just("unknown"), st.just("x")),
    ),
    max_size=3,
)
steps = st.sampled_from(["lead", "offer", "talk", "deal", "won", "lost", "filed"])
ways = st.dictionaries(steps, steps, max_size=2)
policies = st.sampled_from(["MAP", "GRANDFATHER", "BLOCK"])
several = st.integers(0, 5)


class Machine(RuleBasedStateMachine):
    """Does the same to both, and compares all there is after each verb."""

    server: Server
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.model = Sales()
        self.urls = self._run(self.server.clone())
        self.database = self._run(Database.open(self.urls.served))
        self.served = Served(self.database)
        self._run(self.served.define())

    def teardown(self) -> None:
        self._run(self.database.close())
        self._run(self.server.drop(self.urls))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def _call(self, verb: str, expected: list[str], input: dict[str, Any], shown: str = "") -> Any:
        codes, payload = self._run(self.served.call(verb, input, shown))
        assert codes == expected, (verb, input)
        return payload

    def _deal(self, number: int) -> Deal:
        return self.model.deals[number % len(self.model.deals)]

    # ---- rules ----------------------------------------------------------------------------------

    @initialize(number=st.integers(0, 1))
    def begin(self, number: int) -> None:
        self.publish(number)

    @rule(number=st.integers(0, 1))
    def publish(self, number: int) -> None:
        self.model.publish(DOCUMENTS[number])
        self._run(self.served.publish(DOCUMENTS[number]))

    @rule(number=several)
    def revert(self, number: int) -> None:
        number = number % len(self.model.published) + 1
        codes = self.model.revert(number)
        input = {"pipelineVersionId": self.served.versions[number - 1]}
        payload = self._call("pipeline.revert", codes, input, "pipelineVersion { id }")
        if not codes:
            self.served.versions.append(payload["pipelineVersion"]["id"])

    @precondition(lambda self: len(self.model.deals) < 6)
    @rule(name=st.sampled_from(WORDS), amount=amounts, percent=percents, given=values)
    def create(
        self,
        name: str,
        amount: Decimal | None,
        percent: int | None,
        given: list[tuple[str, str | None]],
    ) -> None:
        codes, deal = self.model.create(name, amount, percent, given)
        input = {"name": name, "amount": amount, "probability": percent, "attributes": given}
        input |= {"pipelineId": self.served.pipeline, "regionId": gid("Region", FIRST.regions[0])}
        payload = self._call("opportunities.create", codes, input, "opportunity { id }")
        if not codes:
            deal.id = payload["opportunity"]["id"]

    @precondition(lambda self: self.model.deals)
    @rule(
        number=several,
        changes=st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(WORDS),
                "amount": amounts,
                "probability": percents,
                "attributes": values,
            },
        ),
    )
    def update(self, number: int, changes: dict[str, Any]) -> None:
        deal = self._deal(number)
        codes = self.model.update(deal, changes)
        self._call("opportunities.update", codes, {"id": deal.id, **changes})

    @precondition(lambda self: self.model.deals)
    @rule(number=several, there=steps, given=values)
    def progress(self, number: int, there: str, given: list[tuple[str, str | None]]) -> None:
        deal = self._deal(number)
        if there in self.served.steps:
            codes = self.model.progress(deal, there, given)
            input = {"opportunityId": deal.id, "stepId": self.served.steps[there]}
            input["attributes"] = given
            self._call("opportunities.progress", codes, input)

    @precondition(lambda self: self.model.deals)
    @rule(
        number=several,
        quantity=st.integers(0, 7),
        unit=st.sampled_from([Decimal("0.01"), Decimal(250)]),
        reserve=st.booleans(),
    )
    def add_interest(self, number: int, quantity: int, unit: Decimal, reserve: bool) -> None:
        deal, want = self._deal(number), Want("", quantity, unit)
        codes = self.model.add_interest(deal, want, reserve=reserve)
        details = {"id": EVENT, "quantity": quantity, "unitAmount": str(unit), "reserve": reserve}
        input = {"opportunityId": deal.id, "interestDetails": details}
        payload = self._call("opportunities.addInterest", codes, input, "interests { id }")
        if not codes:
            want.id = payload["interests"][0]["id"]

    @precondition(lambda self: any(deal.wants for deal in self.model.deals))
    @rule(number=several, which=several, verb=st.sampled_from(["reserve", "remove"]))
    def of_an_interest(self, number: int, which: int, verb: str) -> None:
        deals = [deal for deal in self.model.deals if deal.wants]
        deal = deals[number % len(deals)]
        want = deal.wants[which % len(deal.wants)]
        if verb == "reserve":
            codes = self.model.reserve(deal, want)
            input = {"opportunityId": deal.id, "interestIds": [want.id]}
            self._call("opportunities.reservePlacesForInterests", codes, input)
        else:
            codes = self.model.remove_interest(deal, want)
            input = {"opportunityId": deal.id, "interestId": want.id}
            self._call("opportunities.removeInterest", codes, input)

    @precondition(lambda self: self.model.deals)
    @rule(number=several)
    def release(self, number: int) -> None:
        deal = self._deal(number)
        codes = self.model.release(deal)
        self._call("opportunities.releaseReservations", codes, {"opportunityId": deal.id})

    @precondition(lambda self: self.model.deals)
    @rule(number=several, back=st.booleans())
    def delete_or_restore(self, number: int, back: bool) -> None:
        deal = self._deal(number)
        codes = self.model.restore(deal) if back else self.model.delete(deal)
        verb = "restore" if back else "delete"
        self._call(f"opportunities.{verb}", codes, {"opportunityId": deal.id})

    @precondition(lambda self: self.model.deals)
    @rule(mapping=ways, policy=policies)
    def migrate(self, mapping: dict[str, str], policy: str) -> None:
        known = self.served.steps
        if {*mapping, *mapping.values()} <= set(known):
            codes = self.model.migrate(mapping, policy)
            pairs = [{"fromStepId": known[a], "toStepId": known[b]} for a, b in mapping.items()]
            input = {"pipelineId": self.served.pipeline, "mapping": pairs, "policy": policy}
            self._call("pipeline.migrate", codes, input)

    @invariant()
    def both_have_the_same(self) -> None:
        assert self._run(self.served.told()) == self.model.told()


def test_the_server_has_what_the_model_has(server: Server) -> None:
    with asyncio.Runner() as runner:
        story = type("Story", (Machine,), {"server": server, "runner": runner})
        run_state_machine_as_test(
            story,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                phases=[Phase.explicit, Phase.reuse, Phase.generate],
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
