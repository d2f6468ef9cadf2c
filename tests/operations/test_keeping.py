"""Accounts, contacts and the catalogue: made, changed, refused."""

import asyncio
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipeline_gql.domain.errors import Code, ValueInvalid
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations import (
    accounts,
    contacts,
    course_templates,
    events,
    learning_paths,
    products,
    regions,
    tax_types,
    training_token_types,
)
from pipeline_gql.operations.pricing import Price
from pipeline_gql.store import models
from tests.operations.asking import Ask
from tests.organisations import TOKEN_TYPE

MUCH = "x" * 256
FIVE = Price("USD", Decimal(5))
HERE = Price("GBP", Decimal(4), "DR")

CREATES: list[tuple[str, Any, Any]] = [
    ("account", accounts, accounts.CreateAccount(name="Acme", region_id="DR", owner_id=1)),
    ("contact", contacts, contacts.CreateContact(first_name="Al", last_name="Li", account_id=1)),
    ("event", events, events.CreateEvent("E", "Event", 11, "US", max_places=3, prices=[FIVE])),
    (
        "course_template",
        course_templates,
        course_templates.CreateCourseTemplate("C", "Course", prices=[FIVE, HERE]),
    ),
    ("learning_path", learning_paths, learning_paths.CreateLearningPath("L", "Path", prices=[])),
    (
        "training_token_type",
        training_token_types,
        training_token_types.CreateTrainingTokenType("Token"),
    ),
    ("product", products, products.CreateProduct("S", "Book", prices=[FIVE, HERE])),
    ("region", regions, regions.CreateRegion("FR", "France", "EUR")),
    ("tax_type", tax_types, tax_types.CreateTaxType("GST", Decimal("7.5"))),
]


def table_of(name: str) -> Any:
    return getattr(models, "".join(word.capitalize() for word in name.split("_")))


@pytest.mark.parametrize(("name", "noun", "command"), CREATES, ids=[c[0] for c in CREATES])
async def test_what_is_created_is_recorded_once(
    ask: Ask, name: str, noun: Any, command: Any
) -> None:
    done = await ask(noun.create, command)
    row = await ask.row(table_of(name), done.objects[name])
    assert row.version == 1
    audit = (await ask.rows(models.Audit))[-1]
    assert (audit.aggregate, audit.verb, audit.before) == (row.__class__.__name__, "create", None)
    told = (await ask.rows(models.Outbox))[-1]
    assert (told.type, told.sequence) == (f"{name}.created", 1)


@pytest.mark.parametrize(("name", "noun", "command"), CREATES, ids=[c[0] for c in CREATES])
async def test_who_may_not_create_leaves_nothing(
    ask: Ask, name: str, noun: Any, command: Any
) -> None:
    role = Role.READ_ONLY if name in ("account", "contact") else Role.MANAGER
    assert await ask.refused(noun.create, command, role) == [(Code.NOT_PERMITTED, ())]


INVALID, REQUIRED, MISSING = Code.VALUE_INVALID, Code.VALUE_REQUIRED, Code.NOT_FOUND

CHANGES: list[tuple[Any, Any, dict[str, object], dict[str, object]]] = [
    (accounts, accounts.UpdateAccount, {"name": " New "}, {"name": "New"}),
    (accounts, accounts.UpdateAccount, {"region_id": None}, {"region_code": None}),
    (accounts, accounts.UpdateAccount, {"owner_id": 2}, {"owner_id": 2}),
    (contacts, contacts.UpdateContact, {"last_name": "Ray"}, {"name": "Lea Ray"}),
    (contacts, contacts.UpdateContact, {"email": None}, {"email": None}),
    (events, events.UpdateEvent, {"max_places": 50}, {"capacity": 50}),
    (events, events.UpdateEvent, {"end_date": None}, {"end_date": None}),
    (
        learning_paths,
        learning_paths.UpdateLearningPath,
        {"is_active": False},
        {"is_active": False},
    ),
    (tax_types, tax_types.UpdateTaxType, {"rate": Decimal("0.0001")}, {"rate": 1}),
]


@pytest.mark.parametrize(("noun", "command", "changes", "columns"), CHANGES)
async def test_an_update_is_one_change(
    ask: Ask, noun: Any, command: Any, changes: dict[str, object], columns: dict[str, object]
) -> None:
    done = await ask(noun.update, command(1, changes, 1))
    ((name, key),) = done.objects.items()
    row = await ask.row(table_of(name), key)
    assert {column: getattr(row, column) for column in columns} == columns
    assert row.version == 2
    audit = (await ask.rows(models.Audit))[-1]
    assert audit.before is not None
    assert audit.after is not None
    assert set(columns) <= set(audit.before) & set(audit.after)
    told = (await ask.rows(models.Outbox))[-1]
    assert (told.type, told.sequence) == (f"{name}.updated", 2)


