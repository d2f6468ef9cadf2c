"""Setting an organisation up without SQL: accounts, contacts and all that is sold."""

from collections.abc import Mapping
from typing import Any

import pytest

from pipeline_gql.domain.viewer import Role
from tests.api.asking import Ask, gid
from tests.organisations import TOKEN_TYPE

PRICES = [
    {"financialUnitId": "EUR", "amount": "12.5"},
    {"financialUnitId": gid("Currency", "GBP"), "amount": 9, "regionId": gid("Region", "DR")},
]
PRICED = "prices { amount region { code } financialUnit { ... on Currency { code } } }"
AS_PRICED = [
    {"amount": "12.50", "region": None, "financialUnit": {"code": "EUR"}},
    {"amount": "9.00", "region": {"code": "DR"}, "financialUnit": {"code": "GBP"}},
]

Case = tuple[str, Mapping[str, Any], str, Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]
CASES: list[Case] = [
    (
        "account",
        {
            "name": "Contoso",
            "regionId": gid("Region", "US"),
            "ownerId": gid("User", 1),
            "email": "office@contoso.example",
            "phone": "+1",
            "website": "https://contoso.example",
            "industry": "Toys",
            "description": "Big",
            "externalId": "A-7",
        },
        "name region { code } owner { name } email phone website industry description externalId",
        {"region": {"code": "US"}, "owner": {"name": "Ada Admin"}},
        {"name": "Contoso Ltd", "regionId": None, "industry": None},
        {"region": None},
    ),
    (
        "contact",
        {
            "firstName": "Nina",
            "lastName": "New",
            "email": "nina@new.example",
            "phone": "+2",
            "jobTitle": "Buyer",
            "accountId": gid("Account", 1),
            "externalId": "C-7",
        },
        "firstName lastName name email phone jobTitle account { name } externalId",
        {"name": "Nina New", "account": {"name": "Administrate"}},
        {"lastName": "Newer", "accountId": None},
        {"name": "Nina Newer", "account": None},
    ),
    (
        "event",
        {
            "code": "EV-2",
            "title": "In Leeds",
            "courseTemplateId": gid("CourseTemplate", 11),
            "regionId": gid("Region", "DR"),
            "location": "Leeds",
            "startDate": "2031-01-01",
            "endDate": "2031-01-02",
            "maxPlaces": 3,
            "state": "DRAFT",
            "prices": PRICES,
        },
        "code title courseTemplate { code } region { code } location startDate endDate maxPlaces"
        f" state remainingPlaces {PRICED}",
        {
            "courseTemplate": {"code": "ABC-123"},
            "region": {"code": "DR"},
            "remainingPlaces": 3,
            "prices": AS_PRICED,
        },
        {"state": "PUBLISHED", "maxPlaces": 5, "endDate": None},
        {"remainingPlaces": 5, "prices": AS_PRICED},
    ),
    (
        "courseTemplate",
        {
            "code": "N-1",
            "title": "New",
            "description": "D",
            "state": "PUBLISHED",
            "prices": PRICES,
        },
        f"code title description state {PRICED}",
        {"prices": AS_PRICED},
        {"state": "ARCHIVED", "prices": None, "description": None},
        {"prices": []},
    ),
    (
        "learningPath",
        {"code": "L-1", "name": "Path", "description": "D", "isActive": True, "prices": PRICES},
        f"code name description isActive {PRICED}",
        {"prices": AS_PRICED},
        {"isActive": False, "prices": PRICES[:1]},
        {"prices": AS_PRICED[:1]},
    ),
    (
        "trainingTokenType",
        {"name": "Gold", "prices": PRICES},
        f"name isActive {PRICED}",
        {"isActive": True, "prices": AS_PRICED},
        {"isActive": False},
        {"prices": AS_PRICED},
    ),
    (
        "product",
        {"sku": "S-1", "name": "Book", "description": "D", "isActive": True, "prices": PRICES},
        f"sku name description isActive {PRICED}",
        {"prices": AS_PRICED},
        {"sku": "S-2", "isActive": False, "description": None, "prices": PRICES[:1]},
        {"prices": AS_PRICED[:1]},
    ),
    (
        "region",
        {"code": "FR", "name": "France", "financialUnitId": "EUR"},
        "code name financialUnit { ... on Currency { code } }",
        {"financialUnit": {"code": "EUR"}},
        {"name": "La France", "financialUnitId": None},
        {"financialUnit": None},
    ),
    (
        "taxType",
        {"name": "GST", "rate": "12.5", "isActive": True},
        "name rate isActive",
        {"rate": "12.5"},
        {"rate": "13", "isActive": False},
        {"rate": "13"},
    ),
]


def _told(input: Mapping[str, Any], derived: Mapping[str, Any]) -> dict[str, Any]:
    plain = {k: v for k, v in input.items() if not k.endswith("Id") or k == "externalId"}
    return plain | dict(derived)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
