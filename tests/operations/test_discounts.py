"""Products, discounts and the order of interests: line items whose sum is the value."""

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.discounts import Discount
from pipeline_gql.domain.errors import Code, Ref
from pipeline_gql.domain.interests import Wanted
from pipeline_gql.operations import products, tax_types
from pipeline_gql.operations.interests import (
    AddInterest,
    RemoveInterest,
    UpdateInterest,
    add_interest,
    remove_interest,
    update_interest,
)
from pipeline_gql.operations.ordering import ReorderInterests, reorder_interests
from pipeline_gql.store import models
from tests.operations.asking import Ask

BOOK, COURSE = Ref("Product", 1), Ref("CourseTemplate", 11)
HALF = Discount(percentage=Decimal(50))
INVALID = Code.VALUE_INVALID


async def test_an_inactive_product_is_not_available(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    await ask(products.update, products.UpdateProduct(1, {"is_active": False}))
    refused = await ask.refused(add_interest, AddInterest(opportunity, Wanted(BOOK)))
    assert refused == [(Code.ITEM_NOT_AVAILABLE, ("interest_details", "id"))]


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ({"reserve": True}, ("reserve",)),
        ({"existing_learners": (1,)}, ()),
        ({"details_kind": "EVENT"}, ("event_details",)),
    ],
)
async def test_a_product_has_neither_learners_nor_places(
    ask: Ask, wanted: dict[str, Any], path: tuple[str, ...]
) -> None:
    opportunity = await ask.opportunity()
    command = AddInterest(opportunity, Wanted(BOOK, **wanted))
    assert await ask.refused(add_interest, command) == [(INVALID, ("interest_details", *path))]


async def test_the_value_is_what_discounts_leave_and_the_tax_on_it(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    await ask.add(opportunity, BOOK, quantity=3, discount=Discount(amount=Decimal("15")), tax_id=1)
    row = (await ask.rows(models.Interest))[-1]
    assert (row.total_amount, row.net_amount, row.tax_amount) == (900_000, 750_000, 150_000)
    key = await ask.add(opportunity, COURSE, discount=HALF)
    worth = await ask.row(models.Opportunity, opportunity)
    assert (worth.net_total, worth.tax_total) == (750_000 + 5_000_000, 150_000)
    await ask(update_interest, UpdateInterest(key, {"discount": None}))
    worth = await ask.row(models.Opportunity, opportunity)
    assert worth.grand_total == 750_000 + 10_000_000 + 150_000


DISCOUNTS: list[tuple[Discount, Code, tuple[str, ...]]] = [
    (Discount(amount=Decimal("30.01")), INVALID, ("amount",)),
    (Discount(amount=Decimal("0.001")), INVALID, ("amount",)),
    (Discount(amount=Decimal(-1)), INVALID, ("amount",)),
    (Discount(amount=Decimal("NaN")), INVALID, ("amount",)),
    (Discount(percentage=Decimal("100.0001")), INVALID, ("percentage",)),
    (Discount(percentage=Decimal(-1)), INVALID, ("percentage",)),
    (Discount(percentage=Decimal("1.00001")), INVALID, ("percentage",)),
    (Discount(percentage=Decimal(1), amount=Decimal(1)), INVALID, ("amount",)),
    (Discount(), Code.VALUE_REQUIRED, ("percentage",)),
]


@pytest.mark.parametrize(("discount", "code", "path"), DISCOUNTS)
async def test_a_discount_that_cannot_be_given_is_refused(
    ask: Ask, discount: Discount, code: Code, path: tuple[str, ...]
) -> None:
    opportunity = await ask.opportunity()
    command = AddInterest(opportunity, Wanted(BOOK, discount=discount))
    refused = await ask.refused(add_interest, command)
    assert refused == [(code, ("interest_details", "discount", *path))]


@pytest.mark.parametrize(
    ("changes", "path"),
    [({"quantity": 1}, ("quantity",)), ({"unit_amount": Decimal(1)}, ("unit_amount",))],
)
async def test_the_amount_cannot_sink_below_a_fixed_discount(
    ask: Ask, changes: dict[str, object], path: tuple[str, ...]
) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, BOOK, quantity=3, discount=Discount(amount=Decimal(60)))
    assert await ask.refused(update_interest, UpdateInterest(key, changes)) == [(INVALID, path)]
    all_of_it = UpdateInterest(key, {**changes, "discount": Discount(percentage=Decimal(100))})
    await ask(update_interest, all_of_it)
    assert (await ask.row(models.Opportunity, opportunity)).grand_total == 0


async def test_amounts_stay_where_nothing_changes_that_they_depend_on(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, BOOK, tax_id=1)
    await ask.add(opportunity, BOOK)
    await ask(tax_types.update, tax_types.UpdateTaxType(1, {"rate": Decimal(50)}))
    await ask(update_interest, UpdateInterest(key, {"position": 2}))
    assert (await ask.row(models.Interest, key)).tax_amount == 60_000
    await ask(update_interest, UpdateInterest(key, {"quantity": 2}))
    assert (await ask.row(models.Interest, key)).tax_amount == 300_000


async def places(ask: Ask, opportunity: int) -> list[int]:
    """The ids by position, which counts from 1 without a gap."""
    rows = [row for row in await ask.rows(models.Interest) if row.opportunity_id == opportunity]
    rows.sort(key=lambda row: row.position)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return [row.id for row in rows]


