"""Invoices, registrations and tokens after the win: numbered without gaps, taken back once."""

import asyncio
import contextlib
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pipeline_gql.domain.errors import Code, Ref, TryAgain
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations import invoices, registrations, token_issues
from pipeline_gql.operations.interests import RemoveInterest, remove_interest
from pipeline_gql.operations.papers import NamedPaper
from pipeline_gql.store import models
from pipeline_gql.store.database import Serialization
from tests.operations.asking import Ask
from tests.operations.test_winning import BOOK, EVENT, TOKENS, places
from tests.operations.winning import ALL, Road, road
from tests.organisations import Organisation


@pytest.fixture
async def way(ask: Ask) -> Road:
    return await road(ask, *ALL)


async def _won(ask: Ask, way: Road, item: Ref = BOOK) -> tuple[int, dict[str, Any]]:
    """An opportunity with one interest that was won, and what that wrote."""
    deal = await way.start(account_id=1)
    await ask.add(deal, item, quantity=2)
    return deal, dict((await way.win(deal)).objects)


async def _finalise(ask: Ask, invoice: int) -> None:
    for _ in range(100):
        try:
            await ask(invoices.finalise, NamedPaper(invoice))
        except (Serialization, TryAgain):
            continue
        return
    raise AssertionError("was never made final")


async def test_numbers_are_given_without_gaps_when_many_ask_at_once(ask: Ask, way: Road) -> None:
    drafts = [(await _won(ask, way))[1]["invoice"] for _ in range(12)]
    refused = [ask.refused(invoices.finalise, NamedPaper(10**6))]
    assert await refused[0] == [(Code.NOT_FOUND, ("invoice_id",))]
    await asyncio.gather(*(_finalise(ask, each) for each in drafts))
    made = await ask.rows(models.Invoice)
    assert sorted(str(each.number) for each in made) == [f"INV-{n:05}" for n in range(1, 13)]
    assert all(each.finalised_at is not None for each in made)


async def test_a_number_that_was_rolled_back_is_given_to_the_next(ask: Ask, way: Road) -> None:
    first, second = [(await _won(ask, way))[1]["invoice"] for _ in range(2)]
    with contextlib.suppress(ZeroDivisionError):
        async with ask.database.writing(ask.organisation.org_id) as unit:
            await invoices.finalise(unit, ask.organisation.admin, NamedPaper(first))
            await unit.session.flush()
            raise ZeroDivisionError
    await ask(invoices.finalise, NamedPaper(second))
    assert (await ask.row(models.Invoice, second)).number == "INV-00001"


async def test_a_draft_is_made_final_once_and_not_after_it_was_taken_back(
    ask: Ask, way: Road
) -> None:
    _, made = await _won(ask, way)
    command = NamedPaper(made["invoice"])
    await ask(invoices.finalise, command)
    await ask(invoices.finalise, command)
    (invoice,) = await ask.rows(models.Invoice)
    assert (invoice.number, invoice.version) == ("INV-00001", 2)
    for _ in range(2):
        await ask(invoices.void, command)
    (invoice,) = await ask.rows(models.Invoice)
    assert (invoice.lifecycle_state, invoice.version) == ("Void", 3)
    wrong = [(Code.VALUE_INVALID, ("invoice_id",))]
    assert await ask.refused(invoices.finalise, command) == wrong


async def test_voiding_frees_the_opportunity_for_another_invoice(ask: Ask, way: Road) -> None:
    deal, made = await _won(ask, way)
    await ask(invoices.void, NamedPaper(made["invoice"]))
    row = await ask.row(models.Opportunity, deal)
    assert row.active_invoice_id is None
    told, last = (await ask.rows(models.Outbox))[-2:]
    assert (told.type, told.sequence) == ("opportunity.invoice_voided", row.version)
    assert (last.type, last.sequence) == ("invoice.voided", 2)
    await way.reopen(deal)
    again = await way.win(deal)
    assert again.objects["invoice"] == made["invoice"] + 1
    void = await ask.row(models.Invoice, made["invoice"])
    assert (void.lifecycle_state, void.number) == ("Void", None)


