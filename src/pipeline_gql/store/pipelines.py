"""Pipelines: which version counts, and what it means. Published graphs are kept in memory."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Engine, Select, bindparam, select
from sqlalchemy.exc import NoResultFound

from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.store import graphs, models
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.questions import ORG, Asked, Question

KEPT = 500

_Kept = OrderedDict[tuple[UUID, int], Version]
# By database: two of them may know the same organisation and number, above all in tests.
_kept: "WeakKeyDictionary[Engine, _Kept]" = WeakKeyDictionary()


async def version(unit: Unit, version_id: int) -> Version:
    """A version that exists, as a graph. Read once: what was published never changes."""
    known = _remembered(unit.engine, unit.org_id, version_id)
    if known is None:
        row = await unit.session.get_one(models.PipelineVersion, (unit.org_id, version_id))
        known = await graphs.read(unit, row)
        # One that this very transaction published may be a draft again when it is rolled back.
        if row.published_at is not None and row.published_at < unit.begun:
            _remember(unit.engine, unit.org_id, known)
    return known


async def holding(unit: Unit, row: models.Opportunity) -> Version:
    """The version that holds an opportunity, and what took its place if it is retired.

    Whoever publishes does not wait, and would in vain: they want the opportunity that we hold.
    """
    held = await version(unit, row.version_id)
    heir = await seen_published(unit, row.pipeline_id)
    return held if heir is None else held.followed_by(heir)


async def seen_published(unit: Unit, pipeline_id: int) -> Version | None:
    """What a pipeline means at this moment; whoever publishes does not wait for us."""
    found = await unit.value(which_seen(pipeline_id))
    return None if found is None else await version(unit, found)


def which_seen(pipeline_id: int) -> Asked:
    """What `seen_published` asks."""
    return Asked(_PUBLISHED, {"pipeline_id": pipeline_id})


async def seen_by(unit: Unit, version_ids: Iterable[int]) -> dict[int, Version]:
    """Versions that exist, by id."""
    return {id: await version(unit, id) for id in version_ids}


async def by_ids(
    database: Database, org_id: UUID, version_ids: Iterable[int], seconds: float
) -> Mapping[int, Version]:
    """The same where no unit is at hand: from memory, so that nothing is asked as a rule."""
    found = {id: _remembered(database.engine, org_id, id) for id in version_ids}
    known = {id: version for id, version in found.items() if version is not None}
    if len(known) == len(found):
        return known
    try:
        async with database.writing(org_id, deadline=seconds, tells=False) as unit:
            return known | await seen_by(unit, found.keys() - known.keys())
    except NoResultFound:
        # A draft that was discarded since it was found.
        raise TryAgain from None


def _remembered(engine: Engine, org_id: UUID, version_id: int) -> Version | None:
    kept = _kept.get(engine)
    known = kept.get((org_id, version_id)) if kept else None
    if kept and known:
        kept.move_to_end((org_id, version_id))
    return known


def _remember(engine: Engine, org_id: UUID, known: Version) -> None:
    kept = _kept.setdefault(engine, OrderedDict())
    kept[org_id, known.id] = known
    while len(kept) > KEPT:
        kept.popitem(last=False)


async def published(unit: Unit, pipeline_id: int) -> Version | None:
    """What a pipeline means now; None where it is unknown or was never published.

    It stays so until the transaction ends: whoever publishes waits.
    """
    if not is_key(pipeline_id):
        return None
    return await _held(unit, Asked(_HELD, {"pipeline_id": pipeline_id}))


def _published() -> Select[Any]:
    entity = models.PipelineVersion
    return select(entity.id).where(
        entity.org_id == ORG,
        entity.pipeline_id == bindparam("pipeline_id", type_=BigInteger),
        entity.state == "PUBLISHED",
    )


def _default() -> Select[Any]:
    entity, pipeline = models.PipelineVersion, models.Pipeline
    return (
        select(entity.id)
        .join(pipeline, pipeline.id == entity.pipeline_id)
        .where(entity.org_id == ORG, pipeline.org_id == ORG, entity.state == "PUBLISHED")
        .order_by(pipeline.is_default.desc(), pipeline.id)
        .limit(1)
    )


_PUBLISHED = Question(_published())
_HELD, _HELD_DEFAULT = (
    Question(query.with_for_update(read=True, of=models.PipelineVersion))
    for query in (_published(), _default())
)


async def _held(unit: Unit, asked: Asked) -> Version | None:
    """The published version that it finds. One that was retired while we waited for it is found
    no more; then its successor is."""
    found = await unit.value(asked) or await unit.value(asked)
    return None if found is None else await version(unit, found)


async def by_key(unit: Unit, key: str) -> models.Pipeline | None:
    entity = models.Pipeline
    return await unit.session.scalar(
        select(entity).where(entity.org_id == unit.org_id, entity.key == key)
    )


async def numbered(unit: Unit, key: str, number: int | None) -> tuple[str, Version] | None:
    """The pipeline's name and a version of it; without a number the one that is published."""
    entity, pipeline = models.PipelineVersion, models.Pipeline
    wanted = entity.state == "PUBLISHED" if number is None else entity.number == number
    rows = await unit.session.execute(
        select(pipeline.name, entity.id)
        .join(pipeline, pipeline.id == entity.pipeline_id)
        .where(
            entity.org_id == unit.org_id,
            pipeline.org_id == unit.org_id,
            pipeline.key == key,
            entity.state != "DRAFT",
            wanted,
        )
    )
    found = rows.one_or_none()
    return None if found is None else (found.name, await version(unit, found.id))


async def default_published(unit: Unit) -> Version | None:
    """What the organisation's default pipeline means now, else its first one; as `published`."""
    return await _held(unit, which_default())


def which_default() -> Asked:
    """What `default_published` asks."""
    return Asked(_HELD_DEFAULT)


async def step(unit: Unit, step_id: int) -> models.Step | None:
    """The identity of a step, in whichever versions it stands."""
    if not is_key(step_id):
        return None
    return await unit.session.get(models.Step, (unit.org_id, step_id))


async def step_name(unit: Unit, identity: models.Step) -> str:
    """What a step is called in its newest version, or its key where it stands in none."""
    entity, version = models.StepVersion, models.PipelineVersion
    found = await unit.session.scalar(
        select(entity.name)
        .join(version, version.id == entity.version_id)
        .where(
            entity.org_id == unit.org_id,
            version.org_id == unit.org_id,
            entity.step_id == identity.id,
        )
        .order_by(version.number.desc().nulls_last(), version.id.desc())
        .limit(1)
    )
    return found or identity.key


async def transition(unit: Unit, transition_id: int) -> models.Transition | None:
    if not is_key(transition_id):
        return None
    return await unit.session.get(models.Transition, (unit.org_id, transition_id))
