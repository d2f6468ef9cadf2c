"""Forecasts of random deals on a real database equal a recount of their rows."""

import os
from datetime import date, timedelta
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
from tests.conformance.rows import global_id, load
from tests.organisations import FIRST
from tests.server import DatabaseUrls

EXAMPLES = int(os.environ.get("FORECAST_EXAMPLES", "40"))
SUMS = "currency openCount openValue weighted wonCount wonValue p10 p50 p90"
DOCUMENT = f"""
query Q($by: ForecastGroup!, $from: Date, $to: Date, $scenario: ForecastScenario) {{
  forecast(groupBy: $by, from: $from, to: $to, scenario: $scenario) {{
    converted {{ ...C }} pounds: converted(currency: "GBP") {{ ...C }}
    groupBy moreRows unknownIds rows {{ key label {SUMS} }} totals {{ {SUMS} }}
  }}
}}
fragment C on ForecastConversion {{
  currency openCount openValue weighted wonCount wonValue moreRates
  rates {{ fromCurrency toCurrency date rate }}
  missing {{ currency openCount openValue weighted wonCount wonValue }}
}}"""
GROUPS = ["MONTH", "QUARTER", "OWNER", "TEAM", "STEP", "STAGE", "SOURCE", "CATEGORY"]
COINS = {"USD": 100, "GBP": 100, "JPY": 10_000, "KWD": 10, "CLF": 1}
CALIBRATION = f"""
query Q($from: Date, $to: Date) {{
  calibration(pipelineId: "{global_id("Pipeline", 1)}", from: $from, to: $to) {{
    pipelineId
    steps {{ stepId name configured measured closedCount wonCount lostCount openCount }}
  }}
}}"""
FIRST_DAY = date(2026, 11, 20)

days = st.none() | st.integers(0, 120).map(lambda n: FIRST_DAY + timedelta(days=n))
deals = st.fixed_dictionaries(
    {
        "step_id": st.sampled_from([3, 3, 4, 4, 5, 6, 7]),
        "currency": st.sampled_from(["USD", "USD", *COINS]),
        "coins": st.integers(0, 10**7) | st.sampled_from([100, 25, 10**13]),
        "probability": st.sampled_from([0, 10, 50, 100]) | st.integers(0, 100),
        "probability_is_manual": st.booleans(),
        "expected_close_date": days,
        "actual_close_date": days,
        "owner_id": st.none() | st.integers(1, 5),
        "before": st.lists(st.sampled_from([3, 3, 4, 5]), max_size=3),
        "teams": st.lists(st.integers(1, 3), unique=True, max_size=3),
        "lead_source": st.none() | st.sampled_from(["", "Web", "web", "Émile", ":", "Cold call"]),
        "forecast_category": st.none() | st.sampled_from(["Commit", "Best case"]),
    }
)
ids = st.integers(1, 14).map(lambda key: global_id("Opportunity", key))
scenarios = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "steps": st.lists(
            st.fixed_dictionaries(
                {
                    "stepId": st.integers(3, 8).map(lambda key: global_id("OpportunityStep", key)),
                    "probability": st.integers(0, 100),
                }
            ),
            max_size=3,
            unique_by=lambda each: each["stepId"],
        ),
        "shiftDays": st.integers(-100, 100),
        "shifts": st.lists(
            st.fixed_dictionaries({"opportunityId": ids, "days": st.integers(-400, 400)}),
            max_size=4,
            unique_by=lambda each: each["opportunityId"],
        ),
        "leaveOut": st.lists(ids, max_size=3, unique=True),
    },
)
rates = st.lists(
    st.fixed_dictionaries(
        {
            "from_currency": st.sampled_from([code for code in COINS if code != "USD"]),
            "to_currency": st.sampled_from(["USD", "GBP"]),
            "day": st.integers(-60, 60).map(lambda n: FIRST_DAY + timedelta(days=n)),
            "rate": st.integers(1, 10**12),
        }
    ).filter(lambda rate: rate["from_currency"] != rate["to_currency"]),
    max_size=8,
    unique_by=lambda rate: (rate["from_currency"], rate["to_currency"], rate["day"]),
)
asked = st.fixed_dictionaries(
    {"by": st.sampled_from(GROUPS), "scenario": scenarios},
    optional={
        "from": st.just(FIRST_DAY + timedelta(days=11)).map(str),
        "to": st.integers(30, 100).map(lambda n: str(FIRST_DAY + timedelta(days=n))),
    },
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rates=rates, sold=st.lists(deals, max_size=12), asked=st.lists(asked, min_size=1, max_size=4)
)
async def test_a_forecast_is_what_a_recount_finds(
    database: Database, urls: DatabaseUrls, rates: list[Any], sold: list[Any], asked: list[Any]
) -> None:
    async with database.writing(FIRST.org_id) as unit:
        await clear(unit)
        await insert_rows(unit, models.ExchangeRate, rates)
        await sell(unit, sold)
        now = unit.now
    tables = await load(urls.admin, FIRST.org_id)
    roles = (Role.ADMIN, Role.MEMBER)
    both = Both(database, {role: Reference(tables, FIRST.viewers[role], now) for role in roles})
    for variables in asked:
        for role in roles:
            await both.compare(DOCUMENT, variables, role)
            period = {name: variables[name] for name in ("from", "to") if name in variables}
            await both.compare(CALIBRATION, period, role)


async def clear(unit: Unit) -> None:
    for table in (models.ExchangeRate, models.OpportunityTeam, models.StepStay, models.Opportunity):
        await unit.session.execute(delete(table).where(table.org_id == unit.org_id))
    others = (models.Team.org_id == unit.org_id, models.Team.id > 1)
    await unit.session.execute(delete(models.Team).where(*others))
    teams = [{"id": id, "name": name} for id, name in ((2, "Alpha"), (3, "alpha"))]
    await insert_rows(unit, models.Team, teams)


async def sell(unit: Unit, sold: list[Any]) -> None:
    for id, deal in enumerate(sold, 1):
        worth = deal["coins"] * COINS[deal["currency"]]
        row = {
            name: value for name, value in deal.items() if name not in ("coins", "teams", "before")
        }
        values = {"name": f"Deal {id}", "net_total": worth, "grand_total": worth, "id": id}
        place = {"pipeline_id": 1, "version_id": 1, "step_entered_at": unit.now}
        await insert_rows(unit, models.Opportunity, [row | values | place])
        stay = {"opportunity_id": id, "version_id": 1, "value": worth, "probability": 0}
        stay |= {"currency": deal["currency"], "cause": "ENTRY"}
        times = [unit.now + timedelta(seconds=n) for n in range(len(deal["before"]) + 1)]
        stays = [
            stay | {"step_id": step, "entered_at": at, "left_at": left}
            for step, at, left in zip(
                [*deal["before"], deal["step_id"]], times, [*times[1:], None], strict=True
            )
        ]
        await insert_rows(unit, models.StepStay, stays)
        ties = [{"opportunity_id": id, "team_id": team} for team in deal["teams"]]
        if ties:
            await insert_rows(unit, models.OpportunityTeam, ties)
