"""Goals that are reached, by the rule that reads go by, counted over all opportunities."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, exists, literal, or_, select, true, update

from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.conditions import undeleted
from pipeline_gql.store.database import Unit
from pipeline_gql.store.reads.frames import Columns
from pipeline_gql.store.reads.goals import reached
from pipeline_gql.store.reads.shapes import Scope
from pipeline_gql.store.reads.winning import counts


async def newly_reached(
    unit: Unit, opportunities: Collection[int], goals: Collection[int], teams: Collection[int]
) -> Sequence[models.Goal]:
    """Those that are reached and were not known to be, marked as such: each is given once.

    Only goals that may have come to it are looked at: for which one of the opportunities counts,
    which are named, or which are of one of the teams.
    """
    org: Any = literal(unit.org_id)
    table: Any = models.Goal.__table__
    deal: Any = models.Opportunity.__table__.alias()
    goal = Columns(table.name, table)
    won = reached(goal, Scope(org, literal(0), Sight.ALL)).lateral("won")
    one_counts = exists().where(
        deal.c.org_id == unit.org_id,
        deal.c.id.in_(opportunities),
        undeleted(deal.c),
        counts(goal, deal.c, org),
    )
    found = await unit.session.scalars(
        select(table.c.id)
        .select_from(table.join(won, true()))
        .where(
            table.c.org_id == unit.org_id,
            table.c.is_archived.is_(False),
            table.c.reached_at.is_(None),
            or_(table.c.id.in_(goals), table.c.team_id.in_(teams), one_counts),
            won.c.units >= won.c.target,
        )
    )
    return await _marked(unit, found.all())


async def _marked(unit: Unit, ids: Collection[int]) -> Sequence[models.Goal]:
    if not ids:
        return []
    goal = models.Goal
    marked = await unit.session.scalars(
        update(goal)
        .where(goal.org_id == unit.org_id, goal.id.in_(ids), goal.reached_at.is_(None))
        .values(reached_at=unit.now)
        .returning(goal)
        .execution_options(synchronize_session=False)
    )
    return sorted(marked, key=lambda goal: goal.id)


async def pursuers(unit: Unit, goal: models.Goal) -> Sequence[int]:
    """Whose goal it is: the user, who is in the team, or everybody; of those who are active."""
    user, member = models.User, models.TeamMember
    theirs = true()
    if goal.user_id is not None:
        theirs = user.id == goal.user_id
    elif goal.team_id is not None:
        theirs = exists().where(
            member.org_id == unit.org_id,
            member.team_id == goal.team_id,
            member.user_id == user.id,
        )
    found = await unit.session.scalars(
        select(user.id)
        .where(and_(user.org_id == unit.org_id, user.is_active, theirs))
        .order_by(user.id)
    )
    return found.all()
