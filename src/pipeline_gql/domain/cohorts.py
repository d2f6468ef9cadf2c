"""What the records of a report on history are grouped by, and how the groups are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode

MOST_GROUPS = 100


class Cohort(StrEnum):
    """What the records of a group have in common."""

    OWNER = "OWNER"
    SOURCE = "SOURCE"
    REGION = "REGION"
    INTEREST_KIND = "INTEREST_KIND"


MEANINGS = {
    Cohort.OWNER: "By who is responsible now.",
    Cohort.SOURCE: "By where it came from.",
    Cohort.REGION: "By where it is sold.",
    Cohort.INTEREST_KIND: "By the kinds of its interests: one with several counts in each.",
}
_WITHOUT = {
    Cohort.OWNER: "No owner",
    Cohort.SOURCE: "No source",
    Cohort.REGION: "No region",
    Cohort.INTEREST_KIND: "No interests",
}
ALL = "All"
NONE = ""


@dataclass(frozen=True, slots=True)
class Group:
    """`mark` is what SQL says of the group: nothing for what has no value, else `:` and that."""

    cohort: Cohort | None
    mark: str
    names: Mapping[str, str]

    @property
    def value(self) -> str | None:
        return None if self.mark == NONE else self.mark[1:]

    @property
    def key(self) -> str | None:
        if self.value is None or self.cohort in (None, Cohort.SOURCE, Cohort.INTEREST_KIND):
            return self.value
        if self.cohort is Cohort.REGION:
            return encode(Ref("Region", self.value))
        return encode(Ref("User", int(self.value)))

    @property
    def label(self) -> str:
        if self.cohort is None:
            return ALL
        return _WITHOUT[self.cohort] if self.value is None else self._name(self.value)

    def _name(self, value: str) -> str:
        return self.names.get(value, value)

    @property
    def place(self) -> tuple[object, ...]:
        """By name, what has no value last."""
        return (self.value is None, self.label, self.mark)

    def told(self) -> dict[str, object]:
        return {"key": self.key, "label": self.label}


def share(part: int, whole: int) -> str | None:
    """Percent, to two decimals, half a hundredth up; None of nothing."""
    if not whole:
        return None
    hundredths = (part * 20_000 + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02}"


def groups(
    cohort: Cohort | None, marks: Sequence[str], names: Sequence[Sequence[object]]
) -> list[Group]:
    """In the order in which they are told."""
    known = {str(key): str(name) for key, name in names}
    return sorted((Group(cohort, mark, known) for mark in marks), key=lambda group: group.place)
