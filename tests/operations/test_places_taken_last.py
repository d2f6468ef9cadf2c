"""An event's places are counted last, with COMMIT: nobody waits for who wants some until then."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager

import pytest

from pipeline_gql.domain.errors import Code, NotEnoughPlaces
from pipeline_gql.domain.interests import Wanted
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations import events
from pipeline_gql.operations.interests import AddInterest, add_interest
from pipeline_gql.operations.reservations import (
    ReservePlacesForInterests,
    reserve_places_for_interests,
)
from pipeline_gql.store import models
from pipeline_gql.store.database import Serialization
from tests.api.test_follow_on_races import waiting
from tests.api.walking import administrator
from tests.operations.asking import Ask, Verb
from tests.operations.test_reservations import EVENT, reserved
from tests.server import DatabaseUrls

PLACES = 10


@asynccontextmanager
async def about_to_commit(ask: Ask, verb: Verb, command: object) -> AsyncGenerator[None]:
    """In the midst of a verb that has done all but what it sends with COMMIT."""
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await verb(unit, ask.organisation.viewers[Role.ADMIN], command)
        yield


async def overtaken(ask: Ask, verb: Verb, command: object, other: Awaitable[object]) -> None:
    async with about_to_commit(ask, verb, command):
        await other


async def wish(ask: Ask, quantity: int) -> AddInterest:
    return AddInterest(await ask.opportunity(), Wanted(EVENT, quantity, reserve=True))


async def test_of_two_who_saw_the_last_places_one_gets_them_and_one_begins_again(ask: Ask) -> None:
    first, second = await wish(ask, 6), await wish(ask, 6)
    with pytest.raises(Serialization):
        await overtaken(ask, add_interest, first, ask(add_interest, second))
    assert len(await ask.rows(models.Interest)) == 1
    (why,) = await ask.why(add_interest, first)
    assert isinstance(why, NotEnoughPlaces)
    assert why.facts["left"] == PLACES - 6
    assert await reserved(ask) == 6


@pytest.mark.parametrize("verb", [add_interest, reserve_places_for_interests])
async def test_an_event_that_is_cancelled_meanwhile_is_not_sold(ask: Ask, verb: Verb) -> None:
    wanted = await wish(ask, 1)
    command: object = wanted
    if verb is reserve_places_for_interests:
        command = ReservePlacesForInterests([await ask.add(wanted.opportunity_id, EVENT)])
    cancelled = events.UpdateEvent(1, {"state": "CANCELLED"})
    with pytest.raises(Serialization):
        await overtaken(ask, verb, command, ask(events.update, cancelled))
    assert {code for code, _ in await ask.refused(verb, command)} == {Code.ITEM_NOT_AVAILABLE}
    assert await reserved(ask) == 0


async def test_who_is_about_to_commit_lets_others_hold_places_of_the_same_event(ask: Ask) -> None:
    first, second = await wish(ask, 1), await wish(ask, 1)
    async with about_to_commit(ask, add_interest, first):
        await ask(add_interest, second)
        assert await reserved(ask) == 1
    assert await reserved(ask) == 2


async def test_an_event_gets_another_code_once_those_who_add_it_are_done(
    ask: Ask, urls: DatabaseUrls
) -> None:
    """Who changes its key waits for all interests in it: with its lock half taken it would wait
    for those who wait for it."""
    other = about_to_commit(ask, events.update, events.UpdateEvent(1, {"code": "OTHER"}))
    async with administrator(urls) as watcher:
        async with ask.database.writing(ask.organisation.org_id) as unit:
            assert unit.session
            await add_interest(unit, ask.organisation.viewers[Role.ADMIN], await wish(ask, 1))
            # The interest, though the places are not counted yet.
            await unit.settle()
            renaming = asyncio.create_task(other.__aenter__())
            await waiting(watcher, 1)
        await renaming
        await other.__aexit__(None, None, None)
    assert await reserved(ask) == 1
    assert (await ask.row(models.Event, 1)).code == "OTHER"
