"""What a win brought about, as clients read it; and what helps where it could not."""

from typing import Any

from sqlalchemy import update

from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.api.test_remedies import later
from tests.operations.winning import ALL, Road, road
from tests.organisations import TOKEN_TYPE

EVENT, TOKENS = gid("Event", 1), gid("TrainingTokenType", TOKEN_TYPE)
ACCOUNT, CONTACT = gid("Account", 1), gid("Contact", 1)
WRITTEN = """
    actions { type outcome message written }
    registrations {
      quantity state event { bookedPlaces remainingPlaces } sourceOpportunity { id }
      interest { id } learners { nodes { id name } }
    }
    invoice {
      id number lifecycleState grandTotal region { code } account { id }
      lines { position description quantity unitAmount discountAmount netAmount taxAmount
        taxType { rate } interest { id } }
    }
    tokenIssues { id quantity revokedAt account { id } }
    opportunity {
      activeInvoiceId salesDocument { ... on Invoice { id lifecycleState } }
      invoices { totalCount } registrations { totalCount } tokenIssues { totalCount }
    }
"""


def along(way: Road, deal: str, transition: str = "win", **more: Any) -> dict[str, Any]:
    key = gid("Transition", way.version.transition_ids[transition])
    return {"opportunityId": deal, "transitionId": key, **more}


async def start(way: Road, **fields: Any) -> str:
    return gid("Opportunity", await way.start(**fields))


async def test_the_payload_shows_what_each_action_wrote(ask: Ask) -> None:
    way = await road(ask.stored, *ALL)
    deal = await start(way, account_id=1)
    learners = {"eventDetails": {"newLearners": [{"firstName": "Nia", "lastName": "New"}]}}
    tax = {"taxId": gid("TaxType", 1), "reserve": True}
    event = await ask.interest(deal, EVENT, quantity=2, **tax, **learners)
    await ask.interest(deal, TOKENS, quantity=3, discount={"percentage": "10"})
    won = await ask.done("opportunities.progress", along(way, deal), WRITTEN)
    (made,) = won["registrations"]
    assert (made["quantity"], made["state"], made["interest"]) == (2, "ACTIVE", {"id": event})
    assert made["event"] == {"bookedPlaces": 2, "remainingPlaces": 8}
    assert made["sourceOpportunity"] == {"id": deal}
    assert [each["name"] for each in made["learners"]["nodes"]] == ["Nia New"]
    first, second = won["invoice"]["lines"]
    assert (first["netAmount"], first["taxAmount"]) == ("1000.00", "200.00")
    assert (first["description"], first["taxType"]) == ("My New Course in London", {"rate": "20"})
    assert (second["discountAmount"], second["netAmount"]) == ("15.00", "135.00")
    assert (won["invoice"]["number"], won["invoice"]["grandTotal"]) == (None, "1335.00")
    assert won["opportunity"]["activeInvoiceId"] == won["invoice"]["id"]
    assert won["opportunity"]["salesDocument"]["lifecycleState"] == "Draft"
    assert won["opportunity"]["invoices"] == {"totalCount": 1}
    assert [each["message"] for each in won["actions"]] == [
        "Booked 2 places.",
        "Drafted an invoice over 1335.00 GBP with 2 lines.",
        "Issued 3 training tokens.",
    ]
    written = [id for each in won["actions"] for id in each["written"]]
    assert written[1:] == [won["invoice"]["id"], won["tokenIssues"][0]["id"]]


async def test_under_a_key_the_same_is_told_again(ask: Ask) -> None:
    way = await road(ask.stored, *ALL)
    deal = await start(way, account_id=1)
    await ask.interest(deal, EVENT)
    given = along(way, deal, idempotencyKey="k")
    first = await ask.done("opportunities.progress", given, WRITTEN)
    again = await ask.verb("opportunities.progress", given, WRITTEN)
    assert again == {**first, "replayed": True}
    other = await ask.verb("opportunities.progress", given, "actions { type }")
    assert [each["type"] for each in other["actions"]] == [
        each["type"] for each in first["actions"]
    ]


async def test_what_does_not_move_tells_of_no_actions(ask: Ask) -> None:
    way = await road(ask.stored, *ALL)
    deal = await start(way)
    renamed = {"id": deal, "name": "Renamed"}
    payload = await ask.done("opportunities.update", renamed, WRITTEN)
    assert {payload[name] for name in ("actions", "registrations", "invoice")} == {None}


