"""Opportunities that have stalled, by the rule that reads go by."""

from sqlalchemy import Exists, and_, exists, func, literal, or_, select

from pipeline_gql.domain.notices import Kind, Notice
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.conditions import undeleted
from pipeline_gql.store.database import Unit
from pipeline_gql.store.reads.opportunity_states import is_stalled
from pipeline_gql.store.reads.shapes import Scope

BATCH = 500
_CAUSE = "stay:"


async def stalled(unit: Unit) -> list[Notice]:
    """Whom to tell: who is responsible or works on it, once for each stay; 500 at most."""
    opportunity, stay, step = models.Opportunity, models.StepStay, models.StepVersion
    user, assignee = models.User, models.OpportunityAssignee
    assigned = exists().where(
        assignee.org_id == unit.org_id,
        assignee.opportunity_id == opportunity.id,
        assignee.user_id == user.id,
    )
    is_here = and_(step.version_id == opportunity.version_id, step.step_id == opportunity.step_id)
    concerned = or_(user.id == opportunity.owner_id, assigned)
    found = await unit.session.execute(
        select(user.id, opportunity.id, stay.id, step.name)
        .select_from(opportunity)
        .join(stay, and_(stay.org_id == unit.org_id, stay.opportunity_id == opportunity.id))
        .join(step, and_(step.org_id == unit.org_id, is_here))
        .join(user, and_(user.org_id == unit.org_id, user.is_active, concerned))
        .where(
            opportunity.org_id == unit.org_id,
            undeleted(opportunity),
            stay.left_at.is_(None),
            is_stalled(opportunity, Scope(literal(unit.org_id), literal(0), Sight.ALL)),
            ~_was_told(unit),
        )
        .order_by(opportunity.id, user.id)
        .limit(BATCH)
    )
    return [_notice(*row) for row in found]


def _was_told(unit: Unit) -> Exists:
    told = models.Notification
    return exists().where(
        told.org_id == unit.org_id,
        told.user_id == models.User.id,
        told.kind == Kind.STALLED.value,
        told.cause == func.concat(_CAUSE, models.StepStay.id),
    )


def _notice(user_id: int, opportunity_id: int, stay_id: int, step: str) -> Notice:
    return Notice(
        user_id,
        Kind.STALLED,
        f"{_CAUSE}{stay_id}",
        opportunity_id=opportunity_id,
        text=f"It is on {step} for longer than the step allows.",
    )