async def test_another_invoice_than_the_active_one_is_voided_alone(ask: Ask, way: Road) -> None:
    deal, made = await _won(ask, way)
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await unit.session.execute(text("UPDATE opportunity SET active_invoice_id = NULL"))
    await way.reopen(deal)
    active = (await way.win(deal)).objects["invoice"]
    assert active != made["invoice"]
    await ask(invoices.void, NamedPaper(made["invoice"]))
    assert (await ask.row(models.Opportunity, deal)).active_invoice_id == active


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE invoice SET grand_total = 0, net_total = 0, tax_total = 0",
        "UPDATE invoice SET number = 'INV-9'",
        "UPDATE invoice SET lifecycle_state = 'Draft', number = NULL",
        "UPDATE invoice SET lifecycle_state = 'Void', account_id = NULL",
        "UPDATE invoice_line SET description = 'Gift'",
        "UPDATE invoice_line SET quantity = 1",
        "DELETE FROM invoice_line",
        "INSERT INTO invoice_line (org_id, invoice_id, position, description, quantity,"
        " unit_amount, currency) SELECT org_id, id, 9, 'More', 1, 1, 'GBP' FROM invoice",
    ],
)
async def test_a_final_invoice_does_not_change(ask: Ask, way: Road, change: str) -> None:
    _, made = await _won(ask, way)
    await ask(invoices.finalise, NamedPaper(made["invoice"]))
    before = await ask.everything()
    with pytest.raises(IntegrityError):
        async with ask.database.writing(ask.organisation.org_id) as unit:
            await unit.session.execute(text(change))
    assert await ask.everything() == before


async def test_an_interest_on_a_standing_invoice_stays(ask: Ask, way: Road) -> None:
    _, made = await _won(ask, way)
    (interest,) = await ask.rows(models.Interest)
    refused = await ask.refused(remove_interest, RemoveInterest(interest.id))
    assert refused == [(Code.VALUE_INVALID, ("interest_id",))]
    await ask(invoices.void, NamedPaper(made["invoice"]))
    await ask(remove_interest, RemoveInterest(interest.id))
    (line,) = await ask.rows(models.InvoiceLine)
    assert line.interest_id == interest.id


async def test_a_cancelled_registration_gives_its_places_back_once(ask: Ask, way: Road) -> None:
    deal, made = await _won(ask, way, EVENT)
    (registration,) = made["registrations"]
    assert await places(ask) == (2, 0)
    for _ in range(2):
        await ask(registrations.cancel, NamedPaper(registration))
        assert await places(ask) == (0, 0)
    await way.reopen(deal)
    again: Any = (await way.win(deal)).objects["registrations"]
    assert again != [registration]
    assert await places(ask) == (2, 0)


async def test_revoked_tokens_are_issued_again_by_the_next_win(ask: Ask, way: Road) -> None:
    deal, made = await _won(ask, way, TOKENS)
    (key,) = made["token_issues"]
    for _ in range(2):
        await ask(token_issues.revoke, NamedPaper(key))
    await way.reopen(deal)
    assert "token_issues" in (await way.win(deal)).objects


async def test_papers_are_for_those_who_see_their_opportunity(
    ask: Ask, way: Road, organisation: Organisation
) -> None:
    _, made = await _won(ask, way, EVENT)
    (registration,) = made["registrations"]
    for verb, key, field in (
        (invoices.finalise, made["invoice"], "invoice_id"),
        (invoices.void, made["invoice"], "invoice_id"),
        (registrations.cancel, registration, "registration_id"),
    ):
        hidden = [(Code.NOT_FOUND, (field,))]
        assert await ask.refused(verb, NamedPaper(key), Role.MEMBER) == hidden
        assert await ask.refused(verb, NamedPaper(key), Role.READ_ONLY) == [
            (Code.NOT_PERMITTED, ())
        ]
        stale = [(Code.VALUE_INVALID, ("expected_version",))]
        assert await ask.refused(verb, NamedPaper(key, 9)) == stale
