"""`velocity`: how long records stayed on the open steps of a pipeline, from their stays in SQL."""

from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from sqlalchemy import ARRAY, BigInteger, Double, and_, cast, func, literal_column, select

from pipeline_gql.domain.cohorts import Cohort, groups
from pipeline_gql.domain.pipeline import State
from pipeline_gql.domain.selection import Pick, picked
from pipeline_gql.store import models
from pipeline_gql.store.reads.cohorts import Lists, Records, facts, read
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.criteria import day_of
from pipeline_gql.store.reads.funnels import shown
from pipeline_gql.store.reads.statements import Statement, statement

HALF_AND_NINE_TENTHS = literal_column("ARRAY[0.5, 0.9]", ARRAY(Double))
NOBODY = [0, 0, 0, None, None]


def velocity(compiler: Compiler, pick: Pick) -> Statement:
    records = Records(compiler, pick)
    found = records.found(day=False)
    placed = records.placed(found)
    largest = records.largest(placed)
    parts = {
        "groups": select(*largest.c),
        "steps": select(*records.steps.c),
        "times": _times(records, found, placed, largest),
        **records.names(largest),
    }
    made = statement(compiler, facts(parts))
    return replace(made, finish=partial(_finished, records.cohort, pick))


def _times(records: Records, found: Any, placed: Any, largest: Any) -> Any:
    """By group and step: stays, records, those that last, and after how many days half and nine
    tenths of the stays were over, or had lasted so far."""
    stay: Any = models.StepStay.__table__.alias()
    scope = records.scope
    until = day_of(func.coalesce(stay.c.left_at, func.now()), scope)
    days = cast(until - day_of(stay.c.entered_at, scope), BigInteger)
    its = and_(stay.c.org_id == scope.org, stay.c.opportunity_id == found.c.id)
    each = select(stay.c.opportunity_id, stay.c.step_id, days.label("days"), stay.c.left_at)
    each = each.select_from(found.join(stay, its)).where(*records.within(stay.c.entered_at))
    # Made at once: few groups would have the planner look stays up record by record.
    lasted: Any = each.cte("lasted").prefix_with("MATERIALIZED")
    both: Any = func.percentile_disc(HALF_AND_NINE_TENTHS).within_group(lasted.c.days)
    there = and_(
        placed.c.id == lasted.c.opportunity_id, placed.c.value.in_(select(largest.c.value))
    )
    times = select(
        placed.c.value,
        lasted.c.step_id,
        func.count(),
        func.count(lasted.c.opportunity_id.distinct()),
        func.count().filter(lasted.c.left_at.is_(None)),
        both.label("both"),
    )
    return times.select_from(lasted.join(placed, there)).group_by(placed.c.value, lasted.c.step_id)


def _finished(cohort: Cohort | None, pick: Pick, facts: bytes) -> bytes:
    found = read(facts)
    counts = {mark: row for mark, *row in found["groups"]}
    times: dict[tuple[str, int], list[Any]] = {
        (mark, step): [*row, *both] for mark, step, *row, both in found["times"]
    }
    visited = {step for _, step in times}
    steps = [step for step in shown(found["steps"], visited) if step.state == State.OPEN]
    more = next((row[-1] for row in counts.values()), 0) - len(counts)
    whole: dict[str, object] = {
        "groupBy": cohort and cohort.value,
        "groups": [
            {
                **group.told(),
                "count": counts[group.mark][0],
                "steps": [
                    step.told()
                    | {"expectedDays": step.expected_days}
                    | _told(times.get((group.mark, step.id), NOBODY))
                    for step in steps
                ],
            }
            for group in groups(cohort, list(counts), found.get("names", Lists()))
        ],
        "moreGroups": more,
    }
    return orjson.dumps(picked(whole, pick))


def _told(row: list[Any]) -> dict[str, object]:
    names = ("stays", "reached", "openStays", "medianDays", "p90Days")
    return dict(zip(names, row, strict=True))
