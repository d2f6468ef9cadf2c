"""`refusals`: where records get stuck, counted in SQL from the moves that were refused to them."""

from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from sqlalchemy import ARRAY, Text, and_, case, func, literal_column, or_, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.cohorts import Cohort, groups
from pipeline_gql.domain.refused import MOST_MOVES, MOST_REASONS, Tally, moves
from pipeline_gql.domain.selection import Pick, picked
from pipeline_gql.store import models
from pipeline_gql.store.reads.attempts import failures
from pipeline_gql.store.reads.cohorts import Records, facts, read
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.funnels import shown
from pipeline_gql.store.reads.statements import Statement, statement
from pipeline_gql.store.reads.text import literal, moment

NO_TEXT = literal_column("NULL", Text)
TOTALS = ("attempts", "opportunities", "people")


def refusals(compiler: Compiler, pick: Pick) -> Statement:
    records = Records(compiler, pick)
    found = records.found(day=False)
    placed = records.placed(found)
    largest = records.largest(placed)
    tried = _tried(records, found).cte("tried")
    counted = _counted(_each(records, tried), _passed(records, tried), placed, largest)
    parts = {
        "groups": select(*largest.c),
        "steps": select(*records.steps.c),
        "totals": _totals(tried, placed, largest),
        "refused": _most(counted),
        **records.names(largest),
    }
    made = statement(compiler, facts(parts))
    return replace(made, finish=partial(_finished, records.cohort, pick))


def _tried(records: Records, found: Any) -> Any:
    """The attempts of the period; what was wanted is null where the pipeline has no such step."""
    attempt: Any = models.TransitionAttempt.__table__.alias()
    its = and_(attempt.c.org_id == records.scope.org, attempt.c.opportunity_id == found.c.id)
    wanted = records.steps.c.step_id == attempt.c.to_step_id
    return (
        select(
            attempt.c.id,
            attempt.c.opportunity_id,
            attempt.c.actor_id,
            attempt.c.at,
            attempt.c.from_step_id.label("here"),
            records.steps.c.step_id.label("there"),
            attempt.c.failures,
        )
        .select_from(found.join(attempt, its).outerjoin(records.steps, wanted))
        .where(*records.within(attempt.c.at))
    )


def _each(records: Records, tried: Any) -> Any:
    """Each attempt by itself, without a code, and once for each of its reasons."""
    its = (tried.c.id, tried.c.opportunity_id, tried.c.actor_id, tried.c.at)
    way = (tried.c.here, tried.c.there)
    reason: Any = failures(tried.c.failures).lateral("reason")
    why = (reason.c.code, reason.c.rule_id, reason.c.field)
    name = func.min(reason.c.rule_name)
    itself = select(
        *its,
        *way,
        *(NO_TEXT.label(column.name) for column in why),
        NO_TEXT.label("rule_name"),
    )
    reasons = select(*its, *way, *why, name).select_from(tried.join(reason, literal_column("true")))
    return union_all(itself, reasons.group_by(*its, *way, *why)).cte("each")


def _passed(records: Records, tried: Any) -> Any:
    """When a record that was refused a move went that way last."""
    stay: Any = models.StepStay.__table__.alias()
    some = select(tried.c.opportunity_id).distinct().subquery()
    its = and_(stay.c.org_id == records.scope.org, stay.c.opportunity_id == some.c.opportunity_id)
    window: Any = {"partition_by": stay.c.opportunity_id, "order_by": stay.c.entered_at}
    hop: Any = (
        select(
            stay.c.opportunity_id,
            stay.c.step_id.label("here"),
            func.lead(stay.c.step_id).over(**window).label("there"),
            func.lead(stay.c.cause).over(**window).label("cause"),
            func.lead(stay.c.entered_at).over(**window).label("at"),
        )
        .select_from(some.join(stay, its))
        .subquery()
    )
    way = (hop.c.opportunity_id, hop.c.here, hop.c.there)
    found = select(*way, func.max(hop.c.at).label("passed_at")).group_by(*way)
    moved = hop.c.cause.in_([literal("TRANSITION"), literal("OVERRIDE")])
    return found.where(moved).subquery()


