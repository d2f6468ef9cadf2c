"""Goals as managers set them and as everybody reads them."""

from typing import Any

import pytest

from pipeline_gql.domain.viewer import Role
from tests.api.asking import Ask, gid

EVER = {"startDate": "2026-01-01", "endDate": "2999-12-31"}
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
    whose = {"userId": gid("User", 3)}
    id = await made(ask, **REVENUE | EVER | whose | {"period": None, "financialUnitId": "GBP"})
    await win(ask, "30", ownerId=gid("User", 3))
    await win(ask, "5.55", ownerId=gid("User", 3))
    await win(ask, "7", ownerId=gid("User", 3), regionId=gid("Region", "US"))
    await win(ask, "1000", ownerId=gid("User", 2), assignedToIds=[gid("User", 3)])
    await ask.opportunity(amount="500", ownerId=gid("User", 3))
    assert await read(ask, id, FAR) == {
        "progress": {
            "count": 2,
            "value": "35.55",
            "percent": "35.55",
            "remainingValue": "64.45",
            "remainingCount": None,
            "isReached": False,
        },
        "otherCurrencies": [{"currency": "USD", "count": 1, "value": "7.00"}],
    }


async def test_a_count_takes_all_currencies_and_each_deal_of_a_team_once(ask: Ask) -> None:
    """Shared with the team and owned by its member; by either; by neither."""
    id = await made(ask, **COUNT | EVER, teamId=gid("Team", 1))
    await win(ask, ownerId=gid("User", 3), teamIds=[gid("Team", 1)])
    await win(ask, ownerId=gid("User", 2), teamIds=[gid("Team", 1)])
    await win(ask, ownerId=gid("User", 3), regionId=gid("Region", "US"))
    await win(ask, ownerId=gid("User", 2))
    assert await read(ask, id, FAR) == {
        "progress": {
            "count": 3,
            "value": None,
            "percent": "75",
            "remainingValue": None,
            "remainingCount": 1,
            "isReached": False,
        },
        "otherCurrencies": [],
    }


async def test_the_numbers_follow_the_viewer_and_the_goal_is_everybody_s(ask: Ask) -> None:
    id = await made(ask, **COUNT | EVER)
    await win(ask, ownerId=gid("User", 2))
    await win(ask, ownerId=gid("User", 3))
    for role, count in ((Role.ADMIN, 2), (Role.READ_ONLY, 2), (Role.MEMBER, 1)):
        assert (await read(ask, id, "progress { count }", role)) == {"progress": {"count": count}}


async def test_the_pace_before_and_after_a_period(ask: Ask) -> None:
    before = await made(ask, **REVENUE | {"startDate": "2900-02-01", "period": "MONTH"})
    after = await made(ask, **COUNT | {"startDate": "2020-01-01", "endDate": "2020-12-31"})
    assert (await read(ask, before, PACE))["pace"] == {
        "days": 28,
        "daysPassed": 0,
        "expected": "0.00",
        "ahead": "0.00",
        "isBehind": False,
        "projected": None,
    }
    assert (await read(ask, after, PACE))["pace"] == {
        "days": 366,
        "daysPassed": 366,
        "expected": "4.00",
        "ahead": "-4.00",
        "isBehind": True,
        "projected": "0.00",
    }


BOARD = """
query L($metric: GoalMetric!, $by: LeaderboardBy!, $currency: String, $first: Int, $from: Date) {
  leaderboard(metric: $metric, by: $by, currency: $currency, first: $first, from: $from) {
    metric by currency moreRows
    rows { rank user { name } team { name } count value otherCurrencies { currency count value } }
  }
}"""


async def ranked(ask: Ask, role: Role = Role.ADMIN, **variables: Any) -> Any:
    answered = await ask(BOARD, variables, role)
    assert "errors" not in answered, answered
    return answered["data"]["leaderboard"]


async def test_ties_share_a_rank_and_a_deal_counts_once_in_a_row(ask: Ask) -> None:
    """Mia's is shared with her own team; the next after two first ones is third."""
    field = [gid("Team", 1)]
    await win(ask, "20", ownerId=gid("User", 3), teamIds=field)
    await win(ask, "20", ownerId=gid("User", 2), teamIds=field)
    await win(ask, "5", ownerId=gid("User", 5))
    await win(ask, "9", ownerId=gid("User", 4), regionId=gid("Region", "US"))
    found = await ranked(ask, metric="REVENUE", by="USER", currency="GBP")
    assert found["currency"] == "GBP"
    assert [(r["rank"], r["user"]["name"], r["count"], r["value"]) for r in found["rows"]] == [
        (1, "Max Manager", 1, "20.00"),
        (1, "Mia Member", 1, "20.00"),
        (3, "Ned Neighbour", 1, "5.00"),
        (4, "Rea Reader", 0, "0.00"),
    ]
    dollars = {"currency": "USD", "count": 1, "value": "9.00"}
    assert [row["otherCurrencies"] for row in found["rows"]] == [[], [], [], [dollars]]
    cut = await ranked(ask, metric="REVENUE", by="USER", currency="GBP", first=1)
    assert (len(cut["rows"]), cut["moreRows"]) == (1, 3)
    (team,) = (await ranked(ask, metric="COUNT", by="TEAM"))["rows"]
    assert (team["rank"], team["team"], team["count"], team["value"]) == (
        1, {"name": "Field"}, 2, None,
    )  # fmt: skip
    none = await ranked(ask, metric="COUNT", by="USER", **{"from": "2900-01-01"})
    assert (none["rows"], none["moreRows"]) == ([], 0)


