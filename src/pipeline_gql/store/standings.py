"""Where an opportunity stands, for whoever decides about it."""

import json

from sqlalchemy import BigInteger, Uuid, literal, select

from pipeline_gql.domain.standing import Standing
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.reads.shapes import Scope
from pipeline_gql.store.reads.standings import standing


async def of(unit: Unit, viewer: Viewer, row: models.Opportunity) -> Standing:
    """As this transaction sees it; the row must be locked."""
    await unit.session.flush()
    entity = models.Opportunity
    scope = Scope(literal(unit.org_id, Uuid), literal(viewer.user_id, BigInteger), viewer.sight)
    told = await unit.session.scalar(
        select(standing(entity, scope)).where(entity.org_id == unit.org_id, entity.id == row.id)
    )
    assert isinstance(told, str)
    return Standing.read(json.loads(told))
