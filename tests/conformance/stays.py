"""Stays, revisions and refused moves of opportunities, as plain rows tell them."""

import json
from typing import Any

from tests.conformance.hanging import Hanging
from tests.conformance.lists import Field, Noun
from tests.conformance.meaning import Object, once
from tests.conformance.rows import Row, moment, money


def _days(value: Any) -> str | None:
    return value and value.isoformat()


def _failures(listed: str | None) -> list[Object]:
    nothing = {"field": None, "message": None, "rule": None}
    return [nothing | failure for failure in json.loads(listed or "[]")]


class Stays(Hanging):
    def stays_of(self, o: Row) -> list[Row]:
        return self.tables.where("step_stay", opportunity_id=o.id)

    def revisions_of(self, o: Row) -> list[Row]:
        return self.tables.where("opportunity_revision", opportunity_id=o.id)

    @once
    def stay(self, s: Row) -> Object:
        until = self.now if s.left_at is None else s.left_at
        return self.own("OpportunityStay", s) | {
            "step": lambda info: self.step(self.step_of(s)),
            "version": self.lazily("PipelineVersion", s.version_id),
            "enteredAt": moment(s.entered_at),
            "leftAt": moment(s.left_at),
            "days": (self.day(until) - self.day(s.entered_at)).days,
            "cause": s.cause,
            "transition": self.lazily("Transition", s.transition_id),
            "actor": self.lazily("User", s.actor_id),
            "reason": s.reason,
            "overridden": _failures(s.overridden),
            "value": money(s.value, self.exponent(s.currency)),
            "probability": s.probability,
            "expectedCloseDate": _days(s.expected_close_date),
        }

    @once
    def revision(self, v: Row) -> Object:
        exponent = self.exponent(v.currency)
        names = {"grandTotal": "grand_total", "netTotal": "net_total", "taxTotal": "tax_total"}
        value = {name: money(v[column], exponent) for name, column in names.items()}
        return self.own("OpportunityRevision", v) | {
            "since": moment(v.since),
            "until": moment(v.until),
            "step": lambda info: self.step(self.step_of(v)),
            "version": self.lazily("PipelineVersion", v.version_id),
            "stepEnteredAt": moment(v.step_entered_at),
            "value": value | {"currency": v.currency, "weighted": money(v.weighted, exponent)},
            "probability": v.probability,
            "expectedCloseDate": _days(v.expected_close_date),
            "actualCloseDate": _days(v.actual_close_date),
            "leadSource": v.lead_source,
            "forecastCategory": v.forecast_category,
            "isDeleted": v.is_deleted,
        }

    def attempts_of(self, o: Row) -> list[Row]:
        return self.tables.where("transition_attempt", opportunity_id=o.id)

    @once
    def attempt(self, a: Row) -> Object:
        return self.own("TransitionAttempt", a) | {
            "at": moment(a.at),
            "actor": self.lazily("User", a.actor_id),
            "fromStep": lambda info: self._last(a.from_step_id),
            "toStep": lambda info: self._last(a.to_step_id),
            "failures": _failures(a.failures),
        }

    def _last(self, step_id: int | None) -> Object | None:
        """As it is published, else as the highest number has it."""
        known = {
            (v.state == "PUBLISHED", v.number): step
            for step in self.tables.where("step_version", step_id=step_id)
            for v in self.tables.where("pipeline_version", id=step.version_id)
            if v.state != "DRAFT"
        }
        return self.step(known[max(known)]) if known else None

    def remembered(self) -> list[Noun]:
        def get(column: str, kind: str, type: str = "") -> Field:
            return Field(kind, lambda row: row[column], type)

        def seen(row: Row) -> bool:
            return self.sees_what_hangs_on(row.opportunity_id)

        stay = {
            "id": get("id", "id", "OpportunityStay"),
            "stepId": get("step_id", "id", "OpportunityStep"),
            "cause": get("cause", "text"),
            "actorId": get("actor_id", "id", "User"),
            "enteredAt": get("entered_at", "moment"),
            "leftAt": get("left_at", "moment"),
        }
        revision = {
            "id": get("id", "id", "OpportunityRevision"),
            "since": get("since", "moment"),
            "until": get("until", "moment"),
            "stepId": get("step_id", "id", "OpportunityStep"),
            "ownerId": get("owner_id", "id", "User"),
        }
        attempt = {
            "id": get("id", "id", "TransitionAttempt"),
            "at": get("at", "moment"),
            "actorId": get("actor_id", "id", "User"),
            "fromStepId": get("from_step_id", "id", "OpportunityStep"),
            "toStepId": get("to_step_id", "id", "OpportunityStep"),
        }
        arrival, change = ("entered_at", "moment"), ("since", "moment")
        return [
            Noun(
                "OpportunityStay", "step_stay", "id", self.stay, stay, {"enteredAt": arrival}, seen
            ),
            Noun(
                "OpportunityRevision", "opportunity_revision", "id", self.revision, revision,
                {"since": change}, seen,
            ),
            Noun(
                "TransitionAttempt", "transition_attempt", "id", self.attempt, attempt,
                {"at": ("at", "moment")}, seen,
            ),
        ]  # fmt: skip
