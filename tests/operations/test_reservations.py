"""Places: held, resized, extended, expired, released; never oversold, never lost."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from pipeline_gql.domain.errors import Code, NotEnoughPlaces, Ref
from pipeline_gql.domain.interests import Wanted
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations import events, opportunities
from pipeline_gql.operations.interests import (
    AddInterest,
    RemoveInterest,
    UpdateInterest,
    add_interest,
    remove_interest,
    update_interest,
)
from pipeline_gql.operations.reservations import (
    ExtendReservations,
    ReleaseReservations,
    ReservePlacesForInterests,
    extend_reservations,
    release_reservations,
    reserve_places_for_interests,
)
from pipeline_gql.store import models
from tests.operations.asking import Ask

EVENT, COURSE = Ref("Event", 1), Ref("CourseTemplate", 11)
SOON = timedelta(hours=1)


async def reserved(ask: Ask, event_id: int = 1) -> int:
    """What the event counts, which must be what is held."""
    held = sum(
        hold.quantity
        for hold in await ask.rows(models.SeatHold)
        if hold.state == "HELD" and hold.event_id == event_id
    )
    event = await ask.row(models.Event, event_id)
    assert event.reserved == held
    assert event.reserved + event.booked <= event.capacity
    return held


async def set_end(ask: Ask, opportunity: int, end: datetime | None) -> None:
    """Sets the date behind the operations' back, so that time seems to have passed."""
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await unit.session.execute(
            update(models.Opportunity)
            .where(models.Opportunity.org_id == unit.org_id, models.Opportunity.id == opportunity)
            .values(reservations_valid_until=end)
        )


async def expire(ask: Ask, opportunity: int) -> None:
    await set_end(ask, opportunity, datetime.now(UTC) - timedelta(seconds=1))


