"""Goals and leaderboards of random deals on a real database equal a recount of their rows."""

import os
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.seeding import insert_rows
from tests.conformance.conftest import Both
from tests.conformance.reference import Reference
from tests.conformance.rows import load
from tests.conformance.test_forecasts import COINS, FIRST_DAY, clear, deals, sell
from tests.organisations import FIRST
from tests.server import DatabaseUrls

EXAMPLES = int(os.environ.get("GOAL_EXAMPLES", "30"))
WON = "currency count value"
DOCUMENT = f"""
query Q($metric: GoalMetric!, $by: LeaderboardBy!, $currency: String, $first: Int, $from: Date) {{
  goals(first: 100) {{ nodes {{
    id metric otherCurrencies {{ {WON} }}
    progress {{ count value percent remainingValue remainingCount isReached }}
    pace {{ days daysPassed expected ahead isBehind projected }}
  }} }}
  leaderboard(metric: $metric, by: $by, currency: $currency, first: $first, from: $from) {{
    metric by currency moreRows
    rows {{ rank user {{ id }} team {{ id name }} count value otherCurrencies {{ {WON} }} }}
  }}
}}"""
currencies = st.sampled_from([*COINS])
targets = st.fixed_dictionaries(
    {"metric": st.just("COUNT"), "target_count": st.integers(1, 8)}
) | st.tuples(st.integers(1, 10**7) | st.just(10**13), currencies).map(
    lambda each: {
        "metric": "REVENUE",
        "target_amount": each[0] * COINS[each[1]],
        "currency": each[1],
    }
)
owners = st.fixed_dictionaries({}, optional={"user_id": st.integers(1, 5)}) | st.fixed_dictionaries(
    {"team_id": st.integers(1, 3)}
)
periods = st.tuples(st.integers(-40, 120), st.integers(0, 400)).map(
    lambda each: {
        "start_date": FIRST_DAY + timedelta(days=each[0]),
        "end_date": FIRST_DAY + timedelta(days=sum(each)),
    }
)
goals = st.tuples(targets, owners, periods).map(lambda each: each[0] | each[1] | each[2])
members = st.sets(st.tuples(st.integers(1, 3), st.integers(1, 5)), max_size=6)
asked = st.fixed_dictionaries(
    {"metric": st.sampled_from(["REVENUE", "COUNT"]), "by": st.sampled_from(["USER", "TEAM"])},
    optional={
        "currency": currencies,
        "first": st.integers(0, 3),
        "from": st.integers(0, 60).map(lambda n: str(FIRST_DAY + timedelta(days=n))),
    },
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sold=st.lists(deals.map(lambda deal: deal | {"step_id": 5}) | deals, max_size=12),
    pursued=st.lists(goals, max_size=6),
    members=members,
    asked=st.lists(asked, min_size=1, max_size=3),
)
async def test_goals_and_leaderboards_are_what_a_recount_finds(
    database: Database,
    urls: DatabaseUrls,
    sold: list[Any],
    pursued: list[Any],
    members: set[tuple[int, int]],
    asked: list[Any],
) -> None:
    async with database.writing(FIRST.org_id) as unit:
        await _clear(unit)
        await sell(unit, sold)
        for id, goal in enumerate(pursued, 1):
            await insert_rows(unit, models.Goal, [goal | {"id": id}])
        ties = [{"team_id": team, "user_id": user} for team, user in sorted(members)]
        await insert_rows(unit, models.TeamMember, ties)
        now = unit.now
    tables = await load(urls.admin, FIRST.org_id)
    roles = (Role.ADMIN, Role.MEMBER)
    both = Both(database, {role: Reference(tables, FIRST.viewers[role], now) for role in roles})
    for variables in asked:
        for role in roles:
            await both.compare(DOCUMENT, variables, role)


async def _clear(unit: Unit) -> None:
    for table in (models.Goal, models.TeamMember):
        await unit.session.execute(delete(table).where(table.org_id == unit.org_id))
    await clear(unit)
