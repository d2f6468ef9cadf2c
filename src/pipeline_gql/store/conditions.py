"""Who sees which opportunity or lead, in SQL, once. Reads and locks alike say `visible`."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    exists,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from pipeline_gql.domain.viewer import Role, Sight
from pipeline_gql.store import models

_SEE_ALL: list[ColumnElement[str]] = [
    literal_column(f"'{role}'", Text) for role in Role if role.sight is Sight.ALL
]


@dataclass(frozen=True, slots=True)
class Ties:
    """The tables that say to whom and to which teams a record is given; `key` is their column."""

    assignee: Any
    team: Any
    key: str


OPPORTUNITY = Ties(models.OpportunityAssignee, models.OpportunityTeam, "opportunity_id")
LEAD = Ties(models.LeadAssignee, models.LeadTeam, "lead_id")


def undeleted(opportunity: Any) -> ColumnElement[bool]:
    """Not deleted."""
    return opportunity.deleted_at.is_(None)


def visible(
    record: Any, org: Any, me: Any, sight: Sight, ties: Ties = OPPORTUNITY
) -> ColumnElement[bool]:
    """What this sight may see of `record`, a mapped class or an alias of one."""
    return true() if sight is Sight.ALL else _theirs(record, org, me, ties)


def mentionable(record: Any, org: Any, user: Any, ties: Ties = OPPORTUNITY) -> ColumnElement[bool]:
    """The same asked of the other end: whether `user`, a row, may see `record`."""
    may = or_(user.role.in_(_SEE_ALL), _theirs(record, org, user.id, ties))
    return and_(user.is_active, may)


def _theirs(record: Any, org: Any, user: Any, ties: Ties) -> ColumnElement[bool]:
    """Owned, created, assigned, or shared with a team: what a member sees."""
    return or_(owned(record, user), given(record, org, user, ties))


def owned(record: Any, user: Any) -> ColumnElement[bool]:
    """Or created: what the record itself tells."""
    return or_(record.owner_id == user, record.created_by_id == user)


def given(record: Any, org: Any, user: Any, ties: Ties = OPPORTUNITY) -> ColumnElement[bool]:
    """Assigned, or shared with a team."""
    assigned, shared = _assigned(org, user, ties), _shared(org, user, ties)
    return or_(
        exists(assigned.where(getattr(ties.assignee, ties.key) == record.id)),
        exists(shared.where(getattr(ties.team, ties.key) == record.id)),
    )


def given_ids(org: Any, user: Any, ties: Ties = OPPORTUNITY) -> Any:
    """The ids of all that is."""
    return union_all(_assigned(org, user, ties), _shared(org, user, ties))


def _assigned(org: Any, user: Any, ties: Ties) -> Any:
    """What is given to the user."""
    tie = ties.assignee
    return select(getattr(tie, ties.key)).where(tie.org_id == org, tie.user_id == user)


def _shared(org: Any, user: Any, ties: Ties) -> Any:
    """What is given to the user's teams."""
    tie, member = ties.team, models.TeamMember
    same = and_(member.org_id == org, member.team_id == tie.team_id)
    found = select(getattr(tie, ties.key)).join_from(tie, member, same)
    return found.where(tie.org_id == org, member.user_id == user)