async def test_a_board_s_arguments_must_mean_something(ask: Ask) -> None:
    for wrong in ({"currency": "XYZ"}, {"currency": "usd"}, {"first": -1}):
        answered = await ask(BOARD, {"metric": "COUNT", "by": "USER", **wrong})
        assert [e["extensions"]["code"] for e in answered["errors"]] == [
            "PAGE_MALFORMED" if "first" in wrong else "ARGUMENT_MALFORMED"
        ]
    answered = await ask(BOARD, {"metric": "COUNT", "by": "USER", "first": 101})
    assert [each["code"] for each in answered["extensions"]["warnings"]] == ["PAGE_CAPPED"]


@pytest.mark.parametrize(
    ("input", "why"),
    [
        (COUNT | {"targetCount": None}, [("VALUE_REQUIRED", "targetCount")]),
        (COUNT | {"targetCount": 0}, [("VALUE_INVALID", "targetCount")]),
        (COUNT | {"targetAmount": "1"}, [("VALUE_INVALID", "targetAmount")]),
        (COUNT | {"financialUnitId": "USD"}, [("VALUE_INVALID", "financialUnitId")]),
        (COUNT | {"endDate": None}, [("VALUE_REQUIRED", "endDate")]),
        (COUNT | {"endDate": "2025-12-31"}, [("VALUE_INVALID", "endDate")]),
        (COUNT | {"period": "MONTH"}, [("VALUE_INVALID", "period")]),
        (REVENUE | {"targetAmount": None}, [("VALUE_REQUIRED", "targetAmount")]),
        (REVENUE | {"targetAmount": "0"}, [("VALUE_INVALID", "targetAmount")]),
        (REVENUE | {"targetAmount": "-1"}, [("VALUE_INVALID", "targetAmount")]),
        (REVENUE | {"targetAmount": "1.001"}, [("VALUE_INVALID", "targetAmount")]),
        (REVENUE | {"targetAmount": "100000000000000"}, [("VALUE_INVALID", "targetAmount")]),
        (REVENUE | {"financialUnitId": "XYZ"}, [("VALUE_INVALID", "financialUnitId")]),
        (REVENUE | {"startDate": "2026-01-02"}, [("VALUE_INVALID", "startDate")]),
        (REVENUE | {"startDate": "2999-02-01"}, [("VALUE_INVALID", "period")]),
        (REVENUE | {"userId": gid("User", 99)}, [("NOT_FOUND", "userId")]),
        (REVENUE | {"userId": gid("Team", 1)}, [("NOT_FOUND", "userId")]),
        (
            REVENUE | {"userId": gid("User", 1), "teamId": gid("Team", 1)},
            [("VALUE_INVALID", "teamId")],
        ),
        (REVENUE | {"name": "x" * 256}, [("VALUE_INVALID", "name")]),
    ],
)
async def test_a_goal_that_means_nothing_is_refused(ask: Ask, input: Any, why: Any) -> None:
    assert await ask.why("goal.create", input) == why


async def test_a_changed_goal_is_judged_as_a_whole(ask: Ask) -> None:
    id = await made(ask, **REVENUE, userId=gid("User", 3))
    for change, why in (
        ({"targetCount": 3}, [("VALUE_INVALID", "targetCount")]),
        ({"targetAmount": None}, [("VALUE_REQUIRED", "targetAmount")]),
        ({"targetAmount": "0.5", "financialUnitId": "JPY"}, [("VALUE_INVALID", "targetAmount")]),
        ({"period": "MONTH"}, [("VALUE_REQUIRED", "startDate")]),
        ({"startDate": "2027-01-01"}, [("VALUE_INVALID", "endDate")]),
        ({"startDate": None}, [("VALUE_REQUIRED", "startDate")]),
        ({"teamId": gid("Team", 1)}, [("VALUE_INVALID", "teamId")]),
        ({"expectedVersion": 2}, [("VALUE_INVALID", "expectedVersion")]),
    ):
        assert await ask.why("goal.update", {"goalId": id, **change}) == why, change
    change = {"userId": None, "teamId": gid("Team", 1), "startDate": "2026-04-01"}
    payload = await ask.done(
        "goal.update", {"id": id, **change, "period": "QUARTER"}, f"goal {{ {WHAT} }}"
    )
    told = payload["goal"]
    assert (told["user"], told["team"], told["endDate"]) == (None, {"name": "Field"}, "2026-06-30")
    assert told["version"] == 2
    again = await ask.done("goal.update", {"id": id, "name": None}, "goal { version }")
    assert again["goal"]["version"] == 2


async def test_an_archived_goal_is_found_as_such_and_restored(ask: Ask) -> None:
    id = await made(ask, **COUNT)
    archived = await ask.done("goal.archive", {"goalId": id}, "goal { isArchived version }")
    assert archived["goal"] == {"isArchived": True, "version": 2}
    found = '{ goals(filters: {field: isArchived, operation: eq, value: "true"}) { nodes { id } } }'
    assert (await ask.read(found))["goals"]["nodes"] == [{"id": id}]
    await ask.done("goal.restore", {"goalId": id}, "goal { id }")
    assert (await ask.read(found))["goals"]["nodes"] == []
