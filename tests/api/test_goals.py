"""Goals as managers set them and as everybody reads them."""

from datetime import UTC, datetime
from typing import Any

from pipeline_gql.domain.viewer import Role
from tests.api.asking import Ask, gid

TODAY = datetime.now(UTC).date()
REVENUE = {"metric": "REVENUE", "startDate": "2026-01-01", "period": "YEAR", "targetAmount": "100"}
COUNT = {"metric": "COUNT", "startDate": "2026-01-01", "endDate": "2026-01-31", "targetCount": 4}
WHAT = (
    "id name metric user { name } team { name } pipeline { name } startDate endDate targetAmount "
    "currency targetCount isArchived reachedAt version"
)
FAR = (
    "progress { count value percent remainingValue remainingCount isReached } "
    "otherCurrencies { currency count value }"
)
PACE = "pace { days daysPassed expected ahead isBehind projected }"


async def made(ask: Ask, **input: Any) -> str:
    return (await ask.done("goal.create", input, "goal { id }"))["goal"]["id"]


async def read(ask: Ask, id: str, selected: str, role: Role = Role.ADMIN) -> Any:
    answered = await ask(f'{{ node(id: "{id}") {{ ... on Goal {{ {selected} }} }} }}', role=role)
    assert "errors" not in answered, answered
    return answered["data"]["node"]


async def win(ask: Ask, worth: str = "10", **input: Any) -> str:
    """The id of an opportunity that is won today, in pounds unless told otherwise."""
    id = await ask.opportunity(amount=worth, **input)
    for step in (4, 5):
        move = {"opportunityId": id, "stepId": gid("OpportunityStep", step)}
        await ask.done("opportunities.progress", move, "opportunity { id }")
    return id


async def test_a_goal_is_set_and_read_by_everybody(ask: Ask) -> None:
    payload = await ask.done(
        "goal.create",
        REVENUE | {"name": " Big ", "teamId": gid("Team", 1), "pipelineId": gid("Pipeline", 1)},
        f"goal {{ {WHAT} }}",
        Role.MANAGER,
    )
    goal = payload["goal"]
    assert {**goal, "id": None} == {
        "id": None,
        "name": "Big",
        "metric": "REVENUE",
        "user": None,
        "team": {"name": "Field"},
        "pipeline": {"name": "Training"},
        "startDate": "2026-01-01",
        "endDate": "2026-12-31",
        "targetAmount": "100.00",
        "currency": "USD",
        "targetCount": None,
        "isArchived": False,
        "reachedAt": None,
        "version": 1,
    }
    assert await read(ask, goal["id"], WHAT, Role.MEMBER) == goal


async def test_progress_is_what_was_won_in_the_currency_and_others_are_told_beside(
    ask: Ask,
) -> None:
    days = {"startDate": str(TODAY), "endDate": str(TODAY)}
    whose = {"userId": gid("User", 3)}
    id = await made(ask, **REVENUE | days | whose | {"period": None, "financialUnitId": "GBP"})
    await win(ask, "30", ownerId=gid("User", 3))
    await win(ask, "5.55", ownerId=gid("User", 3))
    await win(ask, "7", ownerId=gid("User", 3), regionId=gid("Region", "US"))
    await win(ask, "1000", ownerId=gid("User", 2), assignedToIds=[gid("User", 3)])
    await ask.opportunity(amount="500", ownerId=gid("User", 3))
    assert await read(ask, id, f"{FAR} {PACE}") == {
        "progress": {
            "count": 2,
            "value": "35.55",
            "percent": "35.55",
            "remainingValue": "64.45",
            "remainingCount": None,
            "isReached": False,
        },
        "otherCurrencies": [{"currency": "USD", "count": 1, "value": "7.00"}],
        "pace": {
            "days": 1,
            "daysPassed": 1,
            "expected": "100.00",
            "ahead": "-64.45",
            "isBehind": True,
            "projected": "35.55",
        },
    }
