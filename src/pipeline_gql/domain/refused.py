"""Refused moves of a group of records: which they were, and for which reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline_gql.domain.funnels import Step

MOST_MOVES = 50
"""Of a group."""
MOST_REASONS = 20
"""Of a move."""

Told = dict[str, object]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a move was refused or, with a code, was for one reason; `all` says of how many
    such this is one, whether they are told or not."""

    here: int
    there: int | None
    code: str | None
    rule_id: str | None
    field: str | None
    rule_name: str | None
    attempts: int
    opportunities: int
    people: int
    moved_on: int
    last_at: str
    all: int

    def counted(self) -> Told:
        return {
            "attempts": self.attempts,
            "opportunities": self.opportunities,
            "people": self.people,
            "movedOn": self.moved_on,
            "lastAt": self.last_at,
        }

    def reason(self) -> Told:
        rule = self.rule_id and {"id": self.rule_id, "name": self.rule_name}
        return {"code": self.code, "field": self.field, "rule": rule, **self.counted()}


def moves(tallies: Iterable[Tally], steps: Mapping[int, Step]) -> tuple[list[Told], int]:
    """Those with the most attempts first, then in the order of the steps; and how many more."""
    refused: list[Tally] = []
    reasons: dict[tuple[int, int | None], list[Tally]] = {}
    for each in tallies:
        if each.code is None:
            refused.append(each)
        else:
            reasons.setdefault((each.here, each.there), []).append(each)

    def place(each: Tally) -> tuple[object, ...]:
        there = () if each.there is None else steps[each.there].place
        return (-each.attempts, steps[each.here].place, each.there is None, there)

    told = [
        _move(each, steps, reasons.get((each.here, each.there), []))
        for each in sorted(refused, key=place)
    ]
    return told, _others(refused)


def _move(move: Tally, steps: Mapping[int, Step], reasons: Sequence[Tally]) -> Told:
    def place(each: Tally) -> tuple[object, ...]:
        return (-each.attempts, each.code, each.rule_id or "", each.field or "")

    return {
        "fromStep": steps[move.here].told(),
        "toStep": None if move.there is None else steps[move.there].told(),
        **move.counted(),
        "reasons": [each.reason() for each in sorted(reasons, key=place)],
        "moreReasons": _others(reasons),
    }


def _others(some: Sequence[Tally]) -> int:
    return some[0].all - len(some) if some else 0
