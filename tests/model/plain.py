"""A whole organisation in plain Python, and what every verb does to it, said as simply as can be.

A verb answers the codes of its refusal, sorted; the empty list says that it was done.
"""

from decimal import Decimal
from typing import Any

from tests.model.deals import Deal, Want
from tests.model.pipelines import Pipeline
from tests.model.values import Values, judged, merged

CAPACITY = 10
FINAL = {"Won": 100, "Lost": 0}


class Sales:
    """The organisation. Its pipelines were published in this order; the last one counts."""

    def __init__(self) -> None:
        self.published: list[Pipeline] = []
        self.deals: list[Deal] = []

    def told(self) -> dict[str, Any]:
        return {
            "deals": {deal.id: deal.told() for deal in self.deals if not deal.is_deleted},
            "reserved": self.reserved,
        }

    @property
    def reserved(self) -> int:
        return sum(want.held for deal in self.deals for want in deal.wants)

    def pipeline_of(self, deal: Deal) -> Pipeline:
        return self.published[deal.version_of - 1]

    # ---- values ---------------------------------------------------------------------------------

    def _values(self, given: list[tuple[str, str | None]]) -> tuple[Values, list[str]]:
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

    # ---- verbs ----------------------------------------------------------------------------------

    def create(
        self,
        name: str,
        amount: Decimal | None,
        probability: int | None,
        given: list[tuple[str, str | None]],
    ) -> tuple[list[str], Deal]:
        pipeline = self.published[-1]
        changes, codes = self._values(given)
        codes += [] if name.strip() else ["VALUE_REQUIRED"]
        step = pipeline.start
        deal = Deal(
            "",
            name.strip(),
            len(self.published),
            step.key,
            step.probability if probability is None else probability,
            probability is not None,
            False,
            amount,
            merged({}, changes),
            stays=[(step.key, "ENTRY")],
        )
        if not codes:
            self.deals.append(deal)
        return sorted(codes), deal

    def update(self, deal: Deal, changes: dict[str, Any]) -> list[str]:
        if deal.is_deleted:
            return ["NOT_FOUND"]
        values, codes = self._values(changes.get("attributes") or [])
        step = self.pipeline_of(deal).steps[deal.step]
        if "name" in changes and not changes["name"].strip():
            codes.append("VALUE_REQUIRED")
        wanted = changes.get("probability")
        if wanted is not None and wanted != FINAL.get(step.state, wanted):
            codes.append("VALUE_INVALID")
        if codes:
            return sorted(codes)
        before = self._facts(deal)
        deal.name = changes.get("name", deal.name).strip()
        if "amount" in changes:
            deal.amount = changes["amount"]
        if "probability" in changes:
            deal.by_hand = wanted is not None and step.state not in FINAL
            deal.probability = step.probability if wanted is None else wanted
        deal.attributes = merged(deal.attributes, values)
        if self._facts(deal) != before:
            deal.version += 1
        return []

    def _facts(self, deal: Deal) -> Any:
        values = tuple(sorted(deal.attributes.items()))
        return deal.name, deal.amount, deal.probability, deal.by_hand, values

    def progress(self, deal: Deal, there: str, given: list[tuple[str, str | None]]) -> list[str]:
        """By the version that holds it, into the one in force."""
        if deal.is_deleted:
            return ["NOT_FOUND"]
        pipeline, was = self.pipeline_of(deal), deal.step
        changes, codes = self._values(given)
        required = pipeline.required(was, there)
        if codes:
            return sorted(codes)
        if required is None:
            earlier = self.published[: deal.version_of - 1]
            was_there = any(there in each.steps for each in earlier)
            is_retired = was_there and there not in pipeline.steps
            return ["STEP_RETIRED" if is_retired else "TRANSITION_NOT_FOUND"]
        leads_to = pipeline if there == was else self.published[-1]
        if there not in leads_to.steps:
            return ["STEP_RETIRED"]
        values = merged(deal.attributes, changes)
        has = {**values, **({} if deal.amount is None else {"amount": ""})}
        if missing := [key for key in required if key not in has]:
            return ["ATTRIBUTE_REQUIRED"] * len(missing)
        deal.attributes = values
        self._put(deal, leads_to, there, "TRANSITION")
        if there != was:
            deal.version_of = len(self.published)
        deal.version += 1
        return []

    def _put(self, deal: Deal, pipeline: Pipeline, there: str, cause: str) -> None:
        step = pipeline.steps[there]
        if step.state in FINAL or not deal.by_hand:
            deal.by_hand, deal.probability = False, step.probability
        if step.state != "Archived":
            deal.is_closed = step.state in FINAL
        deal.step = there
        deal.stays.append((there, cause))

    def add_interest(self, deal: Deal, want: Want, *, reserve: bool) -> list[str]:
        if deal.is_deleted:
            return ["NOT_FOUND"]
        if want.quantity < 1:
            return ["VALUE_INVALID"]
        if reserve and self.reserved + want.quantity > CAPACITY:
            return ["NOT_ENOUGH_PLACES"]
        want.held = want.quantity if reserve else 0
        deal.wants.append(want)
        deal.version += 1
        return []

    def remove_interest(self, deal: Deal, want: Want) -> list[str]:
        if deal.is_deleted:
            return ["NOT_FOUND"]
        deal.wants.remove(want)
        deal.version += 1
        return []

    def reserve(self, deal: Deal, want: Want) -> list[str]:
        if deal.is_deleted:
            return ["NOT_FOUND"]
        if want.held:
            return ["VALUE_INVALID"]
        if self.reserved + want.quantity > CAPACITY:
            return ["NOT_ENOUGH_PLACES"]
        want.held = want.quantity
        deal.version += 1
        return []

    def release(self, deal: Deal) -> list[str]:
        if deal.is_deleted:
            return ["NOT_FOUND"]
        if not any(want.held for want in deal.wants):
            return ["VALUE_INVALID"]
        self._let_go(deal)
        deal.version += 1
        return []

    def _let_go(self, deal: Deal) -> None:
        for want in deal.wants:
            want.held = 0

    def delete(self, deal: Deal) -> list[str]:
        if deal.is_deleted:
            return ["NOT_FOUND"]
        self._let_go(deal)
        deal.is_deleted = True
        deal.version += 1
        return []

    def restore(self, deal: Deal) -> list[str]:
        if not deal.is_deleted:
            return []
        deal.is_deleted = False
        deal.version += 1
        return []

    def publish(self, document: dict[str, Any]) -> None:
        self.published.append(Pipeline(document))

    def revert(self, number: int) -> list[str]:
        """To what a version meant that is no longer in force; the deals follow, if all can."""
        if number == len(self.published):
            return ["VALUE_INVALID"]
        self.published.append(self.published[number - 1])
        codes = self.migrate({}, "MAP")
        if codes:
            self.published.pop()
        return codes

    def migrate(self, mapping: dict[str, str], policy: str) -> list[str]:
        """Of what stands in older versions, deleted deals included."""
        pipeline, latest = self.published[-1], len(self.published)
        old = [deal for deal in self.deals if deal.version_of != latest]
        left = {deal.step for deal in old} - set(pipeline.steps)
        wrong = [step for step in mapping if step in pipeline.steps]
        wrong += [step for step in mapping.values() if step not in pipeline.steps]
        if wrong:
            return ["VALUE_INVALID"] * len(wrong)
        if left and policy == "BLOCK":
            return ["VALUE_INVALID"] * len(left)
        if policy == "MAP" and left - set(mapping):
            return ["VALUE_REQUIRED"] * len(left - set(mapping))
        for deal in old:
            there = deal.step if deal.step in pipeline.steps else mapping.get(deal.step)
            if there is not None:
                self._resettle(deal, pipeline, there, latest)
        return []

    def _resettle(self, deal: Deal, pipeline: Pipeline, there: str, latest: int) -> None:
        """Who stays on a step stays in the stay that is open, and closed as it was."""
        was = self.pipeline_of(deal).steps[deal.step].state
        is_closed, stays = deal.is_closed, list(deal.stays)
        moves = there != deal.step
        self._put(deal, pipeline, there, "MIGRATION")
        if pipeline.steps[there].state == was:
            deal.is_closed = is_closed
        deal.stays = deal.stays if moves else stays
        deal.version_of = latest
        deal.version += 1