async def test_places_are_held_as_many_as_wanted(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    await ask.add(opportunity, EVENT, quantity=4)
    assert await reserved(ask) == 0
    await ask.add(opportunity, EVENT, quantity=6, reserve=True)
    assert await reserved(ask) == 6


async def test_sold_out_says_how_many_are_left(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    await ask.add(opportunity, EVENT, quantity=7, reserve=True)
    command = AddInterest(opportunity, Wanted(EVENT, quantity=4, reserve=True))
    (why,) = await ask.why(add_interest, command)
    assert isinstance(why, NotEnoughPlaces)
    assert why.path == ("interest_details", "quantity")
    assert why.value == EVENT
    assert (why.facts["left"], why.facts["asked"]) == (3, 4)


async def test_several_holds_are_made_together_or_not_at_all(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    wish = Wanted(EVENT, quantity=6, reserve=True)
    command = AddInterest(opportunity, interests=[wish, wish])
    (why,) = await ask.why(add_interest, command)
    assert (why.code, why.path) == (Code.NOT_ENOUGH_PLACES, ("interests", 1, "quantity"))


@pytest.mark.parametrize("state", ["DRAFT", "CANCELLED"])
async def test_an_event_that_is_not_on_sale_cannot_be_wanted(ask: Ask, state: str) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, EVENT)
    await ask(events.update, events.UpdateEvent(1, {"state": state}))
    add = AddInterest(opportunity, Wanted(EVENT, reserve=True))
    assert await ask.refused(add_interest, add) == [
        (Code.ITEM_NOT_AVAILABLE, ("interest_details", "id"))
    ]
    reserve = ReservePlacesForInterests([key], opportunity)
    assert await ask.refused(reserve_places_for_interests, reserve) == [
        (Code.ITEM_NOT_AVAILABLE, ("interest_ids", 0))
    ]


async def test_interests_are_reserved_later_released_and_reserved_again(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    keys = [await ask.add(opportunity, EVENT, quantity=q) for q in (2, 3)]
    for _ in range(2):
        done = await ask(reserve_places_for_interests, ReservePlacesForInterests(keys))
        assert done.objects == {"opportunity": opportunity, "interests": keys}
        assert await reserved(ask) == 5
        await ask(release_reservations, ReleaseReservations(opportunity))
        assert await reserved(ask) == 0
    assert (await ask.row(models.Opportunity, opportunity)).version == 7


async def test_one_interest_can_be_released_alone(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    keys = [await ask.add(opportunity, EVENT, quantity=q, reserve=True) for q in (2, 3)]
    await ask(release_reservations, ReleaseReservations(opportunity, keys[:1]))
    assert await reserved(ask) == 3
    assert await ask.refused(release_reservations, ReleaseReservations(opportunity, keys)) == [
        (Code.VALUE_INVALID, ("interest_ids", 0))
    ]


async def test_what_would_do_nothing_is_refused(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, EVENT, reserve=True)
    course = await ask.add(opportunity, COURSE)
    for keys, path in (
        ([], ("interest_ids",)),
        ([key, key], ("interest_ids",)),
        ([key], ("interest_ids", 0)),
        ([course], ("interest_ids", 0)),
    ):
        command = ReservePlacesForInterests(keys, opportunity)
        code = Code.VALUE_INVALID if keys else Code.VALUE_REQUIRED
        assert await ask.refused(reserve_places_for_interests, command) == [(code, path)]
    await ask(release_reservations, ReleaseReservations(opportunity))
    refusal = [(Code.VALUE_INVALID, ("opportunity_id",))]
    release = ReleaseReservations(opportunity)
    assert await ask.refused(release_reservations, release) == refusal
    extend = ExtendReservations(opportunity, datetime.now(UTC) + SOON)
    assert await ask.refused(extend_reservations, extend) == refusal


async def test_interests_of_others_are_not_found(ask: Ask) -> None:
    one, other = await ask.opportunity(), await ask.opportunity()
    key = await ask.add(one, EVENT)
    for command in (
        ReservePlacesForInterests([key], other),
        ReservePlacesForInterests([key + 5]),
        ReservePlacesForInterests([2**65]),
    ):
        assert await ask.refused(reserve_places_for_interests, command) == [
            (Code.NOT_FOUND, ("interest_ids", 0))
        ]
    unseen = ReservePlacesForInterests([key])
    assert await ask.refused(reserve_places_for_interests, unseen, Role.MEMBER) == [
        (Code.NOT_FOUND, ("interest_ids", 0))
    ]


@pytest.mark.parametrize(
    "end", [datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1), datetime(9999, 1, 1)]
)
async def test_a_date_must_lie_ahead(ask: Ask, end: datetime) -> None:
    opportunity = await ask.opportunity()
    await ask.add(opportunity, EVENT, reserve=True)
    assert await ask.refused(extend_reservations, ExtendReservations(opportunity, end)) == [
        (Code.VALUE_INVALID, ("reservations_valid_until",))
    ]


async def test_a_date_is_set_and_cleared(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    await ask.add(opportunity, EVENT, quantity=2, reserve=True)
    for end in (datetime.now(UTC) + SOON, None):
        await ask(extend_reservations, ExtendReservations(opportunity, end))
        row = await ask.row(models.Opportunity, opportunity)
        assert row.reservations_valid_until == end
    assert await reserved(ask) == 2


async def test_expired_places_are_free_at_once(ask: Ask) -> None:
    one, other = await ask.opportunity(), await ask.opportunity()
    await ask.add(one, EVENT, quantity=10, reserve=True)
    await expire(ask, one)
    await ask.add(other, EVENT, quantity=10, reserve=True)
    assert await reserved(ask) == 10
    assert [h.state for h in await ask.rows(models.SeatHold)] == ["EXPIRED", "HELD"]


async def test_expired_places_are_held_again_if_they_are_left(ask: Ask) -> None:
    one, other = await ask.opportunity(), await ask.opportunity()
    await ask.add(one, EVENT, quantity=6, reserve=True)
    await expire(ask, one)
    taken = await ask.add(other, EVENT, quantity=5, reserve=True)
    extend = ExtendReservations(one, None)
    (why,) = await ask.why(extend_reservations, extend)
    assert (why.facts["left"], why.facts["asked"]) == (5, 6)
    assert why.path == ("reservations_valid_until",)
    await ask(update_interest, UpdateInterest(taken, {"quantity": 4}))
    await ask(extend_reservations, extend)
    assert await reserved(ask) == 10


async def test_after_the_end_reserving_asks_for_a_later_date_first(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, EVENT, reserve=True)
    other = await ask.add(opportunity, EVENT)
    await expire(ask, opportunity)
    refused: list[tuple[Any, Any, tuple[str | int, ...]]] = [
        (
            add_interest,
            AddInterest(opportunity, Wanted(EVENT, reserve=True)),
            ("interest_details", "reserve"),
        ),
        (reserve_places_for_interests, ReservePlacesForInterests([other]), ("interest_ids",)),
        (update_interest, UpdateInterest(key, {"reserve": True}), ("reserve",)),
    ]
    for verb, command, path in refused:
        assert await ask.refused(verb, command) == [(Code.VALUE_INVALID, path)]


async def test_expired_places_can_be_given_up_and_the_date_moved(ask: Ask) -> None:
    one, other = await ask.opportunity(), await ask.opportunity()
    key = await ask.add(one, EVENT, quantity=10, reserve=True)
    await expire(ask, one)
    taken = await ask.add(other, EVENT, quantity=10, reserve=True)
    await ask(release_reservations, ReleaseReservations(one))
    await ask(extend_reservations, ExtendReservations(one, None))
    await ask(remove_interest, RemoveInterest(taken))
    await ask(reserve_places_for_interests, ReservePlacesForInterests([key]))
    assert await reserved(ask) == 10


async def test_a_hold_follows_its_quantity(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, EVENT, quantity=4, reserve=True)
    for changes, held in (
        ({"quantity": 10}, 10),
        ({"quantity": 3}, 3),
        ({"reserve": False}, 0),
        ({"reserve": True, "quantity": 8}, 8),
        ({"reserve": True}, 8),
        ({"unit_amount": Decimal(1)}, 8),
    ):
        await ask(update_interest, UpdateInterest(key, changes))
        assert await reserved(ask) == held
    (why,) = await ask.why(update_interest, UpdateInterest(key, {"quantity": 11}))
    assert (why.facts["left"], why.facts["asked"]) == (2, 3)


async def test_an_expired_hold_takes_a_new_quantity_without_places(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    key = await ask.add(opportunity, EVENT, quantity=10, reserve=True)
    await expire(ask, opportunity)
    await ask(update_interest, UpdateInterest(key, {"quantity": 12}))
    assert await reserved(ask) == 0
    await ask(update_interest, UpdateInterest(key, {"quantity": 9}))
    await ask(extend_reservations, ExtendReservations(opportunity, None))
    assert await reserved(ask) == 9


async def test_a_deleted_opportunity_gives_its_places_back(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    await ask.add(opportunity, EVENT, quantity=5, reserve=True)
    await ask(opportunities.delete, opportunities.Delete(opportunity))
    assert await reserved(ask) == 0


async def test_an_event_keeps_room_for_what_is_taken(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    await ask.add(opportunity, EVENT, quantity=5, reserve=True)
    smaller = events.UpdateEvent(1, {"max_places": 4})
    assert await ask.refused(events.update, smaller) == [(Code.VALUE_INVALID, ("max_places",))]
    await expire(ask, opportunity)
    await ask(events.update, smaller)
    assert await reserved(ask) == 0


async def test_sixty_four_at_once_sell_every_place_and_no_more(ask: Ask) -> None:
    buyers = [await ask.opportunity() for _ in range(64)]
    dead = await ask.opportunity()
    await ask.add(dead, EVENT, quantity=9, reserve=True)
    await expire(ask, dead)
    turns = asyncio.Semaphore(8)

    async def buy(opportunity: int) -> bool:
        async with turns:
            try:
                await ask.add(opportunity, EVENT, reserve=True)
            except NotEnoughPlaces:
                return False
            return True

    sold = await asyncio.gather(*map(buy, buyers))
    assert sum(sold) == 10
    assert await reserved(ask) == 10


async def test_extending_and_reserving_at_the_moment_of_expiry_agree(ask: Ask) -> None:
    """Either the holder keeps the places or the other gets them; never both, never neither."""
    for _ in range(8):
        one, other = await ask.opportunity(), await ask.opportunity()
        await ask.add(one, EVENT, quantity=10, reserve=True)
        await expire(ask, one)
        answers = await asyncio.gather(
            ask(extend_reservations, ExtendReservations(one, None)),
            ask.add(other, EVENT, quantity=10, reserve=True),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, NotEnoughPlaces) for answer in answers) == 1
        assert await reserved(ask) == 10
        for opportunity in (one, other):
            await ask(opportunities.delete, opportunities.Delete(opportunity))


async def test_crossing_requests_for_two_events_wait_for_each_other(ask: Ask) -> None:
    """Events are locked by id, so that no order of wishes can end in a deadlock."""
    new = events.CreateEvent(code="E2", title="Second", max_places=1_000)
    done: Any = await ask(events.create, new)
    second = Ref("Event", done.objects["event"])
    await ask(events.update, events.UpdateEvent(1, {"max_places": 1_000}))
    buyers = [await ask.opportunity() for _ in range(24)]
    turns = asyncio.Semaphore(8)

    async def buy(place: int) -> None:
        there, back = [EVENT, second], [second, EVENT]
        items = there if place % 2 else back
        wishes = [Wanted(item, unit_amount=Decimal(1), reserve=True) for item in items]
        async with turns:
            await ask(add_interest, AddInterest(buyers[place], interests=wishes))

    await asyncio.gather(*map(buy, range(24)))
    assert await reserved(ask) == 24
    assert await reserved(ask, int(second.key)) == 24


async def test_the_audit_of_a_deletion_tells_the_places_given_back(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    interest = await ask.add(opportunity, EVENT, quantity=4, reserve=True)
    await ask(opportunities.delete, opportunities.Delete(opportunity))
    audit = (await ask.rows(models.Audit))[-1]
    assert audit.before is not None
    assert audit.after is not None
    assert audit.before["places"] == {str(interest): {"quantity": 4, "state": "HELD"}}
    assert audit.after["places"] == {}
    assert await reserved(ask) == 0


async def test_the_same_moment_elsewhere_is_no_change(ask: Ask) -> None:
    opportunity = await ask.opportunity()
    await ask.add(opportunity, EVENT, quantity=4, reserve=True)
    until = datetime(2031, 1, 1, 12, tzinfo=UTC)
    await ask(extend_reservations, ExtendReservations(opportunity, until))
    before = await ask.everything()
    there = until.astimezone(ZoneInfo("Asia/Tokyo"))
    await ask(extend_reservations, ExtendReservations(opportunity, there))
    assert await ask.everything() == before
