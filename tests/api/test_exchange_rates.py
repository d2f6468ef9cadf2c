"""Exchange rates, and forecasts converted by them."""

from typing import Any

import pytest

from pipeline_gql.domain.viewer import Role
from tests.api.asking import Ask, gid

SHOWN = "exchangeRate { id fromCurrency toCurrency date rate version }"
CONVERTED = """currency openCount openValue weighted wonCount wonValue moreRates
  rates { fromCurrency toCurrency date rate } missing { currency openCount openValue wonValue }"""


async def kept(ask: Ask, here: str, there: str, day: str, rate: str) -> dict[str, Any]:
    input = {"fromCurrency": here, "toCurrency": there, "date": day, "rate": rate}
    payload = await ask.done("exchangeRate.create", input, SHOWN, Role.MANAGER)
    return payload["exchangeRate"]


async def converted(ask: Ask, arguments: str = "") -> dict[str, Any]:
    document = f"{{ forecast(groupBy: STEP) {{ converted{arguments} {{ {CONVERTED} }} }} }}"
    return (await ask.read(document))["forecast"]["converted"]


async def test_a_rate_is_kept_exactly_changed_and_deleted(ask: Ask) -> None:
    rate = await kept(ask, "JPY", "USD", "2026-01-01", "0.0067123450")
    told = {"fromCurrency": "JPY", "toCurrency": "USD", "date": "2026-01-01", "version": 1}
    assert rate == {"id": rate["id"], "rate": "0.006712345", **told}
    change = {"id": rate["id"], "rate": "100000000", "expectedVersion": 1}
    payload = await ask.done("exchangeRate.update", change, SHOWN, Role.MANAGER)
    assert (payload["exchangeRate"]["rate"], payload["exchangeRate"]["version"]) == ("100000000", 2)
    await ask.done("exchangeRate.delete", {"exchangeRateId": rate["id"]}, SHOWN, Role.MANAGER)
    assert await ask.read("{ exchangeRates { totalCount } }") == {
        "exchangeRates": {"totalCount": 0}
    }
    for verb in ("update", "delete"):
        gone = {"id": rate["id"]}
        assert await ask.why(f"exchangeRate.{verb}", gone) == [("NOT_FOUND", "id")]
    await kept(ask, "JPY", "USD", "2026-01-01", "1")


async def test_two_currencies_have_one_rate_a_day(ask: Ask) -> None:
    await kept(ask, "GBP", "USD", "2026-01-01", "1.25")
    other = await kept(ask, "GBP", "USD", "2026-01-02", "1.26")
    await kept(ask, "USD", "GBP", "2026-01-01", "0.8")
    again = {"fromCurrency": "GBP", "toCurrency": "USD", "date": "2026-01-01", "rate": "2"}
    taken = [("VALUE_INVALID", "date")]
    assert await ask.why("exchangeRate.create", again) == taken
    assert await ask.why("exchangeRate.update", {"id": other["id"], "date": "2026-01-01"}) == taken
    alike = again | {"toCurrency": "GBP"}
    assert await ask.why("exchangeRate.create", alike) == [("VALUE_INVALID", "toCurrency")]


async def test_what_is_open_is_converted_at_todays_rate_which_is_shown(ask: Ask) -> None:
    await kept(ask, "GBP", "USD", "2020-01-01", "2")
    await kept(ask, "GBP", "USD", "2020-01-02", "1.2345678901")
    await kept(ask, "GBP", "USD", "2990-01-01", "9")
    await ask.opportunity(amount="10", expectedCloseDate="2995-01-01")
    await ask.opportunity(amount="1", financialUnitId="USD")
    assert await converted(ask) == {
        "currency": "USD",
        "openCount": 2,
        "openValue": "13.35",
        "weighted": "1.33",
        "wonCount": 0,
        "wonValue": "0.00",
        "moreRates": 0,
        "rates": [
            {"fromCurrency": "GBP", "toCurrency": "USD", "date": "2020-01-02"}
            | {"rate": "1.2345678901"}
        ],
        "missing": [],
    }


async def test_what_was_won_is_converted_at_the_rate_of_its_day(ask: Ask) -> None:
    id = await ask.opportunity(amount="10")
    for step in (4, 5):
        move = {"opportunityId": id, "stepId": gid("OpportunityStep", step)}
        await ask.done("opportunities.progress", move, "opportunity { id }")
    day = (await ask.read("{ opportunities { nodes { actualCloseDate } } }"))["opportunities"]
    await kept(ask, "GBP", "USD", "2020-01-01", "3")
    await kept(ask, "GBP", "USD", day["nodes"][0]["actualCloseDate"], "2")
    found = await converted(ask)
    assert (found["wonValue"], [rate["rate"] for rate in found["rates"]]) == ("20.00", ["2"])


async def test_a_currency_without_a_rate_is_named(ask: Ask) -> None:
    await kept(ask, "GBP", "USD", "2999-01-01", "2")
    await ask.opportunity(amount="10")
    await ask.opportunity(amount="7", financialUnitId="JPY")
    found = await converted(ask)
    assert (found["openCount"], found["openValue"], found["rates"]) == (0, "0.00", [])
    assert found["missing"] == [
        {"currency": "GBP", "openCount": 1, "openValue": "10.00", "wonValue": "0.00"},
        {"currency": "JPY", "openCount": 1, "openValue": "7", "wonValue": "0"},
    ]


async def test_sums_are_rounded_once_to_the_coin_of_the_wanted_currency(ask: Ask) -> None:
    await kept(ask, "GBP", "JPY", "2020-01-01", "0.5")
    for _ in range(3):
        await ask.opportunity(amount="1")
    assert (await converted(ask, '(currency: "JPY")'))["openValue"] == "2"


@pytest.mark.parametrize("currency", ["usd", "XXZ", "", "US"])
async def test_what_is_no_currency_is_refused(ask: Ask, currency: str) -> None:
    for document, variables in (
        (
            f'{{ forecast(groupBy: STEP) {{ converted(currency: "{currency}") {{ currency }} }} }}',
            {},
        ),
        (
            "query Q($c: String!)"
            " { forecast(groupBy: STEP) { converted(currency: $c) { currency } } }",
            {"c": currency},
        ),
    ):
        answered = await ask(document, variables)
        assert answered["errors"][0]["extensions"]["code"] == "ARGUMENT_MALFORMED"