async def test_a_failed_action_says_which_and_why_and_what_helps(ask: Ask) -> None:
    way = await road(ask.stored, *ALL)
    deal = await start(way)
    await ask.interest(deal, EVENT, quantity=2, reserve=True)
    await ask.interest(deal, TOKENS)
    contact = {"opportunityId": deal, "contactId": CONTACT}
    await ask.done("opportunities.addContact", contact, "opportunity { id }")
    (error,) = await ask.refused("opportunities.progress", along(way, deal))
    assert error == {
        "label": "Transition Action Failed",
        "code": "ACTION_FAILED",
        "message": "Issue training tokens failed: accountId is required: training tokens are"
        " issued to an account; nothing was changed",
        "value": None,
        "path": [],
        "retryable": False,
    }
    await _help(ask, way, deal)
    await ask.done("opportunities.progress", along(way, deal), WRITTEN)


async def test_a_registration_that_finds_no_places_names_other_dates(ask: Ask) -> None:
    way = await road(ask.stored, *ALL)
    deal, other = await start(way, account_id=1), await start(way, account_id=1)
    await ask.interest(deal, EVENT, quantity=9)
    await ask.interest(other, EVENT, quantity=2, reserve=True)
    soon = await later(ask, 5)
    selected = "errors { code message remedies { title mutation } }"
    payload = await ask.verb("opportunities.progress", along(way, deal), selected)
    (error,) = payload["errors"]
    assert error["code"] == "ACTION_FAILED"
    assert error["message"] == (
        "Create registration failed: My New Course in London has 8 places left, 9 asked; nothing "
        "was changed"
    )
    (remedy,) = error["remedies"]
    assert remedy["title"].endswith(f"In 5 days, id {soon}: 12 places left")


async def test_tokens_that_expired_are_helped_as_told(ask: Ask) -> None:
    way = await road(ask.stored, *ALL)
    deal = await start(way, account_id=1)
    await ask.interest(deal, TOKENS, trainingTokenDetails={"expiresAt": "2031-01-01T00:00:00"})
    async with ask.database.writing(ask.organisation.org_id) as unit:
        long_ago = models.Interest.created_at
        await unit.session.execute(
            update(models.Interest)
            .where(models.Interest.org_id == unit.org_id)
            .values(expires_at=long_ago)
        )
    await ask.refused("opportunities.progress", along(way, deal))
    await _help(ask, way, deal)
    await ask.done("opportunities.progress", along(way, deal), WRITTEN)


async def _help(ask: Ask, way: Road, deal: str) -> None:
    """Executes the first remedy of the win, as it is given."""
    selected = "errors { remedies { title mutation variables } }"
    refused = await ask.verb("opportunities.progress", along(way, deal), selected)
    remedy = refused["errors"][0]["remedies"][0]
    answered = await ask(remedy["mutation"], remedy["variables"])
    assert "errors" not in answered, answered
    (verbs,) = answered["data"].values()
    (payload,) = verbs.values()
    assert payload["errors"] == []


async def test_a_follow_on_and_what_it_follows_know_each_other(ask: Ask) -> None:
    way = await road(ask.stored, {"type": "open_follow_on", "pipeline": "training"})
    deal = await start(way)
    shown = "followOn { id pipeline { key } followsFrom { id } }"
    won = await ask.done("opportunities.progress", along(way, deal), shown)
    opened = won["followOn"]
    assert (opened["pipeline"], opened["followsFrom"]) == ({"key": "training"}, {"id": deal})
    document = "query($id: ID!) { opportunity(id: $id) { followOns { nodes { id } } } }"
    read = await ask.read(document, {"id": deal})
    assert read["opportunity"]["followOns"]["nodes"] == [{"id": opened["id"]}]


async def test_a_card_that_is_dragged_acts_as_well(ask: Ask) -> None:
    way = await road(ask.stored, {"type": "create_task", "title": "Ask"})
    deal = await start(way)
    step = {"opportunityId": deal, "stepId": gid("OpportunityStep", way.version.step_ids["won"])}
    placed = await ask.done("opportunities.place", step, "actions { outcome } task { title }")
    assert placed["task"] == {"title": "Ask"}
    assert placed["actions"] == [{"outcome": "DONE"}]


async def test_an_invoice_is_finalised_and_voided(ask: Ask) -> None:
    id = (await ask.papers())["invoice"]
    shown = "invoice { number lifecycleState finalisedAt voidedAt version }"
    final = (await ask.done("invoice.finalise", {"invoiceId": id}, shown))["invoice"]
    assert (final["number"], final["lifecycleState"], final["version"]) == ("INV-00001", "Final", 2)
    stale = await ask.why("invoice.void", {"invoiceId": id, "expectedVersion": 1})
    assert stale == [("VERSION_CONFLICT", "expectedVersion")]
    void = (await ask.done("invoice.void", {"id": id, "expectedVersion": 2}, shown))["invoice"]
    assert (void["number"], void["lifecycleState"]) == ("INV-00001", "Void")
    assert void["voidedAt"] >= final["finalisedAt"]
