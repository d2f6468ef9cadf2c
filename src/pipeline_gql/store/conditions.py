"""Who sees which opportunity, in SQL, once. Reads and locks alike say `visible`."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models


def standing(opportunity: Any) -> ColumnElement[bool]:
    """Not deleted."""
    return opportunity.deleted_at.is_(None)


def visible(opportunity: Any, org: Any, me: Any, sight: Sight) -> ColumnElement[bool]:
    """What this sight may see of `opportunity`, a mapped class or an alias of one."""
    if sight is Sight.ALL:
        return true()
    assignee = models.OpportunityAssignee
    shared = models.OpportunityTeam
    member = models.TeamMember
    return or_(
        opportunity.owner_id == me,
        opportunity.created_by_id == me,
        exists(
            select(1).where(
                assignee.org_id == org,
                assignee.opportunity_id == opportunity.id,
                assignee.user_id == me,
            )
        ),
        exists(
            select(1)
            .select_from(shared)
            .join(member, and_(member.org_id == org, member.team_id == shared.team_id))
            .where(
                shared.org_id == org,
                shared.opportunity_id == opportunity.id,
                member.user_id == me,
            )
        ),
    )
