"""Checks of what hangs on the record, of where it was, and of what the call brings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from pipeline_gql.domain.facts import day_of
from pipeline_gql.domain.interests import Kind
from pipeline_gql.domain.money import SCALE, spelled
from pipeline_gql.domain.ruling.cases import Case, Told
from pipeline_gql.domain.ruling.comparing import plain
from pipeline_gql.domain.spelling import counted
from pipeline_gql.domain.standing import Want


@dataclass(frozen=True, slots=True)
class InterestsCheck:
    """Of one kind, if one is named. Their total is before discounts and tax."""

    at_least: int = 1
    kind: Kind | None = None
    total_at_least: Decimal | None = None

    def holds(self, case: Case) -> bool:
        wants = list(self._meant(case.standing.interests))
        enough = self.total_at_least is None or _total(wants) >= self.total_at_least
        return len(wants) >= self.at_least and enough

    def told(self, case: Case) -> Told:
        wants = list(self._meant(case.standing.interests))
        expected = [f"at least {self.at_least}{self._of_kind()}"]
        actual = [str(len(wants))]
        if self.total_at_least is not None:
            expected.append(f"of {plain(self.total_at_least)} in all")
            actual.append(f"of {spelled(int(_total(wants) * SCALE), case.standing.currency)}")
        return Told("interests", " ".join(actual), " ".join(expected))

    def who(self) -> str:
        return f"anybody where there is at least {counted(self.at_least, 'interest')}"

    def exported(self) -> Mapping[str, object]:
        more: dict[str, object] = {} if self.kind is None else {"kind": self.kind.value}
        if self.total_at_least is not None:
            more["total_at_least"] = plain(self.total_at_least)
        return {"interests": {"at_least": self.at_least, **more}}

    def _meant(self, wants: Iterable[Want]) -> Iterable[Want]:
        return (want for want in wants if self.kind in (None, want.kind))

    def _of_kind(self) -> str:
        return f" of kind {self.kind}" if self.kind else ""


def _total(wants: Iterable[Want]) -> Decimal:
    return Decimal(sum(want.total for want in wants)) / SCALE


@dataclass(frozen=True, slots=True)
class AttachmentCheck:
    at_least: int = 1

    def holds(self, case: Case) -> bool:
        return case.standing.attachments >= self.at_least

    def told(self, case: Case) -> Told:
        return Told("attachments", str(case.standing.attachments), f"at least {self.at_least}")

    def who(self) -> str:
        return f"anybody where there is at least {counted(self.at_least, 'attachment')}"

    def exported(self) -> Mapping[str, object]:
        return {"attachments": {"at_least": self.at_least}}


class Given(StrEnum):
    """What a call may say in words."""

    REASON = "reason"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class GivenCheck:
    given: Given

    def holds(self, case: Case) -> bool:
        return self._said(case) is not None

    def told(self, case: Case) -> Told:
        return Told(self.given.value, self._said(case), "given")

    def _said(self, case: Case) -> str | None:
        return case.inputs.comment if self.given is Given.COMMENT else case.inputs.reason

    def who(self) -> str:
        return f"whoever gives a {self.given.value}"

    def exported(self) -> Mapping[str, object]:
        return {"given": self.given.value}


@dataclass(frozen=True, slots=True)
class ReservedCheck:
    """At least one place is held, and the date has not passed."""

    def holds(self, case: Case) -> bool:
        return case.standing.holds_places(case.now)

    def told(self, case: Case) -> Told:
        return Told("isReservationValid", "false", "true")

    def who(self) -> str:
        return "anybody while its reservations are valid"

    def exported(self) -> Mapping[str, object]:
        return {"reservations_valid": True}


@dataclass(frozen=True, slots=True)
class VisitedCheck:
    """Was on a step before; where it stands does not count, unless it stood there twice."""

    step: str

    def holds(self, case: Case) -> bool:
        wanted = case.step_ids.get(self.step)
        earlier = case.standing.visits[:-1]
        return any(visit.step_id == wanted for visit in earlier)

    def told(self, case: Case) -> Told:
        return Told("stays", None, f"on step {self.step} before")

    def who(self) -> str:
        return f"anybody where it was on step {self.step} before"

    def exported(self) -> Mapping[str, object]:
        return {"was_in_step": self.step}


@dataclass(frozen=True, slots=True)
class TasksCheck:
    def holds(self, case: Case) -> bool:
        return case.standing.open_tasks == 0

    def told(self, case: Case) -> Told:
        return Told("tasks", f"{case.standing.open_tasks} open", "done, all of them")

    def who(self) -> str:
        return "anybody once all its tasks are done"

    def exported(self) -> Mapping[str, object]:
        return {"no_open_task": True}


@dataclass(frozen=True, slots=True)
class DaysCheck:
    """How often the day has turned since it came to its step, where the organisation is."""

    at_least: int | None = None
    at_most: int | None = None

    def holds(self, case: Case) -> bool:
        days = _days(case)
        return (self.at_least or 0) <= days and (self.at_most is None or days <= self.at_most)

    def told(self, case: Case) -> Told:
        return Told("daysInStep", str(_days(case)), self._expected())

    def who(self) -> str:
        return f"anybody where daysInStep is {self._expected()}"

    def exported(self) -> Mapping[str, object]:
        bounds = {"at_least": self.at_least, "at_most": self.at_most}
        return {"days_in_step": {name: days for name, days in bounds.items() if days is not None}}

    def _expected(self) -> str:
        least = None if self.at_least is None else f"at least {self.at_least}"
        most = None if self.at_most is None else f"at most {self.at_most}"
        return " and ".join(bound for bound in (least, most) if bound)


def _days(case: Case) -> int:
    zone = case.actor.time_zone
    since = case.standing.entered_at or case.now
    return (day_of(case.now, zone) - day_of(since, zone)) // timedelta(days=1)
