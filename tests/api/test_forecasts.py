"""`forecast`: what is open and what is won, for each currency, in groups and altogether."""

from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline_gql.domain.forecasts import MOST_ROWS
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.seeding import insert_rows
from tests.api.asking import Ask, gid

SUMS = "currency openCount openValue weighted wonCount wonValue"


def opened(currency: str, count: int, value: str, weighted: str) -> dict[str, Any]:
    zero = "0" if currency == "JPY" else "0.00"
    return {
        "currency": currency,
        "openCount": count,
        "openValue": value,
        "weighted": weighted,
        "wonCount": 0,
        "wonValue": zero,
    }


async def forecast(ask: Ask, arguments: str, selected: str, role: Role = Role.ADMIN) -> Any:
    answered = await ask(f"{{ forecast({arguments}) {{ {selected} }} }}", role=role)
    assert "errors" not in answered, answered
    return answered["data"]["forecast"]


async def won(ask: Ask, **input: Any) -> str:
    id = await ask.opportunity(**input)
    for step in (4, 5):
        move = {"opportunityId": id, "stepId": gid("OpportunityStep", step)}
        await ask.done("opportunities.progress", move, "opportunity { id }")
    return id


async def test_months_follow_each_other_with_a_row_for_each_currency(ask: Ask) -> None:
    for day, amount, currency in (
        ("2027-01-31", "10.55", "GBP"),
        ("2027-02-01", "20", "GBP"),
        ("2027-01-01", "1999", "JPY"),
        (None, "5", "GBP"),
        ("2026-12-31", "7", "GBP"),
        ("2027-01-02", "0.40", "GBP"),
    ):
        await ask.opportunity(expectedCloseDate=day, amount=amount, financialUnitId=currency)
    found = await forecast(ask, "groupBy: MONTH", f"groupBy moreRows rows {{ key label {SUMS} }}")
    assert found == {
        "groupBy": "MONTH",
        "moreRows": 0,
        "rows": [
            {"key": "2026-12", "label": "December 2026", **opened("GBP", 1, "7.00", "0.70")},
            {"key": "2027-01", "label": "January 2027", **opened("GBP", 2, "10.95", "1.09")},
            {"key": "2027-01", "label": "January 2027", **opened("JPY", 1, "1999", "199")},
            {"key": "2027-02", "label": "February 2027", **opened("GBP", 1, "20.00", "2.00")},
            {"key": None, "label": "No close date", **opened("GBP", 1, "5.00", "0.50")},
        ],
    }


async def test_what_was_won_stands_apart_and_what_was_lost_or_put_aside_nowhere(ask: Ask) -> None:
    await won(ask, amount="100")
    lost = await ask.opportunity(amount="1000")
    aside = await ask.opportunity(amount="10000")
    for id, steps in ((lost, (4, 6)), (aside, (4, 6, 7))):
        for step in steps:
            move = {"opportunityId": id, "stepId": gid("OpportunityStep", step)}
            await ask.done("opportunities.progress", move, "opportunity { id }")
    await ask.opportunity(amount="1")
    found = await forecast(ask, "groupBy: STAGE", f"rows {{ label {SUMS} }} totals {{ {SUMS} }}")
    both = {"wonCount": 1, "wonValue": "100.00"}
    assert found["totals"] == [opened("GBP", 1, "1.00", "0.10") | both]
    assert [(row["label"], row["openCount"], row["wonCount"]) for row in found["rows"]] == [
        ("Proposed", 1, 0),
        ("Won", 0, 1),
    ]


async def test_a_deal_of_two_teams_counts_in_both_rows_and_once_in_the_total(ask: Ask) -> None:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        unit.session.add(models.Team(org_id=unit.org_id, id=9, name="Other"))
    teams = [gid("Team", 1), gid("Team", 9)]
    await ask.opportunity(amount="30", teamIds=teams)
    await ask.opportunity(amount="4", teamIds=teams[:1])
    await ask.opportunity(amount="2")
    found = await forecast(
        ask, "groupBy: TEAM", "rows { label openCount openValue } totals { openCount openValue }"
    )
    assert found["rows"] == [
        {"label": "Field", "openCount": 2, "openValue": "34.00"},
        {"label": "Other", "openCount": 1, "openValue": "30.00"},
        {"label": "No team", "openCount": 1, "openValue": "2.00"},
    ]
    assert found["totals"] == [{"openCount": 3, "openValue": "36.00"}]


