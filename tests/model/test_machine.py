"""Whatever clients do, the server has what a model in plain Python has.

MODEL_EXAMPLES says how many stories of MODEL_STEPS verbs are made up. Each has a database of its
own, so a story that fails is made shorter (for five minutes at most, unless MODEL_SHRINK is 0)
and printed as the steps that lead there.
"""

import asyncio
import os
from collections import Counter
from decimal import Decimal

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    run_state_machine_as_test,
)

from tests.model.pipelines import CARE, DOCUMENTS
from tests.model.plain import Caller
from tests.model.republishing import Republishing
from tests.model.selling import Selling
from tests.server import Server

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "12"))
STEPS = int(os.environ.get("MODEL_STEPS", "25"))
RARE = {"opportunities.reservePlacesForInterests", "registration.cancel"}
"""What twelve stories get to, but not at a moment when it can be done."""
PHASES = set(Phase) - (
    {Phase.shrink, Phase.explain} if os.environ.get("MODEL_SHRINK") == "0" else set()
)


class Machine(Selling, Republishing):
    """All that clients do, beginning with two deals."""

    @initialize(number=st.integers(0, 1))
    def begin(self, number: int) -> None:
        for document in (CARE, DOCUMENTS[number]):
            self.model.put_in_force(document)
            self.run(self.served.put_in_force(document))
        for place, who in enumerate(("ADMIN", "MEMBER")):
            self.create(who, "A deal", Decimal(100), None, [], "once")
            self.add_interest(place, Caller(who), 3, Decimal(250), True, "once")


def test_the_server_has_what_the_model_has(server: Server) -> None:
    asked, done = Counter[str](), Counter[str]()
    with asyncio.Runner() as runner:
        its = {"server": server, "runner": runner, "asked": asked, "done": done}
        story = type("Story", (Machine,), its)
        run_state_machine_as_test(
            story,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                phases=PHASES,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
    # Else a story tells of refusals alone.
    if EXAMPLES >= 12:
        assert {verb for verb in asked if not done[verb]} <= RARE
