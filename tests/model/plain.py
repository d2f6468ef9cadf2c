"""A whole organisation in plain Python, and what the verbs do to a deal, said as simply as can be.

A verb answers the codes of its refusal, sorted; the empty list says that it was done. What a
refused verb leaves behind does not matter: whoever asks throws it away.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.model.acting import CAPACITY
from tests.model.deals import Deal, Stay, Want
from tests.model.pipelines import Pipeline, Step
from tests.model.values import Values, judged, merged

FINAL = {"Won": 100, "Lost": 0}
Given = list[tuple[str, str | None]]


@dataclass(frozen=True)
class Caller:
    """Who asks, and for which version of the deal, by how much it is off; None asks for any."""

    role: str = "ADMIN"
    off: int | None = None


class Deals:
    """The organisation. A pipeline's versions were published in this order; the last counts."""

    def __init__(self) -> None:
        self.published: dict[str, list[Pipeline]] = {}
        self.deals: list[Deal] = []

    def told(self) -> dict[str, Any]:
        shown = {deal.id: deal for deal in self.deals if not deal.is_deleted}
        return {
            "deals": {
                id: {**deal.told(), "follows": deal.follows if deal.follows in shown else None}
                for id, deal in shown.items()
            },
            "reserved": sum(want.held for deal in self.deals for want in deal.wants),
            "booked": self.taken - sum(want.held for deal in self.deals for want in deal.wants),
        }

    @property
    def taken(self) -> int:
        return sum(want.held + want.booked for deal in self.deals for want in deal.wants)

    def pipeline_of(self, deal: Deal) -> Pipeline:
        return self.published[deal.pipeline][deal.version_of - 1]

    def step_of(self, deal: Deal) -> Step:
        return self.pipeline_of(deal).steps[deal.step]

    def sees(self, who: str, deal: Deal) -> bool:
        return who != "MEMBER" or who in (deal.owner, deal.creator)

    def stopped(self, caller: Caller, deal: Deal) -> list[str]:
        """Before anything is judged."""
        if caller.role == "READ_ONLY":
            return ["NOT_PERMITTED"]
        if deal.is_deleted or not self.sees(caller.role, deal):
            return ["NOT_FOUND"]
        return self._outdated(caller, deal)

    def _outdated(self, caller: Caller, deal: Deal) -> list[str]:
        if not caller.off:
            return []
        was = 0 < deal.version + caller.off < deal.version
        return ["VERSION_CONFLICT"] if was else ["VALUE_INVALID"]

    def values(self, given: Given) -> tuple[Values, list[str]]:
        changes: Values = {}
        codes: list[str] = []
        seen: set[str] = set()
        for key, text in given:
            if key in seen:
                codes.append("VALUE_INVALID")
            elif key == "unknown":
                codes.append("NOT_FOUND")
            else:
                try:
                    changes[key] = None if text is None else judged(key, text)
                except ValueError:
                    codes.append("VALUE_INVALID")
            seen.add(key)
        return changes, codes

    # ---- deals ----------------------------------------------------------------------------------

    def opened(self, pipeline: str, who: str, name: str) -> Deal:
        step = self.published[pipeline][-1].start
        number = len(self.published[pipeline])
        return Deal(name, pipeline, number, step.key, step.probability, False, who, who)

    def create(
        self, who: str, name: str, amount: Decimal | None, probability: int | None, given: Given
    ) -> list[str]:
        if who == "READ_ONLY":
            return ["NOT_PERMITTED"]
        changes, codes = self.values(given)
        deal = self.opened("deals", who, name.strip())
        if probability is not None:
            deal.probability, deal.by_hand = probability, True
        deal.amount, deal.attributes = amount, merged({}, changes)
        deal.stays = [Stay(deal.step, "ENTRY", None, who)]
        self.deals.append(deal)
        return sorted(codes + ([] if deal.name else ["VALUE_REQUIRED"]))

    def update(self, caller: Caller, deal: Deal, changes: dict[str, Any]) -> list[str]:
        if codes := self.stopped(caller, deal):
            return codes
        values, codes = self.values(changes.get("attributes") or [])
        step = self.step_of(deal)
        if "name" in changes and not changes["name"].strip():
            codes.append("VALUE_REQUIRED")
        wanted = changes.get("probability")
        if wanted is not None and wanted != FINAL.get(step.state, wanted):
            codes.append("VALUE_INVALID")
        before = self._facts(deal)
        deal.name = changes.get("name", deal.name).strip()
        deal.amount = changes.get("amount", deal.amount)
        deal.next_step = changes.get("nextStep", deal.next_step)
        deal.owner = changes.get("ownerId", deal.owner)
        if "probability" in changes:
            deal.by_hand = wanted is not None and step.state not in FINAL
            deal.probability = step.probability if wanted is None else wanted
        deal.attributes = merged(deal.attributes, values)
        deal.version += self._facts(deal) != before
        return sorted(codes)

    def _facts(self, deal: Deal) -> Any:
        values = tuple(sorted(deal.attributes.items()))
        said = deal.name, deal.amount, deal.next_step, deal.owner
        return *said, deal.probability, deal.by_hand, values

    def delete(self, caller: Caller, deal: Deal) -> list[str]:
        if codes := self.stopped(Caller(caller.role), deal) or self._not_theirs(caller, deal):
            return codes
        self._let_go(deal)
        deal.is_deleted = True
        deal.version += 1
        return self._outdated(caller, deal)

    def restore(self, caller: Caller, deal: Deal) -> list[str]:
        was, deal.is_deleted = deal.is_deleted, False
        if codes := self.stopped(Caller(caller.role), deal) or self._not_theirs(caller, deal):
            return codes
        codes = self._outdated(caller, deal)
        deal.version += was
        return codes

    def _not_theirs(self, caller: Caller, deal: Deal) -> list[str]:
        return [] if caller.role in ("ADMIN", deal.creator) else ["NOT_PERMITTED"]

    # ---- interests ------------------------------------------------------------------------------

    def add_interest(self, caller: Caller, deal: Deal, want: Want, *, reserve: bool) -> list[str]:
        if codes := self.stopped(caller, deal):
            return codes
        if want.quantity < 1:
            return ["VALUE_INVALID"]
        deal.wants.append(want)
        deal.version += 1
        return self._hold(want) if reserve else []

    def _hold(self, want: Want) -> list[str]:
        want.held = want.quantity
        return ["NOT_ENOUGH_PLACES"] if self.taken > CAPACITY else []

    def remove_interest(self, caller: Caller, deal: Deal, want: Want) -> list[str]:
        if codes := self.stopped(caller, deal):
            return codes
        is_asked_for = deal.invoice is not None and want.id in deal.invoice.wants
        deal.wants.remove(want)
        deal.version += 1
        return ["VALUE_INVALID"] if want.is_fulfilled or is_asked_for else []

    def reserve(self, caller: Caller, deal: Deal, want: Want) -> list[str]:
        if codes := self.stopped(caller, deal):
            return codes
        if want.held or want.booked:
            return ["VALUE_INVALID"]
        deal.version += 1
        return self._hold(want)

    def release(self, caller: Caller, deal: Deal) -> list[str]:
        if codes := self.stopped(caller, deal):
            return codes
        held = any(want.held for want in deal.wants)
        self._let_go(deal)
        deal.version += 1
        return [] if held else ["VALUE_INVALID"]

    def _let_go(self, deal: Deal) -> None:
        for want in deal.wants:
            want.held = 0

    # ---- what came of it ------------------------------------------------------------------------

    def finish(self, caller: Caller, deal: Deal) -> list[str]:
        """Its open task."""
        if codes := self.stopped(Caller(caller.role), deal):
            return codes
        deal.tasks[deal.tasks.index(False)] = True
        return []

    def finalise(self, caller: Caller, deal: Deal) -> list[str]:
        if codes := self.stopped(Caller(caller.role), deal):
            return codes
        assert deal.invoice
        deal.invoice.state = "Final"
        return []

    def void(self, caller: Caller, deal: Deal) -> list[str]:
        if codes := self.stopped(Caller(caller.role), deal):
            return codes
        assert deal.invoice
        deal.invoice.state = "Void"
        deal.version += 1
        return []

    def cancel(self, caller: Caller, deal: Deal) -> list[str]:
        """Its first registration."""
        if codes := self.stopped(Caller(caller.role), deal):
            return codes
        next(want for want in deal.wants if want.booked).booked = 0
        return []
