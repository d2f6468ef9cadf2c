"""`refusals` recounted: attempt by attempt."""

import json
from itertools import pairwise
from typing import Any

from tests.conformance.funnels import Report
from tests.conformance.meaning import Object
from tests.conformance.rows import Row, moment

Key = tuple[Any, ...]


class Stuck(Report):
    def told(self) -> Object:
        self.attempts = {row.id: self.refused(row) for row in self.rows}
        return {
            "groupBy": self.by,
            "groups": [named | self.group(own) for named, own in self.grouped(self.rows)],
            "moreGroups": 0,
        }

    def refused(self, row: Row) -> list[Row]:
        return [each for each in self.r.attempts_of(row) if self.within(each.at)]

    def group(self, rows: list[Row]) -> Object:
        every = [each for row in rows for each in self.attempts[row.id]]
        ways: dict[Key, list[Row]] = {}
        for each in every:
            ways.setdefault(self.way(each), []).append(each)
        ordered = sorted(
            ways.items(), key=lambda it: (-len(it[1]), *(self.place(step) for step in it[0]))
        )
        moves = [self.move(way, some) for way, some in ordered]
        return {**self.often(every), "moves": moves, "moreMoves": 0}

    def way(self, attempt: Row) -> Key:
        there = attempt.to_step_id
        return attempt.from_step_id, there if there in self.steps else None

    def place(self, step_id: int | None) -> Key:
        if step_id is None:
            return (True,)
        step = self.steps[step_id]
        return (False, step.retired, step.position, step_id)

    def move(self, way: Key, attempts: list[Row]) -> Object:
        here, there = way
        why: dict[Key, list[Row]] = {}
        names: dict[Key, str] = {}
        for each in sorted(attempts, key=lambda it: (it.at, it.id)):
            called: dict[Key, list[str]] = {}
            for told in json.loads(each.failures):
                name = (told.get("rule") or {}).get("name") or ""
                called.setdefault(self.reason(told), []).append(name)
            for key, some in called.items():
                why.setdefault(key, []).append(each)
                names[key] = min(some)
        ordered = sorted(why.items(), key=lambda it: (-len(it[1]), *(part or "" for part in it[0])))
        reasons = [
            {
                "code": code,
                "field": field,
                "rule": rule and {"id": rule, "name": names[code, rule, field]},
                **self.counted(way, some),
            }
            for (code, rule, field), some in ordered
        ]
        return {
            "fromStep": self.of_step(self.steps[here]),
            "toStep": there and self.of_step(self.steps[there]),
            **self.counted(way, attempts),
            "reasons": reasons[:20],
            "moreReasons": max(0, len(reasons) - 20),
        }

    def reason(self, told: Object) -> Key:
        return told["code"], (told.get("rule") or {}).get("id"), told.get("field")

    def often(self, attempts: list[Row]) -> Object:
        return {
            "attempts": len(attempts),
            "opportunities": len({each.opportunity_id for each in attempts}),
            "people": len({each.actor_id for each in attempts} - {None}),
        }

    def counted(self, way: Key, attempts: list[Row]) -> Object:
        last = {each.opportunity_id: each.at for each in sorted(attempts, key=lambda it: it.at)}
        moved = [row for row in self.rows if row.id in last and self.went(row, way, last[row.id])]
        return {
            **self.often(attempts),
            "movedOn": len(moved),
            "lastAt": moment(max(each.at for each in attempts)),
        }

    def went(self, row: Row, way: Key, after: Any) -> bool:
        return any(
            (a.step_id, b.step_id) == way
            and b.cause in ("TRANSITION", "OVERRIDE")
            and b.entered_at > after
            for a, b in pairwise(self.stays(row))
        )
