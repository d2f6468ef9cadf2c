"""What a customer wants, added, changed and removed; the opportunity's value follows."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pipeline_gql.domain.errors import Code, Ref
from pipeline_gql.domain.interests import Learner, Wanted
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations import course_templates, learning_paths, tax_types
from pipeline_gql.operations.interests import (
    AddInterest,
    RemoveInterest,
    UpdateInterest,
    add_interest,
    remove_interest,
    update_interest,
)
from pipeline_gql.store import models
from tests.operations.asking import Ask
from tests.organisations import TOKEN_TYPE

COURSE, EVENT = Ref("CourseTemplate", 11), Ref("Event", 1)
PATH, TOKEN = Ref("LearningPath", 1), Ref("TrainingTokenType", TOKEN_TYPE)
BOOK = Ref("Product", 1)
LEA = Learner("Lea", "New", "lea@new.example")
UNIT = 10_000


@pytest.mark.parametrize(
    ("item", "column", "price"),
    [
        (COURSE, "course_template_id", 1_000),
        (EVENT, "event_id", 500),
        (PATH, "learning_path_id", 2_000),
        (TOKEN, "training_token_type_key", 50),
        (BOOK, "product_id", 30),
    ],
)
async def test_every_kind_is_added_at_its_price_in_the_region(
    ask: Ask, item: Ref, column: str, price: int
) -> None:
    opportunity = await ask.opportunity(amount=Decimal(7))
    row = await ask.row(models.Interest, await ask.add(opportunity, item, quantity=3))
    assert (getattr(row, column), row.quantity, row.currency) == (item.key, 3, "GBP")
    assert (row.unit_amount, row.net_amount) == (price * UNIT, 3 * price * UNIT)
    worth = await ask.row(models.Opportunity, opportunity)
    assert (worth.grand_total, worth.amount_source) == (3 * price * UNIT, "INTERESTS")


async def test_the_price_for_all_regions_is_the_second_choice(ask: Ask) -> None:
    opportunity = await ask.opportunity(region_id="DR", financial_unit_id="USD")
    row = await ask.row(models.Interest, await ask.add(opportunity, COURSE))
    assert (row.unit_amount, row.currency) == (1_000 * UNIT, "USD")


async def test_without_a_price_the_amount_is_required(ask: Ask) -> None:
    opportunity = await ask.opportunity(financial_unit_id="EUR")
    command = AddInterest(opportunity, Wanted(COURSE))
    path = ("interest_details", "unit_amount")
    assert await ask.refused(add_interest, command) == [(Code.VALUE_REQUIRED, path)]


async def test_tax_is_rounded_half_up_to_the_smallest_coin(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    done = await ask(tax_types.create, tax_types.CreateTaxType("Half", Decimal("50")))
    tax_id = done.objects["tax_type"]
    await ask.add(opportunity, COURSE, unit_amount=Decimal("0.01"), tax_id=tax_id)
    worth = await ask.row(models.Opportunity, opportunity)
    assert (worth.net_total, worth.tax_total, worth.grand_total) == (100, 100, 200)


async def test_one_change_is_one_version_one_audit_one_event(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    wanted = [Wanted(COURSE), Wanted(EVENT, quantity=2, reserve=True)]
    done = await ask(add_interest, AddInterest(opportunity, interests=wanted, expected_version=1))
    assert (await ask.row(models.Opportunity, opportunity)).version == 2
    audit = (await ask.rows(models.Audit))[-1]
    told = (await ask.rows(models.Outbox))[-1]
    assert audit.verb == "addInterest"
    assert audit.after is not None
    assert {"interests", "places", "grand_total", "version"} <= set(audit.after)
    assert (told.type, told.sequence) == ("opportunity.interest_added", 2)
    assert told.payload["interest_ids"] == done.objects["interests"]


async def test_learners_are_kept_and_replaced(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, EVENT, quantity=2, existing_learners=(1,), new_learners=(LEA,))
    assert [p.contact_id for p in await ask.rows(models.InterestLearner)] == [1, None]
    await ask(update_interest, UpdateInterest(key, {"existing_learners": None, "quantity": 1}))
    assert [p.last_name for p in await ask.rows(models.InterestLearner)] == ["New"]


async def test_tokens_expire_when_they_are_told(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    end = datetime(2030, 1, 1, tzinfo=UTC)
    key = await ask.add(opportunity, TOKEN, expires_at=end, details_kind="TRAINING_TOKEN")
    assert (await ask.row(models.Interest, key)).expires_at == end


REFUSED: list[tuple[dict[str, Any], Code, tuple[str | int, ...]]] = [
    ({"quantity": 0}, Code.VALUE_INVALID, ("quantity",)),
    ({"quantity": 100_001}, Code.VALUE_INVALID, ("quantity",)),
    ({"quantity": 10**30}, Code.VALUE_INVALID, ("quantity",)),
    ({"unit_amount": Decimal("1.005")}, Code.VALUE_INVALID, ("unit_amount",)),
    ({"unit_amount": Decimal("-1")}, Code.VALUE_INVALID, ("unit_amount",)),
    ({"unit_amount": Decimal("NaN")}, Code.VALUE_INVALID, ("unit_amount",)),
    ({"unit_amount": Decimal("Infinity")}, Code.VALUE_INVALID, ("unit_amount",)),
    ({"unit_amount": Decimal(10**14)}, Code.VALUE_INVALID, ("unit_amount",)),
    ({"unit_amount": Decimal(10**13), "quantity": 10}, Code.VALUE_INVALID, ("unit_amount",)),
    ({"tax_id": 99}, Code.NOT_FOUND, ("tax_id",)),
    ({"tax_id": 2**63}, Code.NOT_FOUND, ("tax_id",)),
    ({"tax_id": 500_001}, Code.NOT_FOUND, ("tax_id",)),
    ({"reserve": True}, Code.VALUE_INVALID, ("reserve",)),
    ({"details_kind": "EVENT"}, Code.VALUE_INVALID, ("event_details",)),
    ({"expires_at": datetime(2030, 1, 1)}, Code.VALUE_INVALID, ("course_details", "expires_at")),
    ({"new_learners": (LEA, LEA)}, Code.TOO_MANY_LEARNERS, ("course_details",)),
    ({"existing_learners": (99,)}, Code.NOT_FOUND, ("course_details", "existing_learners", 0)),
    (
        {"existing_learners": (500_001,)},
        Code.NOT_FOUND,
        ("course_details", "existing_learners", 0),
    ),
    (
        {"existing_learners": (1, 1), "quantity": 2},
        Code.VALUE_INVALID,
        ("course_details", "existing_learners"),
    ),
    (
        {"new_learners": (Learner("Lea", " ", None),)},
        Code.VALUE_REQUIRED,
        ("course_details", "new_learners", 0, "last_name"),
    ),
    (
        {"new_learners": (Learner("Lea", "\x00", None),)},
        Code.VALUE_INVALID,
        ("course_details", "new_learners", 0, "last_name"),
    ),
    (
        {"new_learners": (Learner("Lea", "New", "nowhere"),)},
        Code.VALUE_INVALID,
        ("course_details", "new_learners", 0, "email"),
    ),
    ({"item": Ref("CourseTemplate", 12)}, Code.ITEM_NOT_AVAILABLE, ("id",)),
    ({"item": Ref("CourseTemplate", 99)}, Code.NOT_FOUND, ("id",)),
    ({"item": Ref("CourseTemplate", 500_011)}, Code.NOT_FOUND, ("id",)),
    ({"item": Ref("Event", 2**70)}, Code.NOT_FOUND, ("id",)),
    ({"item": Ref("TrainingTokenType", "c" * 32)}, Code.NOT_FOUND, ("id",)),
    ({"item": Ref("Account", 1)}, Code.NOT_FOUND, ("id",)),
]


@pytest.mark.parametrize(("wanted", "code", "path"), REFUSED)
async def test_a_refused_interest_leaves_nothing_and_says_where(
    ask: Ask, wanted: dict[str, Any], code: Code, path: tuple[str | int, ...]
) -> None:
    opportunity = await ask.opportunity()
    wish = Wanted(**{"item": COURSE, **wanted})
    one = AddInterest(opportunity, wish)
    several = AddInterest(opportunity, interests=[Wanted(PATH), wish])
    # Where the price is looked up as well, its absence is told along.
    assert (code, ("interest_details", *path)) in await ask.refused(add_interest, one)
    assert (code, ("interests", 1, *path)) in await ask.refused(add_interest, several)


async def test_tokens_have_no_learners(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    command = AddInterest(opportunity, Wanted(TOKEN, new_learners=(LEA,)))
    path = ("interest_details", "training_token_details")
    assert await ask.refused(add_interest, command) == [(Code.VALUE_INVALID, path)]


async def test_all_failures_of_one_phase_come_together(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    command = AddInterest(
        opportunity,
        interests=[Wanted(COURSE, quantity=0), Wanted(PATH, unit_amount=Decimal("0.001"))],
    )
    assert await ask.refused(add_interest, command) == [
        (Code.VALUE_INVALID, ("interests", 0, "quantity")),
        (Code.VALUE_INVALID, ("interests", 1, "unit_amount")),
    ]


async def test_nothing_wanted_and_both_spellings_are_refused(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    assert await ask.refused(add_interest, AddInterest(opportunity)) == [
        (Code.VALUE_REQUIRED, ("interest_details",))
    ]
    both = AddInterest(opportunity, Wanted(COURSE), [Wanted(COURSE)])
    assert await ask.refused(add_interest, both) == [(Code.VALUE_INVALID, ("interests",))]


async def test_what_is_out_of_use_cannot_be_wanted(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    await ask(learning_paths.update, learning_paths.UpdateLearningPath(1, {"is_active": False}))
    await ask(
        course_templates.update,
        course_templates.UpdateCourseTemplate(11, {"state": "ARCHIVED"}),
    )
    await ask(tax_types.update, tax_types.UpdateTaxType(1, {"is_active": False}))
    command = AddInterest(
        opportunity, interests=[Wanted(PATH), Wanted(COURSE), Wanted(TOKEN, tax_id=1)]
    )
    assert await ask.refused(add_interest, command) == [
        (Code.ITEM_NOT_AVAILABLE, ("interests", 0, "id")),
        (Code.ITEM_NOT_AVAILABLE, ("interests", 1, "id")),
        (Code.VALUE_INVALID, ("interests", 2, "tax_id")),
    ]


async def test_an_opportunity_cannot_be_worth_more_than_we_keep(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    most = Decimal(10**14 - 1)
    await ask.add(opportunity, COURSE, unit_amount=most)
    command = AddInterest(opportunity, Wanted(COURSE, unit_amount=Decimal(1)))
    path = ("interest_details", "unit_amount")
    assert await ask.refused(add_interest, command) == [(Code.VALUE_INVALID, path)]


async def test_an_update_touches_what_it_names_and_nothing_else(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, COURSE, quantity=2, tax_id=1, unit_amount=Decimal(10))
    await ask(tax_types.update, tax_types.UpdateTaxType(1, {"is_active": False}))
    await ask(
        course_templates.update, course_templates.UpdateCourseTemplate(11, {"state": "DRAFT"})
    )
    done = await ask(update_interest, UpdateInterest(key, {"quantity": 3}, expected_version=2))
    assert done.objects == {"opportunity": opportunity, "interests": [key]}
    row = await ask.row(models.Interest, key)
    assert (row.quantity, row.unit_amount, row.tax_amount, row.version) == (
        3,
        10 * UNIT,
        6 * UNIT,
        2,
    )
    worth = await ask.row(models.Opportunity, opportunity)
    assert (worth.net_total, worth.tax_total, worth.version) == (30 * UNIT, 6 * UNIT, 3)


async def test_null_means_the_price_and_no_tax(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, COURSE, tax_id=1, unit_amount=Decimal(10))
    await ask(update_interest, UpdateInterest(key, {"unit_amount": None, "tax_id": None}))
    row = await ask.row(models.Interest, key)
    assert (row.unit_amount, row.tax_type_id, row.tax_amount) == (1_000 * UNIT, None, 0)


async def test_an_update_that_changes_nothing_is_no_change(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, COURSE, quantity=2)
    before = await ask.everything()
    await ask(update_interest, UpdateInterest(key, {"quantity": 2, "reserve": False}))
    assert await ask.everything() == before


CHANGES: list[tuple[dict[str, object], Code, tuple[str | int, ...]]] = [
    ({"quantity": 0}, Code.VALUE_INVALID, ("quantity",)),
    ({"quantity": None}, Code.VALUE_REQUIRED, ("quantity",)),
    ({"quantity": 1}, Code.TOO_MANY_LEARNERS, ("event_details",)),
    ({"unit_amount": Decimal("0.001")}, Code.VALUE_INVALID, ("unit_amount",)),
    ({"unit_amount": Decimal(10**14 - 1)}, Code.VALUE_INVALID, ("unit_amount",)),
    ({"tax_id": 9}, Code.NOT_FOUND, ("tax_id",)),
    ({"expires_at": datetime(2030, 1, 1)}, Code.VALUE_INVALID, ("event_details", "expires_at")),
    ({"reserve": True, "quantity": 11}, Code.NOT_ENOUGH_PLACES, ("quantity",)),
]


@pytest.mark.parametrize(("changes", "code", "path"), CHANGES)
async def test_a_refused_update_leaves_nothing(
    ask: Ask, changes: dict[str, object], code: Code, path: tuple[str | int, ...]
) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, EVENT, quantity=2, existing_learners=(1,), new_learners=(LEA,))
    assert await ask.refused(update_interest, UpdateInterest(key, changes)) == [(code, path)]


async def test_without_interests_the_manual_amount_counts_again(ask: Ask) -> None:
    opportunity = await ask.opportunity(amount=Decimal(7))
    keys = [await ask.add(opportunity, item, reserve=item == EVENT) for item in (COURSE, EVENT)]
    for key in keys:
        await ask(remove_interest, RemoveInterest(key, opportunity))
    worth = await ask.row(models.Opportunity, opportunity)
    assert (worth.grand_total, worth.tax_total, worth.amount_source) == (7 * UNIT, 0, "MANUAL")
    assert await ask.rows(models.Interest) == []
    assert (await ask.row(models.Event, 1)).reserved == 0


async def test_an_interest_of_another_opportunity_is_not_found(ask: Ask) -> None:
    one, other = await ask.opportunity(), await ask.opportunity()
    key = await ask.add(one, COURSE)
    refusal = [(Code.NOT_FOUND, ("interest_id",))]
    assert await ask.refused(remove_interest, RemoveInterest(key, other)) == refusal
    assert await ask.refused(update_interest, UpdateInterest(key + 1, {})) == refusal
    assert await ask.refused(update_interest, UpdateInterest(2**64, {})) == refusal


async def test_what_a_member_does_not_see_is_not_found(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, COURSE)
    add = AddInterest(opportunity, Wanted(COURSE))
    assert await ask.refused(add_interest, add, Role.MEMBER) == [
        (Code.NOT_FOUND, ("opportunity_id",))
    ]
    assert await ask.refused(remove_interest, RemoveInterest(key), Role.MEMBER) == [
        (Code.NOT_FOUND, ("interest_id",))
    ]
    assert await ask.refused(remove_interest, RemoveInterest(key), Role.READ_ONLY) == [
        (Code.NOT_PERMITTED, ())
    ]


async def test_an_outdated_version_is_a_conflict(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, COURSE)
    stale = UpdateInterest(key, {"quantity": 2}, expected_version=1)
    (why,) = await ask.why(update_interest, stale)
    assert (why.code, why.path) == (Code.VERSION_CONFLICT, ("expected_version",))
    assert "interests" in str(why.facts["fields"])


async def test_what_was_registered_for_cannot_be_removed(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, EVENT)
    async with ask.database.writing(ask.organisation.org_id) as unit:
        unit.session.add(
            models.Registration(org_id=unit.org_id, event_id=1, interest_id=key, quantity=1)
        )
    assert await ask.refused(remove_interest, RemoveInterest(key)) == [
        (Code.VALUE_INVALID, ("interest_id",))
    ]
