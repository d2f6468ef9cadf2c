"""Strange values are answers: never an internal error, and never anything left behind."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.api.asking import CHANGED, Ask, gid, input_type, object_of

NUL, LONE = "a\0b", "a\ud800b"
HUGE = 10**30
BIG_ID = gid("Account", 2**63)
EVENT = gid("Event", 1)

REQUIRED: Mapping[str, Mapping[str, Any]] = {
    "account": {"name": "x"},
    "contact": {"firstName": "x", "lastName": "x"},
    "event": {"code": "x", "title": "x"},
    "courseTemplate": {"code": "x", "title": "x"},
    "learningPath": {"code": "x", "name": "x"},
    "trainingTokenType": {"name": "x"},
    "region": {"code": "x", "name": "x"},
    "taxType": {"name": "x", "rate": "1"},
    "exchangeRate": {"fromCurrency": "GBP", "toCurrency": "USD", "date": "2027-01-01", "rate": "1"},
    "opportunities": {"name": "x"},
}

DECIMALS: list[Any] = ["NaN", "-Infinity", "sNaN", "1e999999999", "1_000", "", " ", 1.5, True]
DECIMALS += ["0x10", "9" * 39, HUGE, -(2**63), "-1", "0.00001", [], {}, LONE, NUL, "٣"]
RATES = [value for value in DECIMALS if value not in ("0.00001",)]
INTEGERS: list[Any] = [HUGE, 2**31, -(2**31), -1, 1.5, "1", True, [1], {}, float(2**53)]
DATES: list[Any] = ["0001-01-01", "9999-12-31", "2031-02-30", "2031-W01-1", "20310101", "", 1, NUL]
DATES += ["2031-01-01T00:00:00Z", "1899-12-31", "3000-01-01"]
MOMENTS: list[Any] = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2031-01-01T24:61:00", "now"]
MOMENTS += ["2031-01-01T00:00:00+99:99", "2031-01-01", 1e300, NUL, "1900-01-01T00:00:00+14:00"]
MOMENTS += ["2999-12-31T23:59:59-14:00", "2020-01-01T00:00:00Z"]
TEXTS: list[Any] = [NUL, LONE, "", " \t\n", "x" * 10_001, 1, True, [], {}]
IDS: list[Any] = ["", NUL, LONE, "x" * 5000, "====", gid("Nonsense", 1), BIG_ID, 0, -1, HUGE, 1.5]
IDS += [gid("Account", -1), gid("Account", 0), gid("Account", "1\0"), gid("Opportunity", 999), True]
IDS += ["T3Bwb3J0dW5pdHk6MQ", "Opportunity:1", gid("Region", "Z" * 33), gid("Region", "a'b")]
CURRENCIES = [
    "",
    "usd",
    "XXZ",
    "US",
    "USDX",
    NUL,
    LONE,
    gid("Currency", "ZZZ"),
    gid("Region", "DR"),
]


async def _answered(ask: Ask, verb: str, input: Mapping[str, Any]) -> bool:
    """Whether it was carried out; a refusal leaves everything as it was."""
    before = await ask.everything()
    namespace, name = verb.split(".")
    document = (
        f"mutation M($input: {input_type(verb)}!)"
        f" {{ {namespace} {{ {name}(input: $input) {{ {CHANGED} {object_of(verb)} {{ id }} }} }} }}"
    )
    answered = await ask(document, {"input": input})
    assert "INTERNAL" not in str(answered), (verb, input, answered)
    if "errors" not in answered:
        payload = answered["data"][namespace][name]
        if not payload["errors"]:
            return True
        assert payload[object_of(verb)] is None
        assert "TRY_AGAIN" not in str(payload), (verb, input)
    assert await ask.everything() == before, (verb, input)
    return False


@pytest.mark.parametrize(
    ("verb", "fields", "values"),
    [
        ("opportunities.create", ["name"], [*TEXTS, None]),
        (
            "opportunities.create",
            ["leadSource", "description", "nextStep", "forecastCategory", "externalId"],
            [NUL, LONE, "x" * 10_001, 1, []],
        ),
        ("opportunities.create", ["amount"], DECIMALS),
        ("opportunities.create", ["probability"], [*INTEGERS, 101]),
        ("opportunities.create", ["expectedCloseDate"], DATES),
        (
            "opportunities.create",
            ["accountId", "regionId", "ownerId", "pipelineId", "entryStepId"],
            IDS,
        ),
        ("opportunities.create", ["financialUnitId"], CURRENCIES),
        (
            "opportunities.create",
            ["assignedToIds", "teamIds", "tags"],
            [[id] for id in IDS] + [[gid("User", 1), None]],
        ),
        (
            "opportunities.create",
            ["contactIds"],
            [
                [{"contactId": gid("Contact", 1)}] * 2,
                [{"contactId": gid("Contact", 1), "role": NUL}],
                [{"contactId": LONE}],
                [{}],
                [{"contactId": gid("Contact", 1), "primary": "yes"}],
            ],
        ),
        ("account.create", ["name", "phone", "email", "website", "externalId"], [NUL, LONE, 1]),
        ("contact.create", ["firstName", "email", "jobTitle"], [NUL, LONE, "x" * 256, 1]),
        ("event.create", ["maxPlaces"], [*INTEGERS[:-1], 1_000_001]),
        ("event.create", ["startDate", "endDate"], DATES),
        ("event.create", ["state"], ["published", "", NUL, 1, "Open"]),
        ("event.create", ["prices"], [[{"financialUnitId": "USD", "amount": d}] for d in DECIMALS]),
        (
            "courseTemplate.create",
            ["prices"],
            [[{"financialUnitId": c, "amount": "1"}] for c in CURRENCIES],
        ),
        ("learningPath.create", ["isActive"], ["true", 1, NUL]),
        ("region.create", ["code"], [*TEXTS, "a b", "é", "x" * 33]),
        ("region.create", ["financialUnitId"], CURRENCIES),
        ("taxType.create", ["rate"], [*DECIMALS[:-1], "1001"]),
        ("exchangeRate.create", ["date"], DATES),
        ("exchangeRate.create", ["fromCurrency", "toCurrency"], CURRENCIES),
        ("exchangeRate.create", ["rate"], [*RATES, "0", "100000000.0000000001", "0.00000000001"]),
        ("trainingTokenType.create", ["name"], TEXTS),
    ],
)
async def test_a_new_record_with_a_strange_value_is_refused(
    ask: Ask, verb: str, fields: list[str], values: list[Any]
) -> None:
    required = REQUIRED[verb.split(".")[0]]
    assert await _answered(ask, verb, {**required, "idempotencyKey": "k"})
    for field in fields:
        for value in values:
            if field in ("externalId", "email", "phone", "website") and value in ("", " \t\n"):
                continue
            done = await _answered(ask, verb, {**required, field: value})
            assert not done, (field, value)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("id", IDS),
        ("quantity", [*[n for n in INTEGERS if n != float(2**53)], 0, 100_001]),
        ("unitAmount", DECIMALS),
        ("taxId", IDS),
        ("eventDetails", [{"newLearners": [{"firstName": t, "lastName": "x"}]} for t in TEXTS]),
        ("eventDetails", [{"existingLearners": [id]} for id in IDS]),
        ("trainingTokenDetails", [{"expiresAt": m} for m in MOMENTS]),
        ("reserve", ["true", 1]),
    ],
)
async def test_a_strange_interest_is_refused(ask: Ask, field: str, values: list[Any]) -> None:
    id = await ask.opportunity()
    for value in values:
        details = {"id": EVENT, "quantity": 1, field: value}
        verb, input = "opportunities.addInterest", {"opportunityId": id}
        assert not await _answered(ask, verb, {**input, "interestDetails": details}), value
        assert not await _answered(ask, verb, {**input, "interests": [{"id": EVENT}, details]})


async def test_strange_ids_of_what_is_changed_are_refused(ask: Ask) -> None:
    id = await ask.opportunity()
    interest = await ask.interest(id, EVENT, reserve=True)
    for value in IDS:
        for verb, input in (
            ("opportunities.update", {"id": value, "name": "y"}),
            ("opportunities.progress", {"opportunityId": id, "stepId": value}),
            ("opportunities.progress", {"opportunityId": id, "transitionId": value}),
            ("opportunities.delete", {"opportunityId": value}),
            ("opportunities.updateInterest", {"interestId": value, "quantity": 2}),
            ("opportunities.removeInterest", {"interestId": interest, "opportunityId": value}),
            ("opportunities.reservePlacesForInterests", {"interestIds": [value]}),
            ("opportunities.releaseReservations", {"opportunityId": id, "interestIds": [value]}),
            ("account.update", {"accountId": value, "name": "y"}),
            ("trainingTokenType.update", {"id": value, "name": "y"}),
            ("region.update", {"regionId": value, "name": "y"}),
        ):
            assert not await _answered(ask, verb, input), (verb, value)


async def test_strange_moments_and_versions_are_refused(ask: Ask) -> None:
    id = await ask.opportunity()
    await ask.interest(id, EVENT, reserve=True)
    for value in MOMENTS:
        if value == "2999-12-31T23:59:59-14:00":
            continue
        input = {"opportunityId": id, "reservationsValidUntil": value}
        assert not await _answered(ask, "opportunities.extendReservations", input), value
    for value in [*INTEGERS, 0]:
        input = {"id": id, "name": "y", "expectedVersion": value}
        assert not await _answered(ask, "opportunities.update", input), value
    for reason in (NUL, LONE, 1, "x" * 10_001):
        input = {"id": id, "stepId": gid("OpportunityStep", 4), "reason": reason}
        assert not await _answered(ask, "opportunities.progress", input), reason


async def test_strange_updates_are_refused(ask: Ask) -> None:
    id = await ask.opportunity()
    interest = await ask.interest(id, EVENT)
    for field, values in (
        ("name", [*TEXTS, None]),
        ("amount", DECIMALS),
        ("financialUnitId", CURRENCIES),
        ("expectedCloseDate", DATES),
        ("accountId", IDS),
        ("tags", [[id] for id in IDS]),
    ):
        for value in values:
            input = {"id": id, field: value}
            assert not await _answered(ask, "opportunities.update", input), (field, value)
    for field, values in (
        ("quantity", [0, -1, None, 100_001, HUGE]),
        ("unitAmount", DECIMALS),
        ("taxId", IDS),
        ("trainingTokenDetails", [{}, {"expiresAt": None}]),
    ):
        for value in values:
            input = {"interestId": interest, field: value}
            assert not await _answered(ask, "opportunities.updateInterest", input), (field, value)


LITERALS = [
    f"{field}: {value}"
    for field in ("name", "amount", "probability", "expectedCloseDate", "accountId", "tags")
    for value in (
        *("1.5", "-0", "1e400", "9" * 5000, f'"{"9" * 5000}"', '"\\u0000"', '"\\uD800"'),
        *("null", "[]", "[null]", "{}", "{a: 1}", "NaN", "true", '""', '"""  """', "$missing"),
    )
]


async def test_strange_literals_are_refused(ask: Ask) -> None:
    for literal in LITERALS:
        name = "" if literal.startswith("name") else 'name: "x", '
        input = f"{{{name}{literal}}}"
        before = await ask.everything()
        answered = await ask(
            f"mutation {{ opportunities {{ create(input: {input}) {{ {CHANGED} }} }} }}"
        )
        assert "INTERNAL" not in str(answered), literal
        if "errors" in answered or answered["data"]["opportunities"]["create"]["errors"]:
            assert await ask.everything() == before
