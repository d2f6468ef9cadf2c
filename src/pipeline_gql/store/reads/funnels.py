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
    extents = _extents(visited).cte("extents")
    parts = {
        "groups": select(*largest.c),
        "steps": select(*records.steps.c),
        "visits": _visits(visited, extents, placed, largest),
        "spans": _spans(extents, placed, largest),
        "stages": _stages(visited, records.steps, placed, largest),
        **records.names(largest),
    }
    made = statement(compiler, facts(parts))
    return replace(made, finish=partial(_finished, records.cohort, pick))


def _visited(compiler: Compiler, records: Any, steps: Any) -> Any:
    """Every stay of a record, with the next one, and how far it came after it."""
    stay: Any = models.StepStay.__table__.alias()
    its = and_(stay.c.org_id == compiler.scope.org, stay.c.opportunity_id == records.c.id)
    goes_on = steps.c.state.in_([OPEN, WON])
    window = {"partition_by": stay.c.opportunity_id, "order_by": stay.c.entered_at}
    further = func.max(case((goes_on, steps.c.position)))
    clause = records.join(stay, its).join(steps, steps.c.step_id == stay.c.step_id)
    return select(
        stay.c.opportunity_id.label("id"),
        stay.c.step_id,
        steps.c.position,
        steps.c.state,
        goes_on.label("goes_on"),
        func.lead(steps.c.state).over(**window).label("next_state"),
        func.lead(steps.c.position).over(**window).label("next_position"),
        further.over(**window, rows=(1, None)).label("further"),
    ).select_from(clause)


def _extents(visited: Any) -> Any:
    """Of each record, the first and the last place that it had among open and won steps."""
    position = visited.c.position
    found = select(
        visited.c.id, func.min(position).label("first"), func.max(position).label("last")
    )
    return found.where(visited.c.goes_on).group_by(visited.c.id)


def _visits(visited: Any, extents: Any, placed: Any, largest: Any) -> Any:
    """By group and step: the columns of `Visits`."""
    v = visited.c
    back = and_(v.state == OPEN, v.next_state == OPEN, v.next_position < v.position)
    once = (
        select(
            v.id,
            v.step_id,
            v.position,
            func.count().label("stays"),
            func.bool_or(v.further > v.position).label("went_on"),
            func.bool_or(v.next_state == LOST).label("lost"),
            func.bool_or(back).label("moved_back"),
        )
        .group_by(v.id, v.step_id, v.position)
        .subquery()
    )
    between = and_(extents.c.first < once.c.position, once.c.position < extents.c.last)
    clause = once.outerjoin(extents, extents.c.id == once.c.id)

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
        counted(between),
    ).select_from(clause.join(placed, placed.c.id == once.c.id))
    return found.where(_among(placed, largest)).group_by(placed.c.value, once.c.step_id)


def _spans(extents: Any, placed: Any, largest: Any) -> Any:
    keys = (placed.c.value, extents.c.first, extents.c.last)
    found = select(*keys, func.count()).select_from(
        extents.join(placed, placed.c.id == extents.c.id)
    )
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
    steps = _shown(found)
    listed = groups(cohort, list(counts), found.get("names", []))
    more = next((row[-1] for row in counts.values()), 0) - len(counts)
    whole: dict[str, object] = {
        "groupBy": cohort and cohort.value,
        "groups": [_group(group, counts[group.mark], steps, found) for group in listed],
        "moreGroups": more,
    }
    return orjson.dumps(picked(whole, pick))


def _shown(found: dict[str, Lists]) -> list[Step]:
    """Those that are published, and those that somebody was on."""
    visited = {step for _, step, *_ in found["visits"]}
    steps = sorted((step_of(row) for row in found["steps"]), key=lambda step: step.place)
    return [step for step in steps if not step.is_retired or step.id in visited]


def step_of(row: list[Any]) -> Step:
    """Of a row of `lineages.steps`."""
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
