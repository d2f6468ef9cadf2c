"""Scenarios: what a client supposes of a forecast, read from its input. Raises Malformed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline_gql.domain.filters import Kind, Malformed, MalformedFilter, parser
from pipeline_gql.domain.spelling import counted

MOST_NAMED = 1_000
"""Steps or records that a list of a scenario may name."""
MOST_DAYS = 3_660
Scenario = Mapping[str, Any]
Reading = Callable[[Scenario], Any]

NAMED = {
    "steps": ("stepId", "OpportunityStep"),
    "shifts": ("opportunityId", "Opportunity"),
    "leaveOut": ("", "Opportunity"),
}
"""The lists of a scenario: the member of an entry that is an id, and the type it must name."""


def ids(scenario: Scenario, name: str) -> list[str]:
    """The ids of a list as they were sent."""
    member, _ = NAMED[name]
    entries: Sequence[Any] = scenario.get(name) or []
    if len(entries) > MOST_NAMED:
        raise Malformed(f"scenario.{name}: at most {MOST_NAMED:,} can be named")
    return [each[member] if member else each for each in entries]


def keys(name: str) -> Reading:
    """How the keys of a list are read; each record may be named once."""
    member, type = NAMED[name]
    parse = parser(Kind.ID, type)

    def read(scenario: Scenario) -> list[object]:
        seen: dict[str, object] = {}
        for place, id in enumerate(ids(scenario, name)):
            where = f"scenario.{name}[{place}]" + (f".{member}" if member else "")
            if id in seen:
                raise Malformed(f"{where}: {id[:80]!r} is named twice")
            try:
                seen[id] = parse(id)
            except MalformedFilter as malformed:
                raise Malformed(f"{where}: {malformed}") from None
        return list(seen.values())

    return read


def probabilities(scenario: Scenario) -> list[int]:
    """Of the steps, in percent."""
    entries: Sequence[Any] = scenario.get("steps") or []
    for place, each in enumerate(entries):
        if not 0 <= each["probability"] <= 100:
            raise Malformed(f"scenario.steps[{place}].probability must lie between 0 and 100")
    return [each["probability"] for each in entries]


def shifts(scenario: Scenario) -> list[int]:
    """Of the records that have their own, in days."""
    entries: Sequence[Any] = scenario.get("shifts") or []
    return [_days(each["days"], f"shifts[{place}].days") for place, each in enumerate(entries)]


def shift(scenario: Scenario) -> int:
    """Of all other records, in days."""
    return _days(scenario.get("shiftDays") or 0, "shiftDays")


def _days(days: int, where: str) -> int:
    if abs(days) > MOST_DAYS:
        raise Malformed(f"scenario.{where} must lie within {counted(MOST_DAYS, 'day')}")
    return days