def _counted(each: Any, passed: Any, placed: Any, largest: Any) -> Any:
    """By group, move and reason (or none): the columns of `Tally` and what the rule is called."""
    why = (each.c.code, each.c.rule_id, each.c.field)
    way = (each.c.here, each.c.there)
    there = and_(
        passed.c.opportunity_id == each.c.opportunity_id,
        passed.c.here == each.c.here,
        passed.c.there == each.c.there,
    )
    last = func.max(each.c.at).over(partition_by=[each.c.opportunity_id, *way, *why])
    known = select(*each.c, (passed.c.passed_at > last).label("moved_on"))
    a: Any = known.select_from(each.outerjoin(passed, there)).subquery()
    latest = aggregate_order_by(a.c.rule_name, a.c.at.desc(), a.c.id.desc())
    record = func.count(a.c.opportunity_id.distinct())
    key = [placed.c.value, *(a.c[column.name] for column in (*way, *why))]
    found = select(
        *key,
        func.array_agg(latest, type_=ARRAY(Text))[1].label("rule_name"),
        func.count().label("attempts"),
        record.label("opportunities"),
        func.count(a.c.actor_id.distinct()).label("people"),
        record.filter(a.c.moved_on).label("moved_on"),
        func.max(a.c.at).label("last_at"),
    ).select_from(a.join(placed, placed.c.id == a.c.opportunity_id))
    among = placed.c.value.in_(select(largest.c.value))
    return found.where(among).group_by(*key).subquery()


def _most(counted: Any) -> Any:
    """Those with the most attempts, of the moves of a group and of the reasons of a move; each
    with how many there are."""
    c = counted.c
    of_move = c.code.is_not(None)
    among: Any = [c.value, of_move, case((of_move, c.here)), case((of_move, c.there))]
    order: Any = [c.attempts.desc(), c.here, c.there, c.code, c.rule_id, c.field]
    place = func.row_number().over(partition_by=among, order_by=order)
    ranked: Any = select(
        *c, place.label("place"), func.count().over(partition_by=among).label("all")
    ).subquery()
    r = ranked.c
    told = [moment(column) if column.name == "last_at" else column for column in r]
    few = or_(
        and_(r.code.is_(None), r.place <= MOST_MOVES),
        and_(r.code.is_not(None), r.place <= MOST_REASONS),
    )
    return select(*(each for each in told if each is not r.place)).where(few)


def _totals(tried: Any, placed: Any, largest: Any) -> Any:
    found = select(
        placed.c.value,
        func.count(),
        func.count(tried.c.opportunity_id.distinct()),
        func.count(tried.c.actor_id.distinct()),
    ).select_from(tried.join(placed, placed.c.id == tried.c.opportunity_id))
    among = placed.c.value.in_(select(largest.c.value))
    return found.where(among).group_by(placed.c.value)


# ---- what becomes of the facts ------------------------------------------------------------------


def _finished(cohort: Cohort | None, pick: Pick, facts: bytes) -> bytes:
    found = read(facts)
    counts = {mark: row for mark, *row in found["groups"]}
    totals = {mark: row for mark, *row in found["totals"]}
    tallies: dict[str, list[Tally]] = {}
    for mark, *row in found["refused"]:
        tallies.setdefault(mark, []).append(Tally(*row))
    ways = [(each.here, each.there) for some in tallies.values() for each in some]
    visited = {step for way in ways for step in way if step is not None}
    steps = {step.id: step for step in shown(found["steps"], visited)}
    more = next((row[-1] for row in counts.values()), 0) - len(counts)

    def told(mark: str) -> dict[str, object]:
        refused, others = moves(tallies.get(mark, []), steps)
        total = dict(zip(TOTALS, totals.get(mark, (0, 0, 0)), strict=True))
        return {"count": counts[mark][0], **total, "moves": refused, "moreMoves": others}

    listed = groups(cohort, list(counts), found.get("names", []))
    whole: dict[str, object] = {
        "groupBy": cohort and cohort.value,
        "groups": [{**group.told(), **told(group.mark)} for group in listed],
        "moreGroups": more,
    }
    return orjson.dumps(picked(whole, pick))