async def test_a_noun_is_created_and_changed_under_either_spelling_of_its_key(
    ask: Ask, case: Case
) -> None:
    noun, input, selected, derived, changes, after = case
    selected = f"{noun} {{ id version {selected} }}"
    made = (await ask.done(f"{noun}.create", input, selected))[noun]
    id = made.pop("id")
    expected = {"version": 1, **_told(input, derived)}
    assert made == expected
    changed = (await ask.done(f"{noun}.update", {f"{noun}Id": id, **changes}, selected))[noun]
    assert changed == {**expected, **_told(changes, after), "id": id, "version": 2}
    same = (await ask.done(f"{noun}.update", {"id": id, **changes}, selected))[noun]
    assert same == changed
    node = await ask.read("query($id: ID!) { node(id: $id) { id __typename } }", {"id": id})
    assert node["node"] == {"id": id, "__typename": noun[0].upper() + noun[1:]}


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
async def test_who_may_not_change_a_noun_is_told_so(ask: Ask, case: Case) -> None:
    noun, input, _, _, changes, _ = case
    kept_by_all = noun in ("account", "contact")
    made = await ask.done(f"{noun}.create", input, f"{noun} {{ id }}")
    id = made[noun]["id"]
    for role in (Role.READ_ONLY, *(() if kept_by_all else (Role.MEMBER, Role.MANAGER))):
        assert await ask.why(f"{noun}.create", input, role) == [("NOT_PERMITTED", "")]
        update = {f"{noun}Id": id, **changes}
        assert await ask.why(f"{noun}.update", update, role) == [("NOT_PERMITTED", "")]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
async def test_an_update_needs_a_key_that_names_something(ask: Ask, case: Case) -> None:
    noun = case[0]
    key, verb = f"{noun}Id", f"{noun}.update"
    type = noun[0].upper() + noun[1:]
    nothing = {"Region": "ZZ", "TrainingTokenType": "0" * 32}.get(type, 999_999)
    assert await ask.why(verb, {}) == [("VALUE_REQUIRED", key)]
    assert await ask.why(verb, {key: gid("Opportunity", 1)}) == [("NOT_FOUND", key)]
    assert await ask.why(verb, {"id": gid(type, nothing)}) == [("NOT_FOUND", "id")]
    assert await ask.why(verb, {key: gid(type, nothing)}) == [("NOT_FOUND", key)]
    two = {"id": gid(type, nothing), key: "x"}
    assert await ask.why(verb, two) == [("VALUE_INVALID", "id")]


async def test_what_is_wrong_is_told_with_its_place(ask: Ask) -> None:
    event = {"code": "E", "title": "T"}
    for verb, input, refusals in (
        ("account.create", {"name": " "}, [("VALUE_REQUIRED", "name")]),
        ("account.create", {"name": "n" * 256}, [("VALUE_INVALID", "name")]),
        ("account.create", {"name": "x", "email": "no"}, [("VALUE_INVALID", "email")]),
        ("account.create", {"name": "x", "website": "ftp://x"}, [("VALUE_INVALID", "website")]),
        ("account.create", {"name": "x", "ownerId": gid("User", 99)}, [("NOT_FOUND", "ownerId")]),
        (
            "account.create",
            {"name": "x", "regionId": gid("Region", "ZZ"), "ownerId": gid("Team", 1)},
            [("NOT_FOUND", "ownerId")],
        ),
        ("account.update", {"id": gid("Account", 1), "name": None}, [("VALUE_REQUIRED", "name")]),
        (
            "contact.create",
            {"firstName": "", "lastName": ""},
            [("VALUE_REQUIRED", "firstName"), ("VALUE_REQUIRED", "lastName")],
        ),
        ("event.create", {**event, "code": "EV-1"}, [("VALUE_INVALID", "code")]),
        ("event.create", {**event, "maxPlaces": -1}, [("VALUE_INVALID", "maxPlaces")]),
        (
            "event.create",
            {**event, "startDate": "2031-01-02", "endDate": "2031-01-01"},
            [("VALUE_INVALID", "endDate")],
        ),
        ("event.update", {"id": gid("Event", 1), "state": None}, [("VALUE_REQUIRED", "state")]),
        (
            "event.create",
            {**event, "prices": [PRICES[0], PRICES[0]]},
            [("VALUE_INVALID", "prices.1")],
        ),
        (
            "event.create",
            {**event, "prices": [{"financialUnitId": "XXZ", "amount": "1"}]},
            [("VALUE_INVALID", "prices.0.financialUnitId")],
        ),
        (
            "event.create",
            {**event, "prices": [{"financialUnitId": gid("Region", "DR"), "amount": "1"}]},
            [("NOT_FOUND", "prices.0.financialUnitId")],
        ),
        (
            "event.create",
            {**event, "prices": [{"financialUnitId": "JPY", "amount": "1.5"}]},
            [("VALUE_INVALID", "prices.0.amount")],
        ),
        (
            "event.create",
            {**event, "prices": [{**PRICES[0], "regionId": gid("Region", "ZZ")}]},
            [("NOT_FOUND", "prices.0.regionId")],
        ),
        ("region.create", {"code": "a b", "name": "x"}, [("VALUE_INVALID", "code")]),
        (
            "region.create",
            {"code": "DR", "name": "UK"},
            [("VALUE_INVALID", "code"), ("VALUE_INVALID", "name")],
        ),
        ("taxType.create", {"name": "x", "rate": "-1"}, [("VALUE_INVALID", "rate")]),
        ("taxType.create", {"name": "x", "rate": "0.00001"}, [("VALUE_INVALID", "rate")]),
        (
            "trainingTokenType.update",
            {"id": gid("TrainingTokenType", TOKEN_TYPE), "name": None},
            [("VALUE_REQUIRED", "name")],
        ),
    ):
        assert sorted(await ask.why(verb, input)) == sorted(refusals), (verb, input)
