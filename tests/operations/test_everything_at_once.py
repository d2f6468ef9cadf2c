"""Every verb at the same time on few records: nothing is lost, doubled, stuck or out of order."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from pipeline_gql.domain.errors import Code, Ref, Refusal, Refused
from pipeline_gql.domain.interests import Wanted
from pipeline_gql.operations import accounts, events, opportunities, parts, regions
from pipeline_gql.operations import interests as wanting
from pipeline_gql.operations import reservations as places
from pipeline_gql.store import models
from tests.operations.asking import Ask, Verb

TOGETHER, ROUNDS, INTERESTS = 7, 30, 24
OFTEN = ["add", "add", "resize", "reserve", "extend", "release", "update", "move", "restore"]
SELDOM = ["remove", "delete", "event", "account", "region", "assign", "tag", "contact"]


def _command(dice: random.Random, deal: int, event: int) -> tuple[Verb, object]:
    interest, unique = dice.randint(1, INTERESTS), f"X{dice.random()}"
    match dice.choice([*OFTEN, *SELDOM]):
        case "add":
            wanted = Wanted(Ref("Event", event), dice.randint(1, 2), Decimal(7), reserve=True)
            return wanting.add_interest, wanting.AddInterest(deal, interests=[wanted, wanted])
        case "resize":
            changes = {"quantity": dice.randint(1, 4)}
            return wanting.update_interest, wanting.UpdateInterest(interest, changes)
        case "remove":
            return wanting.remove_interest, wanting.RemoveInterest(interest)
        case "reserve":
            command = places.ReservePlacesForInterests([interest])
            return places.reserve_places_for_interests, command
        case "extend":
            end = datetime.now(UTC) + timedelta(seconds=dice.random())
            return places.extend_reservations, places.ExtendReservations(deal, end)
        case "release":
            return places.release_reservations, places.ReleaseReservations(deal)
        case "update":
            changes = {"external_id": f"X{dice.randint(1, 3)}", "account_id": 1}
            return opportunities.update, opportunities.Update(deal, changes)
        case "move":
            return opportunities.progress, opportunities.Progress(deal, dice.randint(3, 6))
        case "delete":
            return opportunities.delete, opportunities.Delete(deal)
        case "restore":
            return opportunities.restore, opportunities.Restore(deal)
        case "assign":
            changes = {"owner_id": dice.randint(1, 3), "assigned_to_ids": [dice.randint(1, 3)]}
            return parts.assign, parts.Assign(deal, changes)
        case "tag":
            add, remove = parts.AddTag(deal, 1), parts.RemoveTag(deal, 1)
            return dice.choice([(parts.add_tag, add), (parts.remove_tag, remove)])
        case "contact":
            add, remove = parts.AddContact(deal, 1, {"role": unique}), parts.RemoveContact(deal, 1)
            return dice.choice([(parts.add_contact, add), (parts.remove_contact, remove)])
        case "event":
            changes = {"max_places": dice.randint(1, 60), "code": unique}
            return events.update, events.UpdateEvent(event, changes)
        case "account":
            changes = {"external_id": unique, "region_id": "DR"}
            return accounts.update, accounts.UpdateAccount(1, changes)
        case _:
            return regions.update, regions.UpdateRegion("DR", {"name": unique})


@pytest.mark.parametrize("seed", range(3))
async def test_everything_at_once(ask: Ask, seed: int) -> None:
    deals = [await ask.opportunity() for _ in range(3)]
    await ask(events.create, events.CreateEvent("SECOND", "Second", max_places=60))
    fairs = [event.id for event in await ask.rows(models.Event)]

    async def client(number: int) -> int:
        dice = random.Random(seed * 100 + number)
        commands = [_command(dice, dice.choice(deals), dice.choice(fairs)) for _ in range(ROUNDS)]
        return sum([await _answered(ask, verb, command) for verb, command in commands])

    done = await asyncio.gather(*(client(number) for number in range(TOGETHER)))
    assert sum(done) > TOGETHER * ROUNDS / 4
    await _check(ask, deals)


async def _answered(ask: Ask, verb: Verb, command: object) -> bool:
    """False for a refusal; whatever else goes wrong is a failure of the test."""
    try:
        await ask(verb, command)
    except (Refusal, Refused) as refused:
        why = refused.refusals if isinstance(refused, Refused) else (refused,)
        assert Code.TRY_AGAIN not in {each.code for each in why}
        return False
    return True


async def _check(ask: Ask, deals: list[int]) -> None:
    holds = await ask.rows(models.SeatHold)
    for event in await ask.rows(models.Event):
        held = [h.quantity for h in holds if h.event_id == event.id and h.state == "HELD"]
        assert event.reserved == sum(held) <= event.capacity
    interests = await ask.rows(models.Interest)
    stays = await ask.rows(models.StepStay)
    for deal in [await ask.row(models.Opportunity, key) for key in deals]:
        mine = [each for each in interests if each.opportunity_id == deal.id]
        assert deal.grand_total == sum(each.net_amount + each.tax_amount for each in mine)
        been = sorted((s for s in stays if s.opportunity_id == deal.id), key=lambda s: s.entered_at)
        assert [s.left_at for s in been] == [*(s.entered_at for s in been[1:]), None]
        assert (been[-1].step_id, been[-1].entered_at) == (deal.step_id, deal.step_entered_at)
    audits, told = await ask.rows(models.Audit), await ask.rows(models.Outbox)
    for table in (models.Opportunity, models.Event, models.Account, models.Region):
        for row in await ask.rows(table):
            key = (table.__name__, str(row.code if isinstance(row, models.Region) else row.id))
            sequences = [t.sequence for t in told if (t.aggregate, t.aggregate_id) == key]
            versions = [
                cast(Any, a.after)["version"]
                for a in audits
                if (a.aggregate, a.aggregate_id) == key
            ]
            assert sequences == versions
            assert sequences[-1:] in ([row.version], [])
            assert sequences == list(range(row.version - len(sequences) + 1, row.version + 1))
