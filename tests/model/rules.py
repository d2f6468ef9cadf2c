"""Rules of transitions in plain Python: how much of each fails, and under which code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.model.deals import Deal
from tests.model.pipelines import Edge

CODES = {
    "ACTOR": "TRANSITION_NOT_PERMITTED",
    "CONDITION": "CONDITION_NOT_MET",
    "INPUT": "ATTRIBUTE_REQUIRED",
    "VALIDATOR": "VALUE_INVALID",
}
"""By phase, in their order."""


@dataclass
class Facts:
    """What a rule may look at; attributes as the phase sees them."""

    deal: Deal
    who: str
    attributes: dict[str, str]
    reason: str | None


def failures(edge: Edge, facts: Facts, merged: dict[str, str]) -> Iterator[list[str]]:
    """The codes of each phase, all of it; what comes with the call counts in the last two."""
    for phase, usual in CODES.items():
        if phase == "INPUT":
            facts.attributes = merged
        codes: list[str] = []
        if phase == "INPUT":
            has = {*merged, *(["amount"] if facts.deal.amount is not None else [])}
            codes += [usual for name in edge.required if name not in has]
        for rule in edge.rules:
            if rule.get("phase", "CONDITION") == phase:
                codes += [rule.get("code", usual)] * failing(rule["test"], facts)
        yield codes


def failing(test: dict[str, Any], facts: Facts, *, wanted: bool = True) -> int:
    """How many things are wrong; where none of several ways is open, that is one."""
    ((kind, said),) = test.items()
    if kind == "not":
        return failing(said, facts, wanted=not wanted)
    if kind not in ("all", "any"):
        return int(_holds(kind, said, facts) is not wanted)
    wrong = [failing(each, facts, wanted=wanted) for each in said]
    if (kind == "all") is wanted:
        return sum(wrong)
    return (wrong[0] if len(wrong) == 1 else 1) if all(wrong) else 0


def _holds(kind: str, said: Any, facts: Facts) -> bool:
    deal = facts.deal
    match kind:
        case "is_owner":
            return deal.owner == facts.who
        case "role":
            return facts.who in said
        case "did_not_make":
            return all((stay.edge, stay.by) != (said, facts.who) for stay in deal.stays)
        case "no_open_task":
            return all(deal.tasks)
        case "interests":
            return len(deal.wants) >= 1
        case "reservations_valid":
            return any(want.held for want in deal.wants)
        case "was_in_step":
            return any(stay.step == said for stay in deal.stays[:-1])
        case "given":
            return facts.reason is not None
        case "field":
            held: Any = {"amount": deal.amount, "nextStep": deal.next_step}[said["name"]]
            return _compared(said, held)
        case _:
            return _compared(said, facts.attributes.get(said["key"]))


def _compared(said: dict[str, Any], held: Any) -> bool:
    if held is None:
        return False
    match said["is"]:
        case "ge":
            return Decimal(held) >= Decimal(said["value"])
        case "matches":
            return re.fullmatch(said["value"], held) is not None
        case _:
            return held == said["value"]
