"""Who sees which opportunity, in SQL, once. Reads and locks alike say `visible`."""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, exists, literal_column, or_, select, true

from pipeline_gql.domain.viewer import Role, Sight
from pipeline_gql.store import models

_SEE_ALL: list[ColumnElement[str]] = [
    literal_column(f"'{role}'", Text) for role in Role if role.sight is Sight.ALL
]


def standing(opportunity: Any) -> ColumnElement[bool]:
    """Not deleted."""
    return opportunity.deleted_at.is_(None)


def visible(opportunity: Any, org: Any, me: Any, sight: Sight) -> ColumnElement[bool]:
    """What this sight may see of `opportunity`, a mapped class or an alias of one."""
    return true() if sight is Sight.ALL else _theirs(opportunity, org, me)


def mentionable(opportunity: Any, org: Any, user: Any) -> ColumnElement[bool]:
    """The same asked of the other end: whether `user`, a row, may see `opportunity`."""
    may = or_(user.role.in_(_SEE_ALL), _theirs(opportunity, org, user.id))
    return and_(user.is_active, may)


def _theirs(opportunity: Any, org: Any, user: Any) -> ColumnElement[bool]:
    """Owned, created, assigned, or shared with a team: contract, section 8."""
    assignee = models.OpportunityAssignee
    shared = models.OpportunityTeam
    member = models.TeamMember
    return or_(
        opportunity.owner_id == user,
        opportunity.created_by_id == user,
        exists(
            select(1).where(
                assignee.org_id == org,
                assignee.opportunity_id == opportunity.id,
                assignee.user_id == user,
            )
        ),
        exists(
            select(1)
            .select_from(shared)
            .join(member, and_(member.org_id == org, member.team_id == shared.team_id))
            .where(
                shared.org_id == org,
                shared.opportunity_id == opportunity.id,
                member.user_id == user,
            )
        ),
    )