async def test_a_period_has_its_first_and_last_day_and_nothing_without_a_date(ask: Ask) -> None:
    for day in ("2027-01-31", "2027-02-01", "2027-02-28", "2027-03-01", None):
        await ask.opportunity(amount="1", expectedCloseDate=day)
    for period, count in (
        ('from: "2027-02-01", to: "2027-02-28"', 2),
        ('from: "2027-02-01"', 3),
        ('to: "2027-01-31"', 1),
        ('from: "2027-02-28", to: "2027-02-28"', 1),
        ("from: null", 5),
    ):
        found = await forecast(ask, f"groupBy: OWNER, {period}", "totals { openCount }")
        assert found["totals"] == [{"openCount": count}], period


async def test_a_won_deal_belongs_to_the_month_in_which_it_was_won(ask: Ask) -> None:
    await won(ask, amount="5", expectedCloseDate="2031-05-05")
    day = (await ask.read("{ opportunities { nodes { actualCloseDate } } }"))["opportunities"]
    month = day["nodes"][0]["actualCloseDate"][:7]
    found = await forecast(ask, "groupBy: MONTH", "rows { key wonCount }")
    assert found["rows"] == [{"key": month, "wonCount": 1}]


async def test_a_scenario_names_a_thousand_records_and_no_more(ask: Ask) -> None:
    document = (
        "query Q($s: ForecastScenario) { forecast(groupBy: STEP, scenario: $s) { unknownIds } }"
    )
    for count in (1_000, 1_001):
        ids = [gid("Opportunity", key) for key in range(1, count + 1)]
        answered = await ask(document, {"s": {"leaveOut": ids}})
        if count == 1_000:
            assert len(answered["data"]["forecast"]["unknownIds"]) == count
        else:
            assert answered["errors"][0]["extensions"]["code"] == "ARGUMENT_MALFORMED"


async def test_a_member_forecasts_what_is_theirs(ask: Ask) -> None:
    await ask.opportunity(amount="1")
    await ask.opportunity(amount="2", ownerId=gid("User", 3))
    for role, value in ((Role.ADMIN, "3.00"), (Role.READ_ONLY, "3.00"), (Role.MEMBER, "2.00")):
        found = await forecast(ask, "groupBy: OWNER", "totals { openValue }", role)
        assert found["totals"] == [{"openValue": value}]


async def test_filters_and_search_are_those_of_the_list(ask: Ask) -> None:
    await ask.opportunity(name="Alpha", amount="1")
    await ask.opportunity(name="Beta", amount="2")
    for argument in ('filters: {field: name, operation: eq, value: "Beta"}', 'search: "beta"'):
        found = await forecast(ask, f"groupBy: OWNER, {argument}", "totals { openValue }")
        assert found["totals"] == [{"openValue": "2.00"}]


async def test_a_scenario_changes_chances_and_dates_and_leaves_out(ask: Ask) -> None:
    dated = {"amount": "100", "expectedCloseDate": "2027-01-20"}
    _, two, three = [await ask.opportunity(**dated) for _ in range(3)]
    sure = await ask.opportunity(**dated, probability=90)
    scenario = f"""{{
      steps: [{{stepId: "{gid("OpportunityStep", 3)}", probability: 60}}]
      shiftDays: 12
      shifts: [{{opportunityId: "{two}", days: 0}}, {{opportunityId: "{sure}", days: -20}}]
      leaveOut: ["{three}"]
    }}"""
    found = await forecast(
        ask,
        f'groupBy: MONTH, scenario: {scenario}, to: "2027-02-28", from: "2026-12-01"',
        "unknownIds rows { key openCount weighted p10 p50 p90 } totals { p10 p50 p90 }",
    )
    assert found == {
        "unknownIds": [],
        "rows": [
            {"key": "2026-12", "openCount": 1, "weighted": "90.00"}
            | {"p10": "0.00", "p50": "100.00", "p90": "100.00"},
            {"key": "2027-01", "openCount": 1, "weighted": "60.00"}
            | {"p10": "0.00", "p50": "100.00", "p90": "100.00"},
            {"key": "2027-02", "openCount": 1, "weighted": "60.00"}
            | {"p10": "0.00", "p50": "100.00", "p90": "100.00"},
        ],
        "totals": [{"p10": "100.00", "p50": "200.00", "p90": "300.00"}],
    }


