"""Funnels: how far records came, each counted once wherever it was."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_gql.domain.cohorts import share
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it is published, else as it last was."""

    id: int
    name: str
    position: int
    is_retired: bool
    state: str
    stage_id: int
    stage_name: str
    stage_position: int
    expected_days: int | None

    @property
    def place(self) -> tuple[object, ...]:
        return (self.is_retired, self.position, self.id)

    def told(self) -> dict[str, object]:
        return {
            "stepId": encode(Ref("OpportunityStep", self.id)),
            "name": self.name,
            "state": self.state,
            "isRetired": self.is_retired,
        }


@dataclass(frozen=True, slots=True)
class Visits:
    """Records of a group that were on a step: how many, and how many of them did what.

    `between` were on steps before and after it too; `stays` are more where some came back.
    """

    reached: int = 0
    went_on: int = 0
    lost: int = 0
    moved_back: int = 0
    returned: int = 0
    stays: int = 0
    between: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Records whose first and last place among open and won steps these are."""

    first: int
    last: int
    count: int


def told(step: Step, visits: Visits, spans: Sequence[Span], count: int) -> dict[str, object]:
    """Of a step, in a group of `count` records."""
    passed = sum(each.count for each in spans if each.first < step.position < each.last)
    return step.told() | {
        "reached": visits.reached,
        "share": share(visits.reached, count),
        "wentOn": visits.went_on,
        "conversion": share(visits.went_on, visits.reached),
        "skipped": passed - visits.between,
        "movedBack": visits.moved_back,
        "lost": visits.lost,
        "returned": visits.returned,
        "stays": visits.stays,
    }
