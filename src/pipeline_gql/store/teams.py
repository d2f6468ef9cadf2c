"""Who is in a team."""

from collections.abc import Iterable
from typing import cast

from sqlalchemy import delete, select

from pipeline_gql.domain.errors import Ref
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def members(unit: Unit, team: Ref) -> list[int]:
    """The ids of a team's users, in their order."""
    member = models.TeamMember
    rows = await unit.session.scalars(
        select(member.user_id)
        .where(member.org_id == unit.org_id, member.team_id == team.key)
        .order_by(member.user_id)
    )
    return list(rows)


async def set_members(unit: Unit, team: Ref, user_ids: Iterable[int]) -> None:
    """Exactly these; the team must be locked."""
    member = models.TeamMember
    wanted, had = set(user_ids), set(await members(unit, team))
    if gone := had - wanted:
        await unit.session.execute(
            delete(member).where(
                member.org_id == unit.org_id,
                member.team_id == team.key,
                member.user_id.in_(gone),
            )
        )
    unit.session.add_all(
        member(org_id=unit.org_id, team_id=cast(int, team.key), user_id=key)
        for key in sorted(wanted - had)
    )
    await unit.session.flush()
