"""`funnel` and `velocity` recounted: every record is walked along its stays."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

from tests.conformance.changed import midnight
from tests.conformance.lists import listed
from tests.conformance.meaning import Object
from tests.conformance.rows import Row, decoded, global_id

if TYPE_CHECKING:
    from tests.conformance.reference import Reference

WITHOUT = {
    "OWNER": "No owner",
    "SOURCE": "No source",
    "REGION": "No region",
    "INTEREST_KIND": "No interests",
    None: "All",
}


def share(part: int, whole: int) -> str | None:
    if not whole:
        return None
    return str((Decimal(part * 100) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP))


class Report:
    """What both reports are about."""

    def __init__(self, reference: "Reference", args: dict[str, Any]) -> None:
        self.r, self.t, self.args = reference, reference.tables, args
        self.by = args.get("groupBy")
        type, key = decoded(args["pipelineId"]) or ("", None)
        self.pipeline = key if type == "Pipeline" else None
        rows = listed(reference.nouns["Opportunity"], self.t["opportunity"], args)
        self.rows = [row for row in rows if row.pipeline_id == self.pipeline]
        self.steps = self._steps()

    def _steps(self) -> dict[int, Row]:
        """As they are published, else as they last were; `retired` then."""
        versions = [
            v for v in self.t.where("pipeline_version", pipeline_id=self.pipeline)
            if v.state != "DRAFT"
        ]  # fmt: skip
        versions.sort(key=lambda v: (v.state == "PUBLISHED", v.number))
        return {
            step.step_id: Row({**step, "retired": v.state != "PUBLISHED"})
            for v in versions
            for step in self.t.where("step_version", version_id=v.id)
        }

    def state(self, step: Row) -> str:
        return self.r.stage_of(step).state

    def within(self, moment: datetime) -> bool:
        start, end = self.args.get("from"), self.args.get("to")
        return (start is None or moment >= midnight(self.r, start)) and (
            end is None or moment < midnight(self.r, end, 1)
        )

    def stays(self, row: Row) -> list[Row]:
        return sorted(self.r.stays_of(row), key=lambda stay: stay.entered_at)

    def values(self, row: Row) -> list[Any]:
        match self.by:
            case "OWNER":
                return [row.owner_id]
            case "SOURCE":
                return [row.lead_source]
            case "REGION":
                return [row.region_code]
            case "INTEREST_KIND":
                kinds = {each.kind for each in self.t.where("interest", opportunity_id=row.id)}
                return sorted(kinds) or [None]
            case _:
                return [None]

    def grouped(self, rows: list[Row]) -> list[tuple[Object, list[Row]]]:
        found: dict[Any, list[Row]] = {}
        for row in rows:
            for value in self.values(row):
                found.setdefault(value, []).append(row)
        told = [(self.named(value), value, own) for value, own in found.items()]
        told.sort(key=lambda each: (each[1] is None, each[0]["label"], f":{each[1]}"))
        return [(named | {"count": len(own)}, own) for named, _, own in told]

    def named(self, value: Any) -> Object:
        if value is None:
            return {"key": None, "label": WITHOUT[self.by]}
        if self.by == "OWNER":
            name = self.t.the("app_user", id=value).name
            return {"key": global_id("User", value), "label": name}
        if self.by == "REGION":
            name = self.t.the("region", code=value).name
            return {"key": global_id("Region", value), "label": name}
        return {"key": value, "label": value}

    def shown(self, visited: set[int]) -> list[Row]:
        kept = [s for s in self.steps.values() if not s.retired or s.step_id in visited]
        return sorted(kept, key=lambda s: (s.retired, s.position, s.step_id))

    def of_step(self, step: Row) -> Object:
        return {
            "stepId": global_id("OpportunityStep", step.step_id),
            "name": step.name,
            "state": self.state(step),
            "isRetired": step.retired,
        }


class Funnel(Report):
    def told(self) -> Object:
        rows = [row for row in self.rows if self.within(row.created_at)]
        ways = {
            row.id: [
                self.steps[stay.step_id] for stay in self.stays(row) if stay.step_id in self.steps
            ]
            for row in rows
        }
        steps = self.shown({step.step_id for way in ways.values() for step in way})
        return {
            "groupBy": self.by,
            "groups": [
                named | self.group([ways[row.id] for row in own], own, steps)
                for named, own in self.grouped(rows)
            ],
            "moreGroups": 0,
        }

    def group(self, ways: list[list[Row]], rows: list[Row], steps: list[Row]) -> Object:
        states = [self.r.stage_of(self.r.step_of(row)).state for row in rows]
        counts = {f"{s.lower()}Count": states.count(s) for s in ("Open", "Won", "Lost", "Archived")}
        return counts | {
            "wonShare": share(states.count("Won"), len(rows)),
            "steps": [self.of_step(step) | self.counted(step, ways) for step in steps],
            "stages": self.stages(ways, steps),
        }

    def goes_on(self, step: Row) -> bool:
        return self.state(step) in ("Open", "Won")

    def counted(self, step: Row, ways: list[list[Row]]) -> Object:
        here = [way for way in ways if step in way]
        went_on = [way for way in here if self.went_on(step, way)]
        return {
            "reached": len(here),
            "share": share(len(here), len(ways)),
            "wentOn": len(went_on),
            "conversion": share(len(went_on), len(here)),
            "skipped": sum(self.skipped(step, way) for way in ways),
            "movedBack": sum(
                any(self.back(a, b) for a, b in pairwise(w) if a is step) for w in here
            ),
            "lost": sum(
                any(self.state(b) == "Lost" for a, b in pairwise(way) if a is step) for way in here
            ),
            "returned": sum(way.count(step) > 1 for way in here),
            "stays": sum(way.count(step) for way in here),
        }

    def went_on(self, step: Row, way: list[Row]) -> bool:
        after = way[way.index(step) + 1 :]
        return any(self.goes_on(s) and s.position > step.position for s in after)

    def skipped(self, step: Row, way: list[Row]) -> bool:
        places = [s.position for s in way if self.goes_on(s)]
        return bool(places) and step not in way and min(places) < step.position < max(places)

    def back(self, here: Row, there: Row) -> bool:
        both_open = self.state(here) == self.state(there) == "Open"
        return both_open and there.position < here.position

    def stages(self, ways: list[list[Row]], steps: list[Row]) -> list[Object]:
        known: dict[int, Row] = {}
        for step in steps:
            known.setdefault(step.stage_id, step)
        order = sorted(
            known.values(), key=lambda s: (s.retired, self.r.stage_of(s).position, s.stage_id)
        )
        made: list[Object] = []
        for step in order:
            reached = sum(any(s.stage_id == step.stage_id for s in way) for way in ways)
            made.append({
                "stageId": global_id("OpportunityStage", step.stage_id),
                "name": self.r.stage_of(step).name, "state": self.state(step),
                "reached": reached, "share": share(reached, len(ways)),
            })  # fmt: skip
        return made


class Velocity(Report):
    def told(self) -> Object:
        found = {row.id: self.counted(row) for row in self.rows}
        open_steps = {key for key, step in self.steps.items() if self.state(step) == "Open"}
        visited = {stay.step_id for stays in found.values() for stay in stays}
        steps = [step for step in self.shown(visited) if step.step_id in open_steps]
        return {
            "groupBy": self.by,
            "groups": [
                named
                | {"steps": [self.times(step, [found[row.id] for row in own]) for step in steps]}
                for named, own in self.grouped(self.rows)
            ],
            "moreGroups": 0,
        }

    def counted(self, row: Row) -> list[Row]:
        return [stay for stay in self.stays(row) if self.within(stay.entered_at)]

    def times(self, step: Row, stays: list[list[Row]]) -> Object:
        here = [[stay for stay in own if stay.step_id == step.step_id] for own in stays]
        every = [stay for own in here for stay in own]
        days = sorted(self.days(stay) for stay in every)
        return self.of_step(step) | {
            "expectedDays": step.expected_days,
            "stays": len(every),
            "reached": len([own for own in here if own]),
            "openStays": len([stay for stay in every if stay.left_at is None]),
            "medianDays": days[ceil(len(days) / 2) - 1] if days else None,
            "p90Days": days[ceil(len(days) * 9 / 10) - 1] if days else None,
        }

    def days(self, stay: Row) -> int:
        until = self.r.now if stay.left_at is None else stay.left_at
        return (self.r.day(until) - self.r.day(stay.entered_at)).days
