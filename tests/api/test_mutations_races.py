"""Many clients at once."""

import asyncio
from functools import partial

from pipeline_gql.store import models
from tests.api.asking import Ask, gid, insisting
from tests.api.exchanges import Client, Reply

CLIENTS = 64
EVENT = gid("Event", 1)


async def _places(ask: Ask) -> tuple[int, int]:
    found = await ask.read("{ events { nodes { reservedPlaces remainingPlaces } } }")
    (event,) = found["events"]["nodes"]
    return event["reservedPlaces"], event["remainingPlaces"]


async def test_of_64_clients_as_many_get_a_place_as_there_are(ask: Ask) -> None:
    ids = [await ask.opportunity() for _ in range(CLIENTS)]
    wish = {"interestDetails": {"id": EVENT, "quantity": 1, "reserve": True}}
    answers = await asyncio.gather(
        *(ask.insisting("opportunities.addInterest", {"opportunityId": id, **wish}) for id in ids)
    )
    assert sorted(answers) == [*[[]] * 10, *[["NOT_ENOUGH_PLACES"]] * (CLIENTS - 10)]
    assert await _places(ask) == (10, 0)
    assert len(await ask.stored.rows(models.SeatHold)) == 10
    assert len(await ask.stored.rows(models.Interest)) == 10


async def test_of_64_clients_over_http_as_many_get_a_place_as_there_are(
    ask: Ask, client: Client
) -> None:
    """Most are told once or more that the server is full, and come back as they are told to."""
    ids = [await ask.opportunity() for _ in range(CLIENTS)]
    document = """mutation Reserve($id: ID!, $event: ID!) { opportunities { addInterest(input: {
        opportunityId: $id, interestDetails: {id: $event, quantity: 1, reserve: true}
    }) { errors { code } opportunity { id } } } }"""
    turned_away = 0

    async def wishes(id: str) -> Reply:
        nonlocal turned_away
        while (reply := await client.post(document, {"id": id, "event": EVENT})).status == 503:
            assert "retry-after" in reply.headers
            turned_away += 1
            await asyncio.sleep(0.05)
        return reply

    async def codes(id: str) -> list[str]:
        reply = await insisting(partial(wishes, id))
        payload = reply.json["data"]["opportunities"]["addInterest"]
        return [error["code"] for error in payload["errors"]]

    async with asyncio.timeout(120):
        answers = await asyncio.gather(*map(codes, ids))
    assert sorted(answers) == [*[[]] * 10, *[["NOT_ENOUGH_PLACES"]] * (CLIENTS - 10)]
    assert await _places(ask) == (10, 0)
    assert turned_away > 0


async def test_places_given_back_while_others_ask_are_neither_lost_nor_sold_twice(ask: Ask) -> None:
    ids = [await ask.opportunity() for _ in range(16)]
    interests = [await ask.interest(id, EVENT, quantity=3) for id in ids]

    async def client(id: str, interest: str) -> None:
        wanted = ("opportunities.reservePlacesForInterests", {"interestIds": [interest]})
        had = await ask.insisting(*wanted)
        freed = await ask.insisting("opportunities.releaseReservations", {"opportunityId": id})
        again = await ask.insisting(*wanted)
        assert had in ([], ["NOT_ENOUGH_PLACES"])
        assert freed == ([] if had == [] else ["VALUE_INVALID"])
        assert again in ([], ["NOT_ENOUGH_PLACES"])

    await asyncio.gather(*(client(id, one) for id, one in zip(ids, interests, strict=True)))
    reserved, remaining = await _places(ask)
    held = sum(
        hold.quantity for hold in await ask.stored.rows(models.SeatHold) if hold.state == "HELD"
    )
    assert (reserved, remaining) == (held, 10 - held)
    assert held in (3, 6, 9)


async def test_of_two_racing_moves_one_wins(ask: Ask) -> None:
    id = await ask.opportunity()
    input = {"opportunityId": id, "stepId": gid("OpportunityStep", 4)}
    answers = await asyncio.gather(
        *(ask.insisting("opportunities.progress", input) for _ in range(2))
    )
    assert sorted(answers) == [[], ["TRANSITION_NOT_FOUND"]]
    stays = await ask.stored.rows(models.StepStay)
    assert [stay.step_id for stay in stays] == [3, 4]
    won, lost = ({"opportunityId": id, "stepId": gid("OpportunityStep", step)} for step in (5, 6))
    answers = await asyncio.gather(
        *(ask.insisting("opportunities.progress", input) for input in (won, lost))
    )
    assert sorted(answers) == [[], ["TRANSITION_NOT_FOUND"]]


async def test_the_last_external_key_goes_to_one(ask: Ask) -> None:
    answers = await asyncio.gather(
        *(
            ask.insisting("account.create", {"name": f"A {i}", "externalId": "same"})
            for i in range(6)
        )
    )
    assert sorted(answers) == [[], *[["VALUE_INVALID"]] * 5]