@pytest.mark.parametrize(("noun", "command", "changes", "columns"), CHANGES[:1])
async def test_the_same_again_is_no_change(
    ask: Ask, noun: Any, command: Any, changes: dict[str, object], columns: dict[str, object]
) -> None:
    await ask(noun.update, command(1, changes))
    before = await ask.everything()
    await ask(noun.update, command(1, changes))
    assert await ask.everything() == before


@pytest.mark.parametrize("noun", [c[1] for c in CREATES], ids=[c[0] for c in CREATES])
async def test_what_names_nothing_is_not_found(ask: Ask, noun: Any) -> None:
    name = noun.__name__.rpartition(".")[2].removesuffix("s")
    command = getattr(noun, "Update" + table_of(name).__name__)
    is_text = name in ("region", "training_token_type")
    for key in ["nil", "\x00"] if is_text else [99, 500_001, 2**63, -1]:
        assert await ask.refused(noun.update, command(key, {})) == [(MISSING, (f"{name}_id",))]


async def test_an_account_is_not_given_to_who_has_left(ask: Ask) -> None:
    await ask(accounts.update, accounts.UpdateAccount(1, {"owner_id": 3}))
    async with ask.database.writing(ask.organisation.org_id) as unit:
        (await unit.session.get_one(models.User, (unit.org_id, 3))).is_active = False
    await ask(accounts.update, accounts.UpdateAccount(1, {"owner_id": 3, "name": "Other"}))
    refusals = [(Code.ITEM_NOT_AVAILABLE, ("owner_id",))]
    assert await ask.refused(accounts.create, accounts.CreateAccount("A", owner_id=3)) == refusals


async def test_an_outdated_version_names_who_and_what(ask: Ask) -> None:
    await ask(accounts.update, accounts.UpdateAccount(1, {"name": "Newer"}), Role.MEMBER)
    (why,) = await ask.why(accounts.update, accounts.UpdateAccount(1, {"name": "Mine"}, 1))
    assert (why.code, why.path) == (Code.VERSION_CONFLICT, ("expected_version",))
    assert (why.facts["who"], why.facts["fields"]) == ("Mia Member", "name")


Refusals = list[tuple[Code, tuple[str | int, ...]]]
WRONG: list[tuple[Any, Any, Refusals]] = [
    (accounts, accounts.CreateAccount(), [(REQUIRED, ("name",))]),
    (accounts, accounts.CreateAccount("  "), [(REQUIRED, ("name",))]),
    (accounts, accounts.CreateAccount("a\x00"), [(INVALID, ("name",))]),
    (accounts, accounts.CreateAccount("a\ud800"), [(INVALID, ("name",))]),
    (accounts, accounts.CreateAccount(MUCH), [(INVALID, ("name",))]),
    (
        accounts,
        accounts.CreateAccount("A", "XX", 99, "no", website="ftp://x"),
        [
            (INVALID, ("email",)),
            (INVALID, ("website",)),
            (MISSING, ("region_id",)),
            (MISSING, ("owner_id",)),
        ],
    ),
    (accounts, accounts.CreateAccount("A", "CA"), [(MISSING, ("region_id",))]),
    (accounts, accounts.CreateAccount("A", owner_id=500_001), [(MISSING, ("owner_id",))]),
    (contacts, contacts.CreateContact("Al"), [(REQUIRED, ("last_name",))]),
    (contacts, contacts.CreateContact("Al", "Li", account_id=9), [(MISSING, ("account_id",))]),
    (events, events.CreateEvent("EV-1", "Twin"), [(INVALID, ("code",))]),
    (events, events.CreateEvent("E", "E", 99), [(MISSING, ("course_template_id",))]),
    (events, events.CreateEvent("E", "E", max_places=-1), [(INVALID, ("max_places",))]),
    (events, events.CreateEvent("E", "E", max_places=10**20), [(INVALID, ("max_places",))]),
    (events, events.CreateEvent("E", "E", state="OPEN"), [(INVALID, ("state",))]),
    (
        events,
        events.CreateEvent("E", "E", start_date=date(2030, 1, 2), end_date=date(2030, 1, 1)),
        [(INVALID, ("end_date",))],
    ),
    (events, events.CreateEvent("E", "E", start_date=date(1, 1, 1)), [(INVALID, ("start_date",))]),
    (regions, regions.CreateRegion("DR", "Twin"), [(INVALID, ("code",))]),
    (regions, regions.CreateRegion("D R", "Space"), [(INVALID, ("code",))]),
    (regions, regions.CreateRegion("XX", "UK"), [(INVALID, ("name",))]),
    (regions, regions.CreateRegion("XX", "X", "usd"), [(INVALID, ("financial_unit_id",))]),
    (tax_types, tax_types.CreateTaxType("T"), [(REQUIRED, ("rate",))]),
    (tax_types, tax_types.CreateTaxType("VAT", Decimal(1)), [(INVALID, ("name",))]),
    (tax_types, tax_types.CreateTaxType("T", Decimal("0.00001")), [(INVALID, ("rate",))]),
    (tax_types, tax_types.CreateTaxType("T", Decimal(-1)), [(INVALID, ("rate",))]),
    (tax_types, tax_types.CreateTaxType("T", Decimal("NaN")), [(INVALID, ("rate",))]),
    (tax_types, tax_types.CreateTaxType("T", Decimal(1001)), [(INVALID, ("rate",))]),
    (
        training_token_types,
        training_token_types.CreateTrainingTokenType("Training pass"),
        [(INVALID, ("name",))],
    ),
]