async def test_what_is_won_is_in_every_percentile(ask: Ask) -> None:
    await won(ask, amount="7")
    await ask.opportunity(amount="100", probability=100)
    await ask.opportunity(amount="1000", probability=50)
    await ask.opportunity(amount="10000", probability=0)
    found = await forecast(ask, "groupBy: STEP", "totals { p10 p50 p90 }")
    assert found["totals"] == [{"p10": "107.00", "p50": "107.00", "p90": "1107.00"}]


async def test_a_scenario_says_which_of_its_ids_name_nothing_the_viewer_sees(ask: Ask) -> None:
    hidden = await ask.opportunity(amount="1")
    deleted = await ask.opportunity(amount="1")
    await ask.done("opportunities.delete", {"opportunityId": deleted}, "opportunity { id }")
    step, none = gid("OpportunityStep", 3), gid("OpportunityStep", 500_003)
    scenario = f"""{{
      steps: [{{stepId: "{step}", probability: 0}}, {{stepId: "{none}", probability: 0}}]
      shifts: [{{opportunityId: "{hidden}", days: 1}}], leaveOut: ["{deleted}"]
    }}"""
    for role, unknown in ((Role.ADMIN, {none, deleted}), (Role.MEMBER, {none, deleted, hidden})):
        found = await forecast(ask, f"groupBy: STEP, scenario: {scenario}", "unknownIds", role)
        assert set(found["unknownIds"]) == unknown


async def test_groups_beyond_what_can_be_listed_are_counted(ask: Ask) -> None:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        rows = [
            {"id": i, "name": "n", "lead_source": f"s{i}", "grand_total": 10_000}
            | {"net_total": 10_000, "pipeline_id": 1, "version_id": 1, "step_id": 3}
            | {"currency": "USD", "probability": 10, "step_entered_at": unit.now}
            for i in range(1, MOST_ROWS + 8)
        ]
        rows[-1]["lead_source"] = "s1"
        await insert_rows(unit, models.Opportunity, rows)
        stays = [
            {"id": i, "opportunity_id": i, "step_id": 3, "version_id": 1, "entered_at": unit.now}
            | {"value": 0, "currency": "USD", "probability": 10, "cause": "ENTRY"}
            for i in range(1, MOST_ROWS + 8)
        ]
        await insert_rows(unit, models.StepStay, stays)
    found = await forecast(
        ask, "groupBy: SOURCE", "moreRows rows { key openCount } totals { openCount openValue }"
    )
    assert len(found["rows"]) == MOST_ROWS
    assert found["moreRows"] == 6
    assert {"key": "s1", "openCount": 2} in found["rows"]
    assert found["totals"] == [{"openCount": MOST_ROWS + 7, "openValue": "507.00"}]


async def test_nothing_to_forecast_is_nothing(ask: Ask) -> None:
    found = await forecast(ask, "groupBy: STEP", "rows { key } totals { currency } moreRows")
    assert found == {"rows": [], "totals": [], "moreRows": 0}


STEP, DEAL = gid("OpportunityStep", 3), gid("Opportunity", 1)
SUPPOSED = [
    f'steps: [{{stepId: "{STEP}", probability: 101}}]',
    f'steps: [{{stepId: "{STEP}", probability: -1}}]',
    f'steps: [{{stepId: "{DEAL}", probability: 1}}]',
    'steps: [{stepId: "3", probability: 1}]',
    f'steps: [{{stepId: "{STEP}", probability: 1}}, {{stepId: "{STEP}", probability: 1}}]',
    "shiftDays: 3661",
    f'shifts: [{{opportunityId: "{DEAL}", days: -3661}}]',
    f'shifts: [{{opportunityId: "{STEP}", days: 1}}]',
    f'leaveOut: ["{STEP}"]',
    f'leaveOut: ["{DEAL}", "{DEAL}"]',
]


