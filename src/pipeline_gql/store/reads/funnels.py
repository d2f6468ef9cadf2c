"""`funnel`: how far the records that were created in a period came, counted in SQL."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from sqlalchemy import and_, case, func, select

from pipeline_gql.domain.cohorts import Cohort, Group, groups, share
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.funnels import Span, Step, Visits, told
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.selection import Pick, picked
from pipeline_gql.store import models
from pipeline_gql.store.reads.cohorts import Lists, Records, facts, read
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.shapes import Element
from pipeline_gql.store.reads.statements import Statement, statement
from pipeline_gql.store.reads.text import literal

OPEN, WON, LOST = literal("Open"), literal("Won"), literal("Lost")
STATES = ("openCount", "wonCount", "lostCount", "archivedCount")


def funnel(compiler: Compiler, pick: Pick) -> Statement:
    records = Records(compiler, pick)
    found = records.found(day=True)
    placed = records.placed(found)
    largest = records.largest(placed)
    visited = _visited(compiler, found, records.steps).cte("visited")
    parts = {
        "groups": select(*largest.c),
        "steps": select(*records.steps.c),
        "visits": _visits(visited, placed, largest),
        "spans": _spans(visited, placed, largest),
        "stages": _stages(visited, records.steps, placed, largest),
        **records.names(largest),
    }
    made = statement(compiler, facts(parts))
    return replace(made, finish=partial(_finished, records.cohort, pick))


def _visited(compiler: Compiler, records: Any, steps: Any) -> Any:
    """Every stay of a record, what came after it, and the first and the last place that the record
    ever had among open and won steps."""
    stay: Any = models.StepStay.__table__.alias()
    its = and_(stay.c.org_id == compiler.scope.org, stay.c.opportunity_id == records.c.id)
    goes_on = steps.c.state.in_([OPEN, WON])
    place = case((goes_on, steps.c.position))
    all_of_it = {"partition_by": stay.c.opportunity_id}
    window = {**all_of_it, "order_by": stay.c.entered_at}
    clause = records.join(stay, its).join(steps, steps.c.step_id == stay.c.step_id)
    next_state = func.lead(steps.c.state).over(**window)
    earlier = func.lead(steps.c.position).over(**window) < steps.c.position
    first, last = func.min(place).over(**all_of_it), func.max(place).over(**all_of_it)
    return select(
        stay.c.opportunity_id.label("id"),
        stay.c.step_id,
        (func.max(place).over(**window, rows=(1, None)) > steps.c.position).label("went_on"),
        (next_state == LOST).label("lost"),
        and_(steps.c.state == OPEN, next_state == OPEN, earlier).label("moved_back"),
        and_(first < steps.c.position, steps.c.position < last).label("between"),
        first.label("first"),
        last.label("last"),
    ).select_from(clause)


def _visits(visited: Any, placed: Any, largest: Any) -> Any:
    """By group and step: the columns of `Visits`."""
    v = visited.c
    once = (
        select(
            v.id,
            v.step_id,
            func.count().label("stays"),
            func.bool_or(v.went_on).label("went_on"),
            func.bool_or(v.lost).label("lost"),
            func.bool_or(v.moved_back).label("moved_back"),
            func.bool_or(v.between).label("between"),
        )
        .group_by(v.id, v.step_id)
        .subquery()
    )

    def counted(holds: Element) -> Element:
        return func.count().filter(holds)

    found = select(
        placed.c.value,
        once.c.step_id,
        func.count(),
        counted(once.c.went_on),
        counted(once.c.lost),
        counted(once.c.moved_back),
        counted(once.c.stays > 1),
        func.sum(once.c.stays),
        counted(once.c.between),
    ).select_from(once.join(placed, placed.c.id == once.c.id))
    return found.where(_among(placed, largest)).group_by(placed.c.value, once.c.step_id)


def _spans(visited: Any, placed: Any, largest: Any) -> Any:
    v = visited.c
    once = select(v.id, v.first, v.last).where(v.first.is_not(None)).distinct().subquery()
    keys = (placed.c.value, once.c.first, once.c.last)
    found = select(*keys, func.count()).select_from(once.join(placed, placed.c.id == once.c.id))
    return found.where(_among(placed, largest)).group_by(*keys)


def _stages(visited: Any, steps: Any, placed: Any, largest: Any) -> Any:
    once = select(visited.c.id, steps.c.stage_id).distinct()
    of = steps.c.step_id == visited.c.step_id
    reached = once.select_from(visited.join(steps, of)).subquery()
    found = select(placed.c.value, reached.c.stage_id, func.count())
    found = found.select_from(reached.join(placed, placed.c.id == reached.c.id))
    return found.where(_among(placed, largest)).group_by(placed.c.value, reached.c.stage_id)


def _among(placed: Any, largest: Any) -> Element:
    return placed.c.value.in_(select(largest.c.value))


# ---- what becomes of the facts ------------------------------------------------------------------


def _finished(cohort: Cohort | None, pick: Pick, facts: bytes) -> bytes:
    found = read(facts)
    counts = {mark: row for mark, *row in found["groups"]}
    steps = shown(found["steps"], {step for _, step, *_ in found["visits"]})
    listed = groups(cohort, list(counts), found.get("names", []))
    more = next((row[-1] for row in counts.values()), 0) - len(counts)
    whole: dict[str, object] = {
        "groupBy": cohort and cohort.value,
        "groups": [_group(group, counts[group.mark], steps, found) for group in listed],
        "moreGroups": more,
    }
    return orjson.dumps(picked(whole, pick))


def shown(rows: Lists, visited: set[int]) -> list[Step]:
    """Of rows of `lineages.steps` those that are published, and those that somebody was on."""
    steps = sorted((_step(row) for row in rows), key=lambda step: step.place)
    return [step for step in steps if not step.is_retired or step.id in visited]


def _step(row: list[Any]) -> Step:
    id, name, position, expected, retired, _, stage, stage_name, stage_position, state = row
    return Step(id, name, position, retired, state, stage, stage_name, stage_position, expected)


def _group(
    group: Group, counts: list[int], steps: list[Step], found: dict[str, Lists]
) -> dict[str, object]:
    count, *states, _ = counts
    visits = {step: Visits(*row) for step, *row in _of(group, found["visits"])}
    spans = [Span(*row) for row in _of(group, found["spans"])]
    reached = {row[0]: row[1] for row in _of(group, found["stages"])}
    return {
        **group.told(),
        "count": count,
        **dict(zip(STATES, states, strict=True)),
        "wonShare": share(states[1], count),
        "steps": [told(step, visits.get(step.id, Visits()), spans, count) for step in steps],
        "stages": list(_stages_told(steps, reached, count)),
    }


def _of(group: Group, rows: Lists) -> Iterable[list[Any]]:
    return (row for mark, *row in rows if mark == group.mark)


def _stages_told(
    steps: list[Step], reached: dict[int, int], count: int
) -> Iterable[dict[str, object]]:
    """As the first of their steps has them."""
    known: dict[int, Step] = {}
    for step in steps:
        known.setdefault(step.stage_id, step)
    for step in sorted(known.values(), key=lambda s: (s.is_retired, s.stage_position, s.stage_id)):
        number = reached.get(step.stage_id, 0)
        yield {
            "stageId": encode(Ref("OpportunityStage", step.stage_id)),
            "name": step.stage_name,
            "state": step.state,
            "reached": number,
            "share": share(number, count),
        }
