"""`pipelineChanges` recounted: two lists of plain rows, looked at pair by pair."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.conformance.lists import listed, page
from tests.conformance.rows import Row, decoded, money
from tests.conformance.then import as_of

if TYPE_CHECKING:
    from tests.conformance.reference import Reference

KINDS = (
    *("NEW", "ADVANCED", "MOVED_BACK", "WON", "LOST", "ARCHIVED", "REOPENED"),
    *("SLIPPED", "VALUE_CHANGED"),
)


def midnight(r: "Reference", day: str, later: int = 0) -> datetime:
    """When a day begins where the organisation is."""
    (organisation,) = r.tables["organisation"]
    begins = datetime.combine(date.fromisoformat(day) + timedelta(days=later), datetime.min.time())
    return begins.replace(tzinfo=ZoneInfo(organisation.time_zone)).astimezone(UTC)


def place_of(r: "Reference", step: int) -> int:
    """Where a step stands as it is published, else as it last was."""
    rows = r.tables.where("step_version", step_id=step)
    versions = {v.id: v for v in r.tables["pipeline_version"] if v.state != "DRAFT"}
    known = [row for row in rows if row.version_id in versions]
    last = max(
        known,
        key=lambda row: (
            versions[row.version_id].state == "PUBLISHED",
            versions[row.version_id].number,
        ),
    )
    return last.position


class Changed:
    def __init__(self, reference: "Reference", args: dict[str, Any]) -> None:
        self.r = r = reference
        self.noun = r.nouns["Opportunity"]
        self.rows = listed(self.noun, r.tables["opportunity"], args)
        if args.get("pipelineId") is not None:
            type, key = decoded(args["pipelineId"]) or ("", None)
            self.rows = [o for o in self.rows if type == "Pipeline" and o.pipeline_id == key]
        start = midnight(r, args["from"])
        end = min(r.now, midnight(r, args["to"], 1)) if args.get("to") else r.now
        self.before = {row.id: row for row in as_of(r, start)}
        self.after = {row.id: row for row in as_of(r, end)}

    def state(self, row: Row | None) -> str | None:
        return row and self.r.stage_of(self.r.step_of(row)).state

    def kinds(self, id: int) -> set[str]:
        before, after = self.before.get(id), self.after.get(id)
        if after is None:
            return set()
        was, state = self.state(before), self.state(after)
        found = {"NEW"} if before is None else set[str]()
        if state != was and state != "Open":
            found.add(str(state).upper())
        if before is None:
            return found
        if was != "Open" and state == "Open":
            found.add("REOPENED")
        if was == state == "Open":
            here, there = (place_of(self.r, row.step_id) for row in (before, after))
            found |= {"ADVANCED"} if there > here else {"MOVED_BACK"} if there < here else set()
            dates = before.expected_close_date, after.expected_close_date
            found |= {"SLIPPED"} if all(dates) and dates[1] > dates[0] else set()
        if (before.grand_total, before.currency) != (after.grand_total, after.currency):
            found.add("VALUE_CHANGED")
        return found

    def told(self) -> dict[str, Any]:
        kinds = {row.id: self.kinds(row.id) for row in self.rows}
        return {
            "changes": [
                self.entry(kind, currency, [id for id in kinds if kind in kinds[id]])
                for kind in KINDS
                for currency in sorted(
                    {self.after[id].currency for id in kinds if kind in kinds[id]}
                )
            ],
            "opening": self.standing(self.before),
            "closing": self.standing(self.after),
            "opportunities": lambda info, kind, **args: page(
                self.noun, [row for row in self.rows if kind in kinds[row.id]], args
            ),
        }

    def entry(self, kind: str, currency: str, ids: list[int]) -> dict[str, Any]:
        after = [self.after[id] for id in ids if self.after[id].currency == currency]
        before = [self.before[row.id] for row in after if row.id in self.before]
        exponent = self.r.exponent(currency)
        was = sum(row.grand_total for row in before if row.currency == currency)
        return {
            "kind": kind,
            "currency": currency,
            "count": len(after),
            "value": money(sum(row.grand_total for row in after), exponent),
            "previousValue": money(was, exponent),
        }

    def standing(self, rows: dict[int, Row]) -> list[dict[str, Any]]:
        met = {row.id for row in self.rows}
        found = [row for id, row in rows.items() if id in met and self.state(row) == "Open"]
        made: list[dict[str, Any]] = []
        for currency in sorted({row.currency for row in found}):
            own, exponent = [r for r in found if r.currency == currency], self.r.exponent(currency)
            value, weighted = (sum(r[n] for r in own) for n in ("grand_total", "weighted"))
            made.append({
                "currency": currency, "count": len(own), "value": money(value, exponent),
                "weighted": money(weighted, exponent),
            })  # fmt: skip
        return made