@pytest.mark.parametrize(
    ("arguments", "variables", "code"),
    [
        ('groupBy: MONTH, from: "2027-02-01", to: "2027-01-31"', {}, "ARGUMENT_MALFORMED"),
        ("groupBy: MONTH, from: $from, to: $to", {}, "ARGUMENT_MALFORMED"),
        *((f"groupBy: MONTH, scenario: {{{bad}}}", {}, "ARGUMENT_MALFORMED") for bad in SUPPOSED),
        ("groupBy: WEEK", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("", {}, "GRAPHQL_VALIDATION_FAILED"),
        ('groupBy: MONTH, from: "1/2/2027"', {}, "GRAPHQL_VALIDATION_FAILED"),
        (
            "groupBy: MONTH, filters: {field: stepId, operation: eq, value: x}",
            {},
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            'groupBy: MONTH, filters: {field: stepId, operation: eq, value: "x"}',
            {},
            "FILTER_MALFORMED",
        ),
    ],
)
async def test_what_means_nothing_is_refused(
    ask: Ask, arguments: str, variables: dict[str, Any], code: str
) -> None:
    head = "query Q($from: Date, $to: Date)" if "$" in arguments else ""
    call = f"forecast({arguments})" if arguments else "forecast"
    given = {"from": "2027-02-01", "to": "2027-01-31"} if head else {}
    answered = await ask(f"{head} {{ {call} {{ moreRows }} }}", given | variables)
    assert "data" not in answered
    assert {error["extensions"]["code"] for error in answered["errors"]} == {code}


# ---- calibration --------------------------------------------------------------------------------

STEPS = "steps { name configured measured closedCount wonCount lostCount openCount }"


async def moved(ask: Ask, *steps: int) -> str:
    id = await ask.opportunity(amount="1")
    for step in steps:
        move = {"opportunityId": id, "stepId": gid("OpportunityStep", step)}
        await ask.done("opportunities.progress", move, "opportunity { id }")
    return id


async def test_a_step_is_measured_by_what_became_of_those_that_were_on_it(ask: Ask) -> None:
    for steps in ((4, 5), (4, 6), (4, 6), (4, 6, 7), (4,), ()):
        await moved(ask, *steps)
    found = await ask.read(f'{{ calibration(pipelineId: "{gid("Pipeline", 1)}") {{ {STEPS} }} }}')
    told = [tuple(step.values()) for step in found["calibration"]["steps"]]
    assert told == [
        ("Proposed", 10, "33.33", 3, 1, 2, 2),
        ("Opportunity", 50, "33.33", 3, 1, 2, 1),
        ("Won", 100, "100.00", 1, 1, 0, 0),
        ("Lost", 0, "0.00", 2, 0, 2, 0),
        ("Archived", 0, None, 0, 0, 0, 0),
    ]


async def test_what_comes_back_to_a_step_was_on_it_once(ask: Ask) -> None:
    id = await moved(ask, 4, 6)
    async with ask.database.writing(ask.organisation.org_id) as unit:
        stays = [
            {"id": 900 + n, "opportunity_id": int(b64decode(id).decode().partition(":")[2])}
            | {"step_id": 4, "version_id": 1, "value": 0, "currency": "GBP", "probability": 50}
            | {"entered_at": datetime(2020, 1, n, tzinfo=UTC), "cause": "IMPORT"}
            | {"left_at": datetime(2020, 1, n + 1, tzinfo=UTC)}
            for n in (1, 3)
        ]
        await insert_rows(unit, models.StepStay, stays)
    found = await ask.read(f'{{ calibration(pipelineId: "{gid("Pipeline", 1)}") {{ {STEPS} }} }}')
    assert found["calibration"]["steps"][1]["lostCount"] == 1


async def test_a_calibration_takes_what_closed_in_its_period(ask: Ask) -> None:
    await moved(ask, 4, 5)
    read = await ask.read("{ opportunities { nodes { actualCloseDate } } }")
    day = date.fromisoformat(read["opportunities"]["nodes"][0]["actualCloseDate"])
    for start, end, count in ((0, 0, 1), (1, 9, 0), (-9, -1, 0)):
        period = f'from: "{day + timedelta(start)}", to: "{day + timedelta(end)}"'
        pipeline = f'pipelineId: "{gid("Pipeline", 1)}"'
        found = await ask.read(f"{{ calibration({pipeline}, {period}) {{ {STEPS} }} }}")
        assert found["calibration"]["steps"][0]["closedCount"] == count


@pytest.mark.parametrize("id", [gid("Pipeline", 77), gid("Opportunity", 1), "x"])
async def test_a_calibration_of_no_pipeline_is_null(ask: Ask, id: str) -> None:
    assert await ask.read(f'{{ calibration(pipelineId: "{id}") {{ {STEPS} }} }}') == {
        "calibration": None
    }
