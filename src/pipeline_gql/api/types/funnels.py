"""How far opportunities come, and how long it takes them."""

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.types.node import told, typed
from pipeline_gql.api.types.pipelines import StageState
from pipeline_gql.domain.cohorts import MEANINGS, MOST_GROUPS, Cohort

_cohorts: Any = Enum(
    "HistoryGroup",
    {c.name: strawberry.enum_value(c.value, description=MEANINGS[c]) for c in Cohort},
)
HistoryGroup = strawberry.enum(_cohorts, description="What a report on history is grouped by.")

GROUPS = (
    "The groups by name, that without a value last; all in one unless they are grouped. "
    f"At most {MOST_GROUPS}, those with the most opportunities."
)
MORE_GROUPS = "How many groups were left out."
_SHARE = "in percent, to two decimals; null of none"


@strawberry.type(description="A step of a report, as it is published or else as it last was.")
class ReportedStep:
    step_id: strawberry.ID = told("The step's id.")
    name: str = told("The step's name.")
    state: StageState = told("How the sales stand whose opportunities are there.")
    is_retired: bool = told("Whether the published version has it no more.")


@strawberry.type(description="A group of the opportunities of a report.")
class ReportedGroup:
    key: str | None = told(
        "The group: the id of a user or region, or the text; null for the opportunities that "
        "have no such value, and for all of them where nothing is grouped by."
    )
    label: str = told("The group's name for people.")
    count: int = told("How many opportunities it has.")


@strawberry.type(
    description="How many opportunities came to a step, each counted once however often it did."
)
class FunnelStep(ReportedStep):
    reached: int = told("How many were there at any time.")
    share: Decimal | None = told(f"How many of the group that is, {_SHARE}.")
    went_on: int = told("How many of these came to a later open or won step afterwards.")
    conversion: Decimal | None = told(f"How many of these that is, {_SHARE}.")
    skipped: int = told("How many were on earlier and on later steps of the kind, never on this.")
    moved_back: int = told("How many left it for an earlier open step.")
    lost: int = told("How many were lost from it.")
    returned: int = told("How many came to it more than once.")
    stays: int = told("How often any came to it.")


@strawberry.type(description="How many opportunities came to a stage, each counted once.")
class FunnelStage:
    stage_id: strawberry.ID = told("The stage's id.")
    name: str = told("The stage's name.")
    state: StageState = told("How the sales stand whose opportunities are in it.")
    reached: int = told("How many were on one of its steps at any time.")
    share: Decimal | None = told(f"How many of the group that is, {_SHARE}.")


@strawberry.type(description="The opportunities of a group, and how far they came.")
class FunnelGroup(ReportedGroup):
    open_count: int = told("How many of them are open now.")
    won_count: int = told("How many are won.")
    lost_count: int = told("How many are lost.")
    archived_count: int = told("How many are put aside.")
    won_share: Decimal | None = told(f"How many of all are won, {_SHARE}.")
    steps: list[FunnelStep] = told("The steps in their order, retired ones that had any last.")
    stages: list[FunnelStage] = told("The stages in their order.")


@strawberry.type(description="How far the opportunities of a pipeline came.")
class Funnel:
    group_by: Any = typed(HistoryGroup | None, "What it is grouped by.")
    groups: list[FunnelGroup] = told(GROUPS)
    more_groups: int = told(MORE_GROUPS)


@strawberry.type(
    description="How long opportunities stayed on a step. Each stay counts by itself; one that "
    "lasts still counts with the days that it has lasted so far."
)
class VelocityStep(ReportedStep):
    expected_days: int | None = told("How many days an opportunity should stay.")
    stays: int = told("How many stays are counted.")
    reached: int = told("How many opportunities these are of.")
    open_stays: int = told("How many of the stays last still.")
    median_days: int | None = told(
        "After how many days half of the stays were over, or had lasted so long: how often the "
        "day turned, where the organisation is; null of none."
    )
    p90_days: int | None = told("As medianDays, of nine tenths of the stays.")


@strawberry.type(description="The opportunities of a group, and how long they stayed.")
class VelocityGroup(ReportedGroup):
    steps: list[VelocityStep] = told("The open steps in their order, retired ones last.")


@strawberry.type(description="How long opportunities stay on the open steps of a pipeline.")
class Velocity:
    group_by: Any = typed(HistoryGroup | None, "What it is grouped by.")
    groups: list[VelocityGroup] = told(GROUPS)
    more_groups: int = told(MORE_GROUPS)
