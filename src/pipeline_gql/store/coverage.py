"""How many of a pipeline's open opportunities have what a graph would demand of them."""

from collections.abc import Collection

from sqlalchemy import func, select

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def having(unit: Unit, pipeline_id: int, keys: Collection[str]) -> tuple[dict[str, int], int]:
    """How many have a value, by key; and how many there are."""
    deal, value = models.Opportunity, models.OpportunityAttribute
    step, stage = models.StepVersion, models.StageVersion
    standing = (
        select(deal.id)
        .join(step, (step.version_id == deal.version_id) & (step.step_id == deal.step_id))
        .join(stage, (stage.version_id == step.version_id) & (stage.stage_id == step.stage_id))
        .where(
            deal.org_id == unit.org_id,
            step.org_id == unit.org_id,
            stage.org_id == unit.org_id,
            deal.pipeline_id == pipeline_id,
            deal.deleted_at.is_(None),
            stage.state == "Open",
        )
    )
    total = await unit.session.scalar(select(func.count()).select_from(standing.subquery()))
    counted = await unit.session.execute(
        select(value.key, func.count())
        .where(
            value.org_id == unit.org_id,
            value.key.in_(keys),
            value.value.is_not(None),
            value.opportunity_id.in_(standing),
        )
        .group_by(value.key)
    )
    return {row[0]: row[1] for row in counted}, total or 0