async def test_a_new_interest_comes_last_or_where_it_is_put(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    a = await ask.add(opportunity, BOOK)
    b = await ask.add(opportunity, COURSE, position=1)
    wanted = [Wanted(BOOK, position=2), Wanted(BOOK), Wanted(BOOK, position=1)]
    done: Any = await ask(add_interest, AddInterest(opportunity, interests=wanted))
    c, d, e = done.objects["interests"]
    assert await places(ask, opportunity) == [e, b, c, a, d]
    versions = {row.id: row.version for row in await ask.rows(models.Interest)}
    assert versions == {a: 3, b: 2, c: 1, d: 1, e: 1}


async def test_the_others_make_room_and_close_the_gap(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    a, b, c = [await ask.add(opportunity, BOOK) for _ in range(3)]
    await ask(update_interest, UpdateInterest(c, {"position": 1, "quantity": 2}))
    assert await places(ask, opportunity) == [c, a, b]
    assert (await ask.row(models.Interest, c)).version == 2
    await ask(reorder_interests, ReorderInterests(opportunity, [b, c, a], 5))
    assert await places(ask, opportunity) == [b, c, a]
    told = (await ask.rows(models.Outbox))[-1]
    assert told.type == "opportunity.interests_reordered"
    assert told.payload["interest_ids"] == [a, b, c]
    await ask(remove_interest, RemoveInterest(b))
    assert await places(ask, opportunity) == [c, a]


async def test_the_same_order_again_is_no_change(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    a, b = [await ask.add(opportunity, BOOK) for _ in range(2)]
    before = await ask.everything()
    await ask(reorder_interests, ReorderInterests(opportunity, [a, b]))
    await ask(update_interest, UpdateInterest(b, {"position": 2}))
    assert await ask.everything() == before


async def test_an_order_that_is_not_of_all_interests_is_refused(ask: Ask) -> None:
    opportunity, other = await ask.opportunity(), await ask.opportunity()
    a, b = [await ask.add(opportunity, BOOK) for _ in range(2)]
    foreign = await ask.add(other, BOOK)
    for wanted in ([a], [a, a], [a, b, b], []):
        refused = await ask.refused(reorder_interests, ReorderInterests(opportunity, wanted))
        assert refused == [(INVALID, ("interest_ids",))]
    wanted = [a, foreign, b, 99]
    refused = await ask.refused(reorder_interests, ReorderInterests(opportunity, wanted))
    assert refused == [(Code.NOT_FOUND, ("interest_ids", place)) for place in (1, 3)]
    for position, code in ((0, INVALID), (3, INVALID), (None, Code.VALUE_REQUIRED)):
        refused = await ask.refused(update_interest, UpdateInterest(a, {"position": position}))
        assert refused == [(code, ("position",))]


def _coin(value: Decimal, currency: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-EXPONENTS[currency]), ROUND_HALF_UP)


@pytest.mark.parametrize("seed", range(4))
async def test_the_value_is_a_recount_of_the_rows_in_decimals(ask: Ask, seed: int) -> None:
    """Random verbs; then net and tax of each row, and their sums, again in decimal arithmetic."""
    dice = random.Random(seed)
    currency = ["GBP", "JPY", "KWD", "CLF"][seed]
    opportunity = await ask.opportunity(financial_unit_id=currency)
    coin = Decimal(1).scaleb(-EXPONENTS[currency])
    rates = {1: Decimal(20)}
    for rate in ("7.7", "33.3333"):
        done: Any = await ask(tax_types.create, tax_types.CreateTaxType(rate, Decimal(rate)))
        rates[done.objects["tax_type"]] = Decimal(rate)

    def terms() -> dict[str, Any]:
        unit, quantity = coin * dice.randrange(1, 10**6), dice.randint(1, 9)
        percentage = Decimal(dice.randrange(0, 1_000_001)) / 10_000
        fixed = coin * dice.randrange(0, int(unit * quantity / coin) + 1)
        discounts = [None, Discount(percentage), Discount(amount=fixed)]
        discount, tax_id = dice.choice(discounts), dice.choice([None, *rates])
        return {"unit_amount": unit, "quantity": quantity, "discount": discount, "tax_id": tax_id}

    keys: list[int] = []
    for _ in range(30):
        verb = dice.choice(["add", "add", "update", "remove", "position"])
        if verb == "add" or not keys:
            position = dice.choice([None, dice.randint(1, len(keys) + 1)])
            keys.append(await ask.add(opportunity, BOOK, **terms(), position=position))
        elif verb == "update":
            await ask(update_interest, UpdateInterest(dice.choice(keys), terms()))
        elif verb == "position":
            changes = {"position": dice.randint(1, len(keys))}
            await ask(update_interest, UpdateInterest(dice.choice(keys), changes))
        else:
            await ask(remove_interest, RemoveInterest(keys.pop(dice.randrange(len(keys)))))
        assert sorted(await places(ask, opportunity)) == sorted(keys)
    net = tax = Decimal(0)
    for row in await ask.rows(models.Interest):
        total = Decimal(row.quantity * row.unit_amount) / 10_000
        off = Decimal(row.discount_fixed or 0) / 10_000
        if row.discount_rate is not None:
            off = _coin(total * Decimal(row.discount_rate) / 1_000_000, currency)
        rate = rates[row.tax_type_id] if row.tax_type_id else Decimal(0)
        mine = _coin((total - off) * rate / 100, currency)
        assert Decimal(row.tax_amount) / 10_000 == mine
        assert Decimal(row.net_amount) / 10_000 == total - off
        net, tax = net + total - off, tax + mine
    worth = await ask.row(models.Opportunity, opportunity)
    assert (Decimal(worth.net_total) / 10_000, Decimal(worth.tax_total) / 10_000) == (net, tax)
    assert Decimal(worth.grand_total) / 10_000 == (net + tax if keys else worth.amount or 0)
