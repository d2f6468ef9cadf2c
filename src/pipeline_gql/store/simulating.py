"""The records and moves that a simulation is about, counted in SQL."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    SmallInteger,
    Subquery,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
)

from pipeline_gql.domain.losses import SAMPLE, At
from pipeline_gql.domain.migrating import Way
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.simulating import Standing, Walk
from pipeline_gql.domain.standing import Part
from pipeline_gql.domain.standing import Standing as Record
from pipeline_gql.domain.structure import FIXED_PROBABILITY
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store import models
from pipeline_gql.store import standings as by_record
from pipeline_gql.store.database import Unit
from pipeline_gql.store.models.opportunity import WEIGHTED
from pipeline_gql.store.recordsets import recordset

MOVES = ("TRANSITION", "OVERRIDE")
BATCH = 500
MOST_SEEN = 100_000
SECONDS = 5.0
"""For looking at records one by one; what is not seen by then is left out."""
_LANDING = {
    "version_id": BigInteger(),
    "step_id": BigInteger(),
    "then": SmallInteger(),
    "is_fixed": Boolean(),
    "stays": Boolean(),
}


async def standings(unit: Unit, way: Way, versions: Mapping[int, Version]) -> list[Standing]:
    """Where the pipeline's records stand that are not in the version to come."""
    facts = _facts(unit, way, versions)
    # The columns of `facts` have the names that the expression of the stored column means.
    then = literal_column(WEIGHTED, BigInteger())
    place = (facts.c.version_id, facts.c.step_id, facts.c.currency)
    live = facts.c.deleted_at.is_(None)
    rows: Any = await unit.session.execute(
        select(
            *place,
            func.count(),
            func.count(facts.c.deleted_at),
            *(
                func.coalesce(func.sum(each).filter(live), 0)
                for each in (facts.c.grand_total, facts.c.weighted_now, then)
            ),
            func.array_agg(facts.c.id).filter(live, facts.c.nth <= SAMPLE),
        )
        .group_by(*place)
        .order_by(*place)
    )
    return [
        Standing(at, step, code, count, gone, int(value), int(now), int(then), tuple(few or ()))
        for at, step, code, count, gone, value, now, then, few in rows
    ]


def _facts(unit: Unit, way: Way, versions: Mapping[int, Version]) -> Subquery:
    """The records, with the probability that each is to have."""
    record = models.Opportunity
    landing = recordset(_LANDING, [*_landings(way, versions)], "landing")
    by_hand = and_(record.probability_is_manual, landing.c.is_fixed.is_(False))
    own = or_(landing.c.stays, by_hand)
    here = and_(landing.c.version_id == record.version_id, landing.c.step_id == record.step_id)
    place = (record.version_id, record.step_id, record.currency)
    first = (record.deleted_at.is_not(None), record.id)
    return (
        select(
            *place,
            record.id,
            record.deleted_at,
            record.grand_total,
            record.weighted.label("weighted_now"),
            case((own, record.probability), else_=landing.c.then).label("probability"),
            func.row_number().over(partition_by=place, order_by=first).label("nth"),
        )
        .join(landing, here)
        .where(
            record.org_id == unit.org_id,
            record.pipeline_id == way.version.pipeline_id,
            record.version_id != way.version.id,
        )
        .subquery("facts")
    )


def _landings(way: Way, versions: Mapping[int, Version]) -> Iterator[Mapping[str, object]]:
    """The probability that a record has by its step, once all is done, by where it stands now."""
    for version in versions.values():
        for step in version.graph.steps:
            step_id = version.step_ids[step.key]
            target = way.target(step_id)
            landed = None if target is None else way.version.step(target)
            there, after = (step, version) if landed is None else (landed, way.version)
            yield {
                "version_id": version.id,
                "step_id": step_id,
                "stays": landed is None,
                "then": there.probability,
                "is_fixed": after.graph.state_of(there) in FIXED_PROBABILITY,
            }


@dataclass(frozen=True, slots=True)
class Held:
    """A record, and the step where it stands."""

    id: int
    step_id: int
    is_deleted: bool


async def newest(
    unit: Unit, way: Way, places: Collection[At], most: int, *, deleted: bool = False
) -> list[Held]:
    """The newest records of some places, those that are deleted only where they are wanted."""
    record = models.Opportunity
    conditions = [] if deleted else [record.deleted_at.is_(None)]
    rows = [{"version_id": version, "step_id": step} for version, step in places]
    place = recordset({"version_id": BigInteger(), "step_id": BigInteger()}, rows, "place")
    found = await unit.session.execute(
        select(record.id, record.step_id, record.deleted_at.is_not(None))
        .join(
            place,
            and_(place.c.version_id == record.version_id, place.c.step_id == record.step_id),
        )
        .where(
            record.org_id == unit.org_id,
            record.pipeline_id == way.version.pipeline_id,
            *conditions,
        )
        .order_by(record.id.desc())
        .limit(most)
    )
    return [Held(*row) for row in found]


async def seen(
    unit: Unit, viewer: Viewer, way: Way, places: Collection[At], parts: Collection[Part]
) -> AsyncGenerator[tuple[int, Record]]:
    """Records of some places one by one, each with its version: the newest first, in batches, as
    long as there is time."""
    clock = asyncio.get_running_loop().time
    end = clock() + SECONDS
    held = await newest(unit, way, places, MOST_SEEN) if places else []
    ids = [each.id for each in held]
    for start in range(0, len(ids), BATCH):
        if clock() > end:
            return
        for each in await by_record.by_ids(unit, viewer, ids[start : start + BATCH], parts):
            yield each


async def walks(unit: Unit, pipeline_id: int, since: datetime) -> list[Walk]:
    """How often somebody moved records from where to where; what a migration did is no move."""
    stay, record = models.StepStay, models.Opportunity
    before = func.lag(stay.step_id).over(partition_by=stay.opportunity_id, order_by=stay.entered_at)
    recent = (
        select(
            stay.step_id,
            stay.cause,
            stay.entered_at,
            before.label("source"),
        )
        .join(record, record.id == stay.opportunity_id)
        .where(
            stay.org_id == unit.org_id,
            record.org_id == unit.org_id,
            record.pipeline_id == pipeline_id,
            record.deleted_at.is_(None),
            or_(stay.left_at.is_(None), stay.left_at >= since),
        )
        .subquery("recent")
    )
    moved = (recent.c.entered_at >= since, recent.c.cause.in_(MOVES), recent.c.source.is_not(None))
    rows = await unit.session.execute(
        select(recent.c.source, recent.c.step_id, func.count())
        .where(*moved)
        .group_by(recent.c.source, recent.c.step_id)
        .order_by(recent.c.source, recent.c.step_id)
    )
    return [Walk(source, target, count) for source, target, count in rows]
