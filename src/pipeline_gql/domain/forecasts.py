"""Forecasts: how the groups of records are called and ordered, and what their sums look like."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pipeline_gql.domain.chances import PERCENTILES, Likely, Moments, percentiles
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.money import spelled

MOST_ROWS = 500
"""Of a forecast: a group has one for each of its currencies."""

NONE = Moments()
PLAIN = 7
"""Sums in a row that nothing is asked of but sums."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


class Grouping(StrEnum):
    """What the records of a group have in common."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"
    OWNER = "OWNER"
    TEAM = "TEAM"
    STEP = "STEP"
    STAGE = "STAGE"
    SOURCE = "SOURCE"
    CATEGORY = "CATEGORY"


RECORDS = {
    Grouping.OWNER: "User",
    Grouping.TEAM: "Team",
    Grouping.STEP: "OpportunityStep",
    Grouping.STAGE: "OpportunityStage",
}
"""The types of the records that groups are of."""

WITHOUT = {
    Grouping.MONTH: "No close date",
    Grouping.QUARTER: "No close date",
    Grouping.OWNER: "No owner",
    Grouping.TEAM: "No team",
    Grouping.STEP: "No step",
    Grouping.STAGE: "No stage",
    Grouping.SOURCE: "No source",
    Grouping.CATEGORY: "No category",
}
"""The names of the groups of what has no value."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Of the records of one currency, in ten-thousandths. `certain` is worth what is open and has
    a probability of 100; `likely` and `others` are what else is open, as far as it is asked for."""

    currency: str
    open_count: int
    open_value: int
    weighted: int
    won_count: int
    won_value: int
    certain: int
    likely: tuple[Likely, ...] | None = None
    others: Moments = NONE

    @classmethod
    def of(cls, facts: Sequence[Any]) -> "Sums":
        """Of a row: the sums in their order and, if asked for, what they are spread by."""
        plain = cls(*facts[:PLAIN])
        if len(facts) == PLAIN:
            return plain
        likely, mean, variance, third = facts[PLAIN:]
        deals = tuple(Likely(*deal) for deal in likely or ())
        others = Moments(mean or 0, variance or 0, third or 0)
        return replace(plain, likely=deals, others=others)

    def told(self) -> dict[str, object]:
        sums: dict[str, object] = {
            "currency": self.currency,
            "openCount": self.open_count,
            "openValue": spelled(self.open_value, self.currency),
            "weighted": spelled(self.weighted, self.currency),
            "wonCount": self.won_count,
            "wonValue": spelled(self.won_value, self.currency),
        }
        if self.likely is None:
            return sums
        reached = zip(PERCENTILES, percentiles(self.likely, self.others), strict=True)
        return sums | {
            f"p{percent}": spelled(self.won_value + self.certain + more, self.currency)
            for percent, more in reached
        }


@dataclass(frozen=True, slots=True)
class Named:
    """What a record that groups are of is called, and where it stands among others."""

    name: str
    place: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The records that have one `value`, None for those that have none: a month as `2026-03`, a
    quarter as `2026-Q1`, a record's key, a text."""

    grouping: Grouping
    value: str | None
    named: Named | None = None

    @property
    def key(self) -> str | None:
        if self.value is None or self.grouping not in RECORDS:
            return self.value
        return encode(Ref(RECORDS[self.grouping], int(self.value)))

    @property
    def label(self) -> str:
        if self.value is None:
            return WITHOUT[self.grouping]
        if self.named is not None:
            return self.named.name
        year, _, part = self.value.partition("-")
        if self.grouping is Grouping.MONTH:
            return f"{MONTHS[int(part) - 1]} {year}"
        return f"{part} {year}" if self.grouping is Grouping.QUARTER else self.value

    @property
    def place(self) -> tuple[object, ...]:
        """Times in their order, steps and stages in their pipelines', others by name."""
        if self.value is None:
            return (True,)
        if self.grouping in (Grouping.MONTH, Grouping.QUARTER):
            return (False, (), self.value)
        number = int(self.value) if self.grouping in RECORDS else 0
        return (False, self.named.place if self.named else (), self.label, number)
