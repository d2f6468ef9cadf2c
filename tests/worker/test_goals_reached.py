"""Who is told that a goal was reached: once, whatever happens afterwards and however many tell."""

from typing import Any

from sqlalchemy import func, select, update

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from tests.api.asking import Ask, gid
from tests.api.test_goals import made, read, win
from tests.organisations import Organisation
from tests.worker.telling import seen_by, tell, told
from tests.worker.working import until, working

EVER = {"startDate": "2026-01-01", "endDate": "2999-12-31"}
COUNT = {"metric": "COUNT", **EVER, "targetCount": 2}
MINE = {"ownerId": gid("User", 3)}


async def users(database: Database, organisation: Organisation) -> list[int]:
    """Who was told of goals, with repetitions."""
    known = await told(database, organisation)
    return [user for user, kind, _ in known if kind == "GOAL_REACHED"]


async def test_a_user_is_told_once_and_not_before(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    id = await made(ask, **COUNT, userId=gid("User", 3), name="Two\nof them")
    await win(ask, **MINE)
    await tell(database, organisation)
    assert await users(database, organisation) == []
    assert (await read(ask, id, "reachedAt"))["reachedAt"] is None
    await win(ask, **MINE)
    await tell(database, organisation)
    await win(ask, **MINE)
    await tell(database, organisation)
    assert await users(database, organisation) == [3]
    seen = await seen_by(ask, Role.MEMBER)
    (found,) = [each for each in seen if each["kind"] == "GOAL_REACHED"]
    assert found["title"] == "Goal reached: Two of them"
    assert found["text"] == "The goal was 2 sales from 2026-01-01 to 2999-12-31."
    reached = await read(ask, id, "reachedAt version")
    assert reached["reachedAt"] == found["at"]
    assert reached["version"] == 1


async def test_the_team_is_told_once_even_if_the_target_is_lowered_and_raised_again(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    """Mia alone is in the team; whoever joins later is not told any more."""
    id = await made(ask, **COUNT | {"targetCount": 9}, teamId=gid("Team", 1))
    await win(ask, teamIds=[gid("Team", 1)], ownerId=gid("User", 2))
    await tell(database, organisation)
    assert await users(database, organisation) == []
    for target in (1, 5, 1):
        await ask.done("goal.update", {"id": id, "targetCount": target}, "goal { id }")
        await tell(database, organisation)
    joins = {"teamId": gid("Team", 1), "userId": gid("User", 5)}
    await ask.done("team.addMember", joins, "team { id }")
    await tell(database, organisation)
    assert await users(database, organisation) == [3]


async def test_whoever_joins_a_team_may_bring_it_to_its_goal(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    await made(ask, **COUNT | {"targetCount": 1}, teamId=gid("Team", 1))
    await win(ask, ownerId=gid("User", 5))
    await tell(database, organisation)
    assert await users(database, organisation) == []
    joins = {"teamId": gid("Team", 1), "userId": gid("User", 5)}
    await ask.done("team.addMember", joins, "team { id }")
    await tell(database, organisation)
    assert await users(database, organisation) == [3, 5]


async def test_everybody_active_is_told_of_the_organisation_s_goal_unless_it_is_archived(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    goal = {"metric": "REVENUE", **EVER, "targetAmount": "10"}
    id = await made(ask, **goal, financialUnitId="GBP")
    await made(ask, **goal, financialUnitId="JPY")
    await ask.done("goal.archive", {"id": id}, "goal { id }")
    await win(ask, "10")
    async with database.writing(organisation.org_id, tells=False) as unit:
        user = models.User
        leaves = update(user).where(user.org_id == unit.org_id, user.id == 4)
        await unit.session.execute(leaves.values(is_active=False))
    await tell(database, organisation)
    assert await users(database, organisation) == []
    await ask.done("goal.restore", {"id": id}, "goal { id }")
    await tell(database, organisation)
    assert await users(database, organisation) == [1, 2, 3, 5]


async def test_two_workers_tell_of_many_goals_once(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    for number in range(8):
        await made(ask, **COUNT | {"targetCount": 1 + number % 2}, userId=gid("User", 3))

    async def all_told() -> bool:
        return len(await users(database, organisation)) >= 8

    async with working(database, many=2):
        for _ in range(3):
            await win(ask, **MINE)
        await until(all_told)
        await win(ask, **MINE)
        await until(lambda: _idle(database, organisation))
    known = [each for each in await told(database, organisation) if each[1] == "GOAL_REACHED"]
    assert len(known) == len(set(known)) == 8


async def _idle(database: Database, organisation: Organisation) -> bool:
    """Every event has been told."""
    async with database.writing(organisation.org_id, tells=False) as unit:
        job: Any = await unit.session.get(models.Job, (organisation.org_id, "notify"))
        head: Any = await unit.session.get(models.OutboxHead, organisation.org_id)
        unplaced = select(func.count()).where(
            models.Outbox.org_id == unit.org_id, models.Outbox.position.is_(None)
        )
        return job.cursor == head.position and not await unit.session.scalar(unplaced)