@pytest.mark.parametrize(("noun", "command", "refusals"), WRONG)
async def test_a_wrong_field_is_refused_where_it_stands(
    ask: Ask, noun: Any, command: Any, refusals: Refusals
) -> None:
    assert await ask.refused(noun.create, command) == refusals


PRICES: list[tuple[Sequence[Price], Refusals]] = [
    ([Price("XXX", Decimal(1))], [(INVALID, ("prices", 0, "financial_unit_id"))]),
    ([FIVE, Price("JPY", Decimal("1.5"))], [(INVALID, ("prices", 1, "amount"))]),
    ([Price("USD", Decimal(-1))], [(INVALID, ("prices", 0, "amount"))]),
    ([Price("USD", Decimal("Infinity"))], [(INVALID, ("prices", 0, "amount"))]),
    ([FIVE, HERE, FIVE], [(INVALID, ("prices", 2))]),
    ([Price("USD", Decimal(1), "XX")], [(MISSING, ("prices", 0, "region_id"))]),
]


@pytest.mark.parametrize(("prices", "refusals"), PRICES)
async def test_a_wrong_price_is_refused_where_it_stands(
    ask: Ask, prices: Sequence[Price], refusals: Refusals
) -> None:
    command = course_templates.CreateCourseTemplate("C", "Course", prices=prices)
    assert await ask.refused(course_templates.create, command) == refusals


async def test_prices_are_replaced_as_a_whole_and_audited(ask: Ask) -> None:
    command = training_token_types.UpdateTrainingTokenType(TOKEN_TYPE, {"prices": [FIVE, HERE]})
    await ask(training_token_types.update, command)
    prices = [
        (price.region_code, price.currency, price.amount)
        for price in await ask.rows(models.Price)
        if price.training_token_type_key == TOKEN_TYPE
    ]
    assert prices == [(None, "USD", 50_000), ("DR", "GBP", 40_000)]
    audit = (await ask.rows(models.Audit))[-1]
    assert audit.before is not None
    assert len(audit.before["prices"]) == 2
    before = await ask.everything()
    await ask(training_token_types.update, command)
    assert await ask.everything() == before
    await ask(
        training_token_types.update,
        training_token_types.UpdateTrainingTokenType(TOKEN_TYPE, {"prices": None}),
    )
    assert not any(p.training_token_type_key for p in await ask.rows(models.Price))


async def test_what_is_required_cannot_be_cleared(ask: Ask) -> None:
    for noun, command, field in (
        (accounts, accounts.UpdateAccount, "name"),
        (contacts, contacts.UpdateContact, "first_name"),
        (events, events.UpdateEvent, "max_places"),
        (events, events.UpdateEvent, "state"),
        (learning_paths, learning_paths.UpdateLearningPath, "is_active"),
        (tax_types, tax_types.UpdateTaxType, "rate"),
    ):
        refused = await ask.refused(noun.update, command(1, {field: None}))
        assert refused == [(REQUIRED, (field,))]


@pytest.mark.parametrize(
    ("noun", "command", "path"),
    [
        (accounts, accounts.CreateAccount("A", external_id="x-1"), ("external_id",)),
        (regions, regions.CreateRegion("FR", "France"), None),
        (course_templates, course_templates.CreateCourseTemplate("C", "Course"), ("code",)),
    ],
)
async def test_a_lost_race_for_a_name_is_an_answer(
    ask: Ask, noun: Any, command: Any, path: tuple[str, ...] | None
) -> None:
    answers = await asyncio.gather(
        *(ask(noun.create, command) for _ in range(4)), return_exceptions=True
    )
    lost = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(lost) == 3
    for refusal in lost:
        assert isinstance(refusal, ValueInvalid)
        assert refusal.path == path or path is None
