"""Where an opportunity stands, for whoever decides about it."""

import json
from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import ARRAY, BigInteger, Uuid, any_, bindparam, cast, literal, select

from pipeline_gql.domain.standing import Part, Standing
from pipeline_gql.domain.viewer import Sight, Viewer
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question
from pipeline_gql.store.reads.shapes import Scope
from pipeline_gql.store.reads.standings import standing


async def of(unit: Unit, viewer: Viewer, row: models.Opportunity) -> Standing:
    """As this transaction sees it; the row must be locked."""
    told = await unit.value(which(viewer, row))
    assert isinstance(told, str)
    return Standing.read(json.loads(told))


def which(viewer: Viewer, row: models.Opportunity) -> Asked:
    """What `of` asks."""
    return Asked(_standing(viewer.sight), {"id": row.id, "me": viewer.user_id})


@cache
def _standing(sight: Sight) -> Question:
    entity = models.Opportunity
    wanted, me = (bindparam(name, type_=BigInteger) for name in ("id", "me"))
    told = standing(entity, Scope(ORG, me, sight)).label("standing")
    return Question(select(told).where(entity.org_id == ORG, entity.id == wanted))


async def by_ids(
    unit: Unit, viewer: Viewer, ids: Sequence[int], parts: Collection[Part]
) -> list[tuple[int, Standing]]:
    """Of those that are not deleted, each with its version and with the parts that are asked for;
    nothing is locked."""
    entity = models.Opportunity
    rows = await unit.session.execute(
        select(entity.version_id, standing(entity, _scope(unit, viewer), parts)).where(
            entity.org_id == unit.org_id,
            entity.id == any_(cast(ids, ARRAY(BigInteger))),
            entity.deleted_at.is_(None),
        )
    )
    return [(version_id, Standing.read(json.loads(told))) for version_id, told in rows]


def _scope(unit: Unit, viewer: Viewer) -> Scope:
    return Scope(literal(unit.org_id, Uuid), literal(viewer.user_id, BigInteger), viewer.sight)
