"""What a win brings about: places, invoices, tokens; once, all of it, or none."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text, update

from pipeline_gql.domain.discounts import Discount
from pipeline_gql.domain.errors import (
    Code,
    ItemNotAvailable,
    NotEnoughPlaces,
    Ref,
    Refusal,
    TransitionActionFailed,
    TransitionNotFound,
    TryAgain,
    ValueInvalid,
    ValueRequired,
)
from pipeline_gql.domain.interests import Learner
from pipeline_gql.operations import events, opportunities, reservations
from pipeline_gql.operations.opportunities import progress
from pipeline_gql.store import models
from pipeline_gql.store.database import Serialization
from tests.operations.asking import Ask
from tests.operations.test_reservations import expire
from tests.operations.winning import ALL, Road, outcomes, road
from tests.organisations import TOKEN_TYPE

EVENT, TOKENS, BOOK = Ref("Event", 1), Ref("TrainingTokenType", TOKEN_TYPE), Ref("Product", 1)
REGISTER, INVOICE, ISSUE = ALL


async def places(ask: Ask) -> tuple[int, int]:
    """What the event counts as booked and as reserved, which must be what there is."""
    event = await ask.row(models.Event, 1)
    made = [each for each in await ask.rows(models.Registration) if each.state == "ACTIVE"]
    held = [each for each in await ask.rows(models.SeatHold) if each.state == "HELD"]
    assert event.booked == sum(each.quantity for each in made)
    assert event.reserved == sum(each.quantity for each in held)
    assert event.booked + event.reserved <= event.capacity
    return event.booked, event.reserved


async def test_a_win_registers_drafts_an_invoice_and_issues_tokens(ask: Ask) -> None:
    way = await road(ask, *ALL)
    deal = await way.start(account_id=1)
    new = Learner("Nia", "New", "nia@customer.example")
    event = await ask.add(
        deal, EVENT, quantity=3, reserve=True, tax_id=1, existing_learners=(1,), new_learners=(new,)
    )
    tokens = await ask.add(deal, TOKENS, quantity=5, discount=Discount(percentage=Decimal(10)))
    done = await way.win(deal)
    assert outcomes(done) == [
        ("CREATE_REGISTRATION", "DONE"),
        ("CREATE_INVOICE", "DONE"),
        ("ISSUE_TRAINING_TOKENS", "DONE"),
    ]
    (made,) = await ask.rows(models.Registration)
    assert done.objects["registrations"] == [made.id]
    assert (made.event_id, made.interest_id, made.quantity, made.account_id) == (1, event, 3, 1)
    assert await places(ask) == (3, 0)
    invoice = await ask.row(models.Invoice, done.objects["invoice"])
    first, second = await ask.rows(models.InvoiceLine)
    assert (first.interest_id, second.interest_id) == (event, tokens)
    assert (first.net_amount, first.tax_amount, first.tax_type_id) == (15_000_000, 3_000_000, 1)
    assert (second.discount_amount, second.net_amount) == (250_000, 2_250_000)
    row = await ask.row(models.Opportunity, deal)
    assert (invoice.grand_total, invoice.currency) == (row.grand_total, row.currency)
    assert (invoice.lifecycle_state, invoice.number, invoice.region_code) == ("Draft", None, "DR")
    assert row.active_invoice_id == invoice.id
    (issue,) = await ask.rows(models.TokenIssue)
    assert done.objects["token_issues"] == [issue.key]
    assert (issue.quantity, issue.account_id, issue.interest_id) == (5, 1, tokens)


async def test_learners_become_contacts_when_they_are_registered(ask: Ask) -> None:
    way = await road(ask, REGISTER)
    deal = await way.start(account_id=1)
    known = Learner("Lea", "Learner", "LEA@customer.example")
    new = Learner("Nia", "New", "nia@customer.example")
    interest = await ask.add(
        deal, EVENT, quantity=4, existing_learners=(1,), new_learners=(known, new)
    )
    await way.win(deal)
    nia = (await ask.rows(models.Contact))[-1]
    assert (nia.name, nia.email, nia.account_id) == ("Nia New", "nia@customer.example", 1)
    registered = await ask.rows(models.RegistrationLearner)
    assert {each.contact_id for each in registered} == {1, nia.id}
    people = await ask.rows(models.InterestLearner)
    assert [each.contact_id for each in people] == [1, 1, nia.id]
    assert all(each.interest_id == interest for each in people)


async def test_the_move_is_one_change_and_what_it_wrote_is_told_apart(ask: Ask) -> None:
    way = await road(ask, *ALL)
    deal = await way.start(account_id=1)
    await ask.add(deal, EVENT, quantity=2, reserve=True)
    before = await ask.row(models.Opportunity, deal)
    await way.win(deal)
    assert (await ask.row(models.Opportunity, deal)).version == before.version + 1
    told = [each for each in await ask.rows(models.Outbox) if each.id > 0][-3:]
    assert [each.type for each in told] == [
        "registration.created",
        "invoice.created",
        "opportunity.moved",
    ]
    assert told[0].payload["opportunity"] == deal
    assert {"places", "active_invoice_id", "step_id"} <= set(told[-1].payload["fields"])


async def test_winning_again_doubles_nothing(ask: Ask) -> None:
    way = await road(ask, *ALL)
    deal = await way.start(account_id=1)
    await ask.add(deal, EVENT, quantity=2, reserve=True)
    await ask.add(deal, TOKENS, quantity=2)
    await way.win(deal)
    await way.reopen(deal)
    again = await way.win(deal)
    assert outcomes(again) == [
        ("CREATE_REGISTRATION", "SKIPPED"),
        ("CREATE_INVOICE", "SKIPPED"),
        ("ISSUE_TRAINING_TOKENS", "SKIPPED"),
    ]
    assert set(again.objects) == {"opportunity"}
    for table in (models.Registration, models.Invoice, models.TokenIssue):
        assert len(await ask.rows(table)) == 1
    assert await places(ask) == (2, 0)


async def test_what_was_added_meanwhile_is_done_then(ask: Ask) -> None:
    way = await road(ask, *ALL)
    deal = await way.start(account_id=1)
    await ask.add(deal, EVENT, quantity=2)
    await way.win(deal)
    await way.reopen(deal)
    await ask.add(deal, EVENT, quantity=3)
    won: Any = await way.win(deal)
    assert len(won.objects["registrations"]) == 1
    assert await places(ask) == (5, 0)


async def test_nothing_wanted_is_nothing_done(ask: Ask) -> None:
    way = await road(ask, *ALL)
    done = await way.win(await way.start())
    assert {outcome for _, outcome in outcomes(done)} == {"SKIPPED"}
    assert set(done.objects) == {"opportunity"}


async def test_an_amount_by_hand_is_one_line(ask: Ask) -> None:
    way = await road(ask, INVOICE)
    done = await way.win(await way.start(amount=Decimal("12.34")))
    (line,) = await ask.rows(models.InvoiceLine)
    assert (line.description, line.net_amount, line.interest_id) == ("A deal", 123_400, None)
    assert done.objects["invoice"] == line.invoice_id


async def test_held_places_are_booked_though_nothing_else_is_left(ask: Ask) -> None:
    way = await road(ask, REGISTER)
    deal = await way.start()
    await ask.add(deal, EVENT, quantity=10, reserve=True)
    await way.win(deal)
    assert await places(ask) == (10, 0)
    (held,) = await ask.rows(models.SeatHold)
    assert (held.state, held.ended_at is None) == ("CONVERTED", False)


async def test_places_whose_hold_expired_are_taken_anew(ask: Ask) -> None:
    way = await road(ask, REGISTER)
    deal = await way.start()
    await ask.add(deal, EVENT, quantity=10, reserve=True)
    await expire(ask, deal)
    await way.win(deal)
    assert await places(ask) == (10, 0)
    (held,) = await ask.rows(models.SeatHold)
    assert held.state == "CONVERTED"


async def test_places_that_others_took_meanwhile_refuse_the_win(ask: Ask) -> None:
    way = await road(ask, INVOICE, REGISTER)
    deal, other = await way.start(), await way.start()
    await ask.add(deal, EVENT, quantity=8, reserve=True)
    await expire(ask, deal)
    await ask.add(other, EVENT, quantity=3, reserve=True)
    (why,) = await way.why_not(deal)
    assert isinstance(why, TransitionActionFailed)
    cause = _cause(why)
    assert (why.code, why.facts["action"]) == (Code.ACTION_FAILED, "Create registration")
    assert isinstance(cause, NotEnoughPlaces)
    assert (cause.facts["left"], cause.facts["asked"]) == (7, 8)
    assert await places(ask) == (0, 3)


def _cause(why: Refusal) -> Refusal:
    cause = why.facts["cause"]
    assert isinstance(cause, Refusal)
    return cause


async def test_a_cancelled_event_cannot_be_registered_for(ask: Ask) -> None:
    way = await road(ask, REGISTER)
    deal = await way.start()
    await ask.add(deal, EVENT, quantity=1, reserve=True)
    await ask(events.update, events.UpdateEvent(1, {"state": "CANCELLED"}))
    (why,) = await way.why_not(deal)
    assert isinstance(_cause(why), ItemNotAvailable)


async def test_tokens_need_an_account_and_without_one_nothing_is_done(ask: Ask) -> None:
    way = await road(ask, *ALL)
    deal = await way.start()
    await ask.add(deal, EVENT, quantity=2, reserve=True)
    await ask.add(deal, TOKENS, quantity=2)
    (why,) = await way.why_not(deal)
    assert isinstance(_cause(why), ValueRequired)
    assert why.facts["action"] == "Issue training tokens"
    assert await places(ask) == (0, 2)
    await ask(opportunities.update, opportunities.Update(deal, {"account_id": 1}))
    assert len(outcomes(await way.win(deal))) == 3


async def test_tokens_that_would_have_expired_are_not_issued(ask: Ask) -> None:
    way = await road(ask, ISSUE)
    deal = await way.start(account_id=1)
    soon = datetime.now(UTC) + timedelta(hours=1)
    interest = await ask.add(deal, TOKENS, expires_at=soon)
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await unit.session.execute(
            update(models.Interest)
            .where(models.Interest.org_id == unit.org_id, models.Interest.id == interest)
            .values(expires_at=datetime.now(UTC) - timedelta(hours=1))
        )
    (why,) = await way.why_not(deal)
    assert isinstance(_cause(why), ValueInvalid)
    assert [remedy.verb for remedy in why.remedies] == ["opportunities.updateInterest"]


async def test_of_two_racing_wins_one_is_done_and_once(ask: Ask) -> None:
    way = await road(ask, *ALL)
    deal = await way.start(account_id=1)
    await ask.add(deal, EVENT, quantity=2, reserve=True)
    await ask.add(deal, TOKENS)
    ends = await asyncio.gather(*(_end(way, deal) for _ in range(8)))
    assert sorted(set(ends)) == ["TransitionNotFound", "won"]
    assert ends.count("won") == 1
    assert await places(ask) == (2, 0)
    for table in (models.Registration, models.Invoice, models.TokenIssue):
        assert len(await ask.rows(table)) == 1


async def _end(way: Road, deal: int) -> str:
    """What became of a win, begun again where the server was busy."""
    for _ in range(100):
        try:
            await way.ask(progress, way.along(deal, "win"))
        except (Serialization, TryAgain):
            continue
        except TransitionNotFound as refused:
            return type(refused).__name__
        except TransitionActionFailed as refused:
            return type(refused.facts["cause"]).__name__
        return "won"
    raise AssertionError("was never answered")


async def test_64_racing_wins_for_the_last_places_sell_each_once(ask: Ask) -> None:
    way = await road(ask, REGISTER, INVOICE)
    deals = [await way.start() for _ in range(64)]
    for deal in deals:
        await ask.add(deal, EVENT, quantity=1)
    ends = await asyncio.gather(*(_end(way, deal) for deal in deals))
    assert (ends.count("won"), ends.count("NotEnoughPlaces")) == (10, 54)
    assert await places(ask) == (10, 0)
    assert len(await ask.rows(models.Invoice)) == 10


async def test_a_win_that_is_killed_on_its_way_leaves_nothing(ask: Ask) -> None:
    way = await road(ask, *ALL)
    deal = await way.start(account_id=1)
    await ask.add(deal, EVENT, quantity=2, reserve=True)
    before = await ask.everything()
    ends: list[str] = []
    try:
        async with ask.database.writing(ask.organisation.org_id) as unit:
            await progress(unit, ask.organisation.admin, way.along(deal, "win"))
            await unit.session.flush()
            await unit.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    except TryAgain:
        ends.append("killed")
    assert ends == ["killed"]
    assert await ask.everything() == before
    assert await _end(way, deal) == "won"


async def test_an_interest_that_is_registered_is_not_held_again(ask: Ask) -> None:
    way = await road(ask, REGISTER)
    deal = await way.start()
    interest = await ask.add(deal, EVENT, quantity=2, reserve=True)
    await way.win(deal)
    command = reservations.ReservePlacesForInterests([interest])
    refused = await ask.refused(reservations.reserve_places_for_interests, command)
    assert refused == [(Code.VALUE_INVALID, ("interest_ids", 0))]
    assert await places(ask) == (2, 0)


async def test_all_reasons_of_an_action_are_told(ask: Ask) -> None:
    way = await road(ask, REGISTER)
    one = await way.start()
    for _ in range(2):
        await ask.add(one, EVENT, quantity=11)
    whys: list[Any] = await way.why_not(one)
    assert [each.code for each in whys] == [Code.ACTION_FAILED] * 2
