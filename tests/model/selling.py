"""Deals that are made, changed, moved and deleted: the other half of the stories."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
)

from tests.api.asking import gid
from tests.model import wishes
from tests.model.deals import Deal, Want
from tests.model.moving import Move
from tests.model.plain import Caller
from tests.model.playing import Playing, has_deals
from tests.model.served import EVENT, ROLES
from tests.organisations import FIRST

MOST_DEALS = 6


class Selling(Playing):
    @precondition(lambda self: len(self.model.deals) < MOST_DEALS)
    @rule(
        who=wishes.roles,
        name=wishes.names,
        amount=wishes.amounts,
        percent=wishes.percents,
        given=wishes.values,
        manner=wishes.manners,
    )
    def create(
        self,
        who: str,
        name: str,
        amount: Decimal | None,
        percent: int | None,
        given: list[tuple[str, str | None]],
        manner: str,
    ) -> None:
        codes = self.modelled(lambda m: m.create(who, name, amount, percent, given))
        input = {"name": name, "amount": amount, "probability": percent, "attributes": given}
        input |= {"pipelineId": self.served.pipeline, "regionId": gid("Region", FIRST.regions[0])}
        payload = self.call("opportunities.create", codes, input, who, manner, "opportunity { id }")
        if not codes:
            self.model.deals[-1].id = payload["opportunity"]["id"]

    @has_deals
    @rule(
        number=wishes.several, caller=wishes.callers, changes=wishes.changes, manner=wishes.manners
    )
    def update(self, number: int, caller: Caller, changes: dict[str, Any], manner: str) -> None:
        place, input = self.about(number, caller)
        codes = self.modelled(lambda m: m.update(caller, m.deals[place], changes))
        sent = dict(changes)
        if "ownerId" in sent:
            sent["ownerId"] = ROLES[sent["ownerId"]]
        self.call("opportunities.update", codes, input | sent, caller.role, manner)

    @has_deals
    @rule(number=wishes.several, caller=wishes.callers, move=wishes.moves, manner=wishes.manners)
    def progress(self, number: int, caller: Caller, move: Move, manner: str) -> None:
        self._progress(number, caller, move, manner)

    @has_deals
    @rule(number=wishes.several, which=wishes.several, move=wishes.moves)
    def progress_by_an_edge(self, number: int, which: int, move: Move) -> None:
        """There is one, at least; whether it may be taken is another question."""
        deal = self.model.deals[number % len(self.model.deals)]
        edges = self.model.pipeline_of(deal).edges
        open_ones = [edge for edge in edges if edge.here in (None, deal.step)]
        if open_ones:
            edge = open_ones[which % len(open_ones)]
            move = replace(move, step=edge.there, transition=None)
            self._progress(number, Caller(), move, "once")

    @has_deals
    @rule(number=wishes.several, who=st.sampled_from(["ADMIN", "MANAGER", "MEMBER"]))
    def hurry(self, number: int, who: str) -> None:
        """As far as it goes on the road to a sale, the last move by somebody else."""
        everything = Move("", reason="Since.", given=wishes.EVERYTHING)
        for there in ("offer", "talk"):
            self._progress(number, Caller(who), replace(everything, step=there), "once")
            self.both_have_the_same()
        self._came_of_it(number % len(self.model.deals), "ADMIN", "finish", "once")
        other = Caller("ADMIN" if who == "MANAGER" else "MANAGER")
        self._progress(number, other, replace(everything, step="won"), "once")

    def _progress(self, number: int, caller: Caller, move: Move, manner: str) -> None:
        named: dict[str, Any] = {"attributes": move.given, "reason": move.reason}
        named |= {"noop": move.noop, "override": move.override}
        if move.transition is not None:
            version = move.transition[0] % len(self.served.transitions) + 1
            move = replace(move, transition=(version, move.transition[1]))
            named["transitionId"] = self.served.transitions[version - 1].get(move.transition[1])
        else:
            named["stepId"] = self.served.steps.get(move.step or "")
        if None in (named.get("transitionId", ""), named.get("stepId", "")):
            return
        place, input = self.about(number, caller, named)
        codes = self.modelled(lambda m: m.progress(caller, m.deals[place], move))
        shown = "followOn { id }"
        payload = self.call("opportunities.progress", codes, input, caller.role, manner, shown)
        if not codes and payload["followOn"]:
            assert self.model.deals[-1].id == ""
            self.model.deals[-1].id = payload["followOn"]["id"]

    @has_deals
    @rule(
        number=wishes.several,
        caller=wishes.callers,
        quantity=wishes.quantities,
        unit=wishes.units,
        reserve=st.booleans(),
        manner=wishes.manners,
    )
    def add_interest(
        self,
        number: int,
        caller: Caller,
        quantity: int,
        unit: Decimal,
        reserve: bool,
        manner: str,
    ) -> None:
        place, input = self.about(number, caller)
        want = Want("", quantity, unit)
        codes = self.modelled(
            lambda m: m.add_interest(caller, m.deals[place], want, reserve=reserve)
        )
        details = {"id": EVENT, "quantity": quantity, "unitAmount": str(unit), "reserve": reserve}
        input["interestDetails"] = details
        payload = self.call(
            "opportunities.addInterest", codes, input, caller.role, manner, "interests { id }"
        )
        if not codes:
            want.id = payload["interests"][0]["id"]

    @precondition(lambda self: any(deal.wants for deal in self.model.deals))
    @rule(
        number=wishes.several,
        which=wishes.several,
        caller=wishes.callers,
        verb=st.sampled_from(["reserve", "remove"]),
        manner=wishes.manners,
    )
    def of_an_interest(
        self, number: int, which: int, caller: Caller, verb: str, manner: str
    ) -> None:
        places = [place for place, deal in enumerate(self.model.deals) if deal.wants]
        place, input = self.about(places[number % len(places)], caller)
        at = which % len(self.model.deals[place].wants)
        id = self.model.deals[place].wants[at].id
        if verb == "reserve":
            input["interestIds"] = [id]
            name = "reservePlacesForInterests"
            codes = self.modelled(
                lambda m: m.reserve(caller, m.deals[place], m.deals[place].wants[at])
            )
        else:
            input["interestId"] = id
            name = "removeInterest"
            codes = self.modelled(
                lambda m: m.remove_interest(caller, m.deals[place], m.deals[place].wants[at])
            )
        self.call(f"opportunities.{name}", codes, input, caller.role, manner)

    @has_deals
    @rule(
        number=wishes.several,
        caller=wishes.callers,
        verb=st.sampled_from(["release", "delete", "restore", "restore"]),
        manner=wishes.manners,
    )
    def of_a_deal(self, number: int, caller: Caller, verb: str, manner: str) -> None:
        place, input = self.about(number, caller)
        codes = self.modelled(lambda m: getattr(m, verb)(caller, m.deals[place]))
        name = "releaseReservations" if verb == "release" else verb
        self.call(f"opportunities.{name}", codes, input, caller.role, manner)

    def _standing(self, has: Callable[[Deal], Any]) -> list[int]:
        """The places of deals that are told, and have it."""
        deals = enumerate(self.model.deals)
        return [place for place, deal in deals if not deal.is_deleted and has(deal)]

    @has_deals
    @rule(
        number=wishes.several,
        who=wishes.roles,
        verb=st.sampled_from(["finish", "finalise", "void", "cancel"]),
        manner=wishes.manners,
    )
    def of_what_came_of_it(self, number: int, who: str, verb: str, manner: str) -> None:
        """A task, an invoice or a registration of a deal that is told."""
        deals = self.model.deals
        if places := [place for place in range(len(deals)) if _has(deals[place], verb)]:
            self._came_of_it(places[number % len(places)], who, verb, manner)

    def _came_of_it(self, place: int, who: str, verb: str, manner: str) -> None:
        if _has(self.model.deals[place], verb):
            codes = self.modelled(lambda m: getattr(m, verb)(Caller(who), m.deals[place]))
            name, key, id = self.served.hanging(verb, self.model.deals[place].id)
            self.call(name, codes, {key: id}, who, manner)


def _has(deal: Deal, verb: str) -> bool:
    """Whether there is something to do it to, that is told."""
    if deal.is_deleted:
        return False
    if verb == "finish":
        return False in deal.tasks
    return any(want.booked for want in deal.wants) if verb == "cancel" else deal.invoice is not None
