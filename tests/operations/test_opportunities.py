"""Creating, changing, deleting and restoring opportunities."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipeline_gql.domain.errors import Code, Path, Ref
from pipeline_gql.domain.opportunities import Part
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.opportunities import (
    Create,
    Delete,
    Restore,
    Update,
    create,
    delete,
    restore,
    update,
)
from pipeline_gql.store import models
from tests.operations.asking import Ask
from tests.organisations import Organisation

NOWHERE = 999_999
HUGE = 10**30


def _id(done: Done) -> int:
    key = done.objects["opportunity"]
    assert isinstance(key, int)
    return key


async def _new(ask: Ask, role: Role = Role.ADMIN, **fields: Any) -> int:
    return _id(await ask(create, Create(**{"name": "Big deal", **fields}), role))


async def _changed(ask: Ask, id: int, **changes: Any) -> models.Opportunity:
    await ask(update, Update(id, changes))
    return await ask.row(models.Opportunity, id)


async def test_a_name_is_enough(ask: Ask, organisation: Organisation) -> None:
    row = await ask.row(models.Opportunity, await _new(ask, name="  Big deal "))
    admin = organisation.admin.user_id
    assert (row.name, row.currency, row.grand_total) == ("Big deal", "USD", 0)
    assert (row.owner_id, row.created_by_id, row.version) == (admin, admin, 1)
    assert row.step_id == organisation.steps["Proposed"]
    assert (row.probability, row.probability_is_manual) == (10, False)


async def test_every_field_is_kept(ask: Ask, organisation: Organisation) -> None:
    o = organisation
    id = await _new(
        ask,
        region_id="DR",
        account_id=o.account_id,
        pipeline_id=o.pipeline_id,
        entry_step_id=o.steps["Proposed"],
        contact_ids=[Part(o.contact_id, " Buyer ")],
        owner_id=o.manager.user_id,
        assigned_to_ids=[o.member.user_id, o.member.user_id],
        team_ids=[o.team_id],
        tags=[o.tag_id],
        amount=Decimal("1234.50"),
        probability=33,
        expected_close_date=date(2027, 1, 31),
        lead_source="Web",
        description="All of it",
        next_step="Call",
        forecast_category="Commit",
        external_id="crm-1",
    )
    row = await ask.row(models.Opportunity, id)
    assert (row.region_code, row.account_id, row.currency) == ("DR", o.account_id, "GBP")
    assert (row.amount, row.net_total, row.grand_total) == (12_345_000,) * 3
    assert (row.probability, row.probability_is_manual) == (33, True)
    assert (row.contact_id, row.owner_id) == (o.contact_id, o.manager.user_id)
    assert (row.external_id, row.expected_close_date) == ("crm-1", date(2027, 1, 31))
    links = await ask.rows(models.OpportunityContact)
    assert [(link.contact_id, link.role) for link in links] == [(o.contact_id, "Buyer")]
    assert [link.user_id for link in await ask.rows(models.OpportunityAssignee)] == [
        o.member.user_id
    ]
    assert len(await ask.rows(models.OpportunityTeam)) == 1
    assert len(await ask.rows(models.OpportunityTag)) == 1


async def test_a_creation_leaves_a_stay_an_audit_and_an_event(ask: Ask) -> None:
    id = await _new(ask, amount=Decimal(5))
    row = await ask.row(models.Opportunity, id)
    stay = (await ask.rows(models.StepStay))[-1]
    assert (stay.opportunity_id, stay.cause, stay.left_at) == (id, "ENTRY", None)
    assert (stay.value, stay.currency, stay.entered_at) == (50_000, "USD", row.step_entered_at)
    audit = (await ask.rows(models.Audit))[-1]
    assert (audit.aggregate, audit.aggregate_id, audit.before) == ("Opportunity", str(id), None)
    assert audit.after is not None
    assert audit.after["name"] == "Big deal"
    event = (await ask.rows(models.Outbox))[-1]
    assert (event.type, event.sequence, event.position) == ("opportunity.created", 1, None)


@pytest.mark.parametrize(
    ("given", "currency"),
    [
        ({}, "USD"),
        ({"region_id": "DR"}, "GBP"),
        ({"region_id": "DR", "financial_unit_id": "EUR"}, "EUR"),
    ],
)
async def test_the_currency_is_given_else_the_regions_else_the_organisations(
    ask: Ask, given: dict[str, Any], currency: str
) -> None:
    row = await ask.row(models.Opportunity, await _new(ask, **given))
    assert row.currency == currency


async def test_the_first_contact_is_the_primary_one_unless_another_says_so(
    ask: Ask, organisation: Organisation
) -> None:
    first = organisation.contact_id
    async with ask.database.writing(organisation.org_id) as unit:
        contact = models.Contact(
            org_id=unit.org_id, first_name="Bo", last_name="Bee", name="Bo Bee", version=1
        )
        unit.session.add(contact)
        await unit.session.flush()
        second = contact.id
    id = await _new(ask, contact_ids=[Part(first), Part(second)])
    assert (await ask.row(models.Opportunity, id)).contact_id == first
    row = await _changed(ask, id, contact_ids=[Part(first), Part(second, primary=True)])
    assert row.contact_id == second
    row = await _changed(ask, id, contact_ids=None)
    assert row.contact_id is None
    assert await ask.rows(models.OpportunityContact) == []


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"name": None}, Code.VALUE_REQUIRED, ("name",)),
        ({"name": " "}, Code.VALUE_REQUIRED, ("name",)),
        ({"name": "a\0b"}, Code.VALUE_INVALID, ("name",)),
        ({"name": "\udc00"}, Code.VALUE_INVALID, ("name",)),
        ({"name": "x" * 256}, Code.VALUE_INVALID, ("name",)),
        ({"description": "x" * 10_001}, Code.VALUE_INVALID, ("description",)),
        ({"amount": Decimal("NaN")}, Code.VALUE_INVALID, ("amount",)),
        ({"amount": Decimal("1.005")}, Code.VALUE_INVALID, ("amount",)),
        ({"amount": Decimal("-1")}, Code.VALUE_INVALID, ("amount",)),
        ({"amount": Decimal("1e30")}, Code.VALUE_INVALID, ("amount",)),
        ({"amount": Decimal("1.5"), "financial_unit_id": "JPY"}, Code.VALUE_INVALID, ("amount",)),
        ({"financial_unit_id": "XYZ"}, Code.VALUE_INVALID, ("financial_unit_id",)),
        ({"financial_unit_id": "U\0D"}, Code.VALUE_INVALID, ("financial_unit_id",)),
        ({"probability": 101}, Code.VALUE_INVALID, ("probability",)),
        ({"probability": -1}, Code.VALUE_INVALID, ("probability",)),
        ({"expected_close_date": date(1, 1, 1)}, Code.VALUE_INVALID, ("expected_close_date",)),
        ({"region_id": "XX"}, Code.NOT_FOUND, ("region_id",)),
        ({"region_id": "CA"}, Code.NOT_FOUND, ("region_id",)),
        ({"account_id": NOWHERE}, Code.NOT_FOUND, ("account_id",)),
        ({"account_id": 500_001}, Code.NOT_FOUND, ("account_id",)),
        ({"account_id": HUGE}, Code.NOT_FOUND, ("account_id",)),
        ({"owner_id": NOWHERE}, Code.NOT_FOUND, ("owner_id",)),
        ({"assigned_to_ids": [1, NOWHERE]}, Code.NOT_FOUND, ("assigned_to_ids", 1)),
        ({"team_ids": [NOWHERE]}, Code.NOT_FOUND, ("team_ids", 0)),
        ({"tags": [NOWHERE]}, Code.NOT_FOUND, ("tags", 0)),
        ({"tags": list(range(1, 502))}, Code.VALUE_INVALID, ("tags",)),
        ({"contact_ids": [Part(HUGE)]}, Code.NOT_FOUND, ("contact_ids", 0, "contact_id")),
        ({"contact_ids": [Part(1, "\0")]}, Code.VALUE_INVALID, ("contact_ids", 0, "role")),
        ({"contact_ids": [Part(1), Part(1)]}, Code.VALUE_INVALID, ("contact_ids",)),
        ({"entry_step_id": NOWHERE}, Code.NOT_FOUND, ("entry_step_id",)),
        ({"entry_step_id": HUGE}, Code.NOT_FOUND, ("entry_step_id",)),
        ({"entry_step_id": 500_003}, Code.NOT_FOUND, ("entry_step_id",)),
        ({"entry_step_id": 4}, Code.NOT_AN_ENTRY_STEP, ("entry_step_id",)),
        ({"pipeline_id": NOWHERE}, Code.NOT_FOUND, ("pipeline_id",)),
        ({"pipeline_id": HUGE}, Code.NOT_FOUND, ("pipeline_id",)),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(
    ask: Ask, fields: dict[str, Any], code: Code, path: Path
) -> None:
    assert await ask.refused(create, Create(**{"name": "Big deal", **fields})) == [(code, path)]


async def test_all_that_is_wrong_is_told_together(ask: Ask) -> None:
    command = Create(
        name="", account_id=NOWHERE, amount=Decimal("0.001"), entry_step_id=4, probability=101
    )
    assert [path for _, path in await ask.refused(create, command)] == [
        ("name",),
        ("account_id",),
        ("entry_step_id",),
        ("amount",),
    ]


async def test_an_external_id_is_used_once(ask: Ask) -> None:
    await _new(ask, external_id="crm-1")
    other = await _new(ask)
    taken = [(Code.VALUE_INVALID, ("external_id",))]
    assert await ask.refused(create, Create("Another", external_id="crm-1")) == taken
    assert await ask.refused(update, Update(other, {"external_id": "crm-1"})) == taken


async def _leaves(ask: Ask, user_id: int) -> None:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        user = await unit.session.get_one(models.User, (unit.org_id, user_id))
        user.is_active = False


async def test_who_has_left_gets_nothing_new_and_keeps_what_is_theirs(
    ask: Ask, organisation: Organisation
) -> None:
    gone, here = organisation.member.user_id, organisation.manager.user_id
    id = await _new(ask, owner_id=gone, assigned_to_ids=[gone])
    await _leaves(ask, gone)
    owner = (Code.ITEM_NOT_AVAILABLE, ("owner_id",))
    assignee = (Code.ITEM_NOT_AVAILABLE, ("assigned_to_ids", 1))
    wish = Create("Deal", owner_id=gone, assigned_to_ids=[here, gone])
    assert await ask.refused(create, wish) == [owner, assignee]
    (why,) = await ask.why(create, Create("Deal", owner_id=gone))
    assert why.facts == {"item": "Mia Member", "state": "inactive"}
    kept = {"name": "Other", "owner_id": gone, "assigned_to_ids": [here, gone]}
    assert (await _changed(ask, id, **kept)).owner_id == gone
    await _changed(ask, id, owner_id=here, assigned_to_ids=[here])
    assert await ask.refused(update, Update(id, kept)) == [owner, assignee]


async def test_an_update_touches_what_it_names_and_null_clears(ask: Ask) -> None:
    id = await _new(ask, lead_source="Web", description="All", amount=Decimal(5))
    row = await _changed(ask, id, name="Bigger", lead_source=None)
    assert (row.name, row.lead_source, row.description) == ("Bigger", None, "All")
    assert (row.version, row.amount) == (2, 50_000)
    row = await _changed(ask, id, amount=None, owner_id=None)
    assert (row.amount, row.grand_total, row.owner_id, row.version) == (None, 0, None, 3)


async def test_an_update_is_audited_by_what_differs(ask: Ask, organisation: Organisation) -> None:
    id = await _new(ask)
    await _changed(ask, id, name="Bigger", tags=[organisation.tag_id])
    audit = (await ask.rows(models.Audit))[-1]
    assert audit.before == {"name": "Big deal", "tags": []}
    assert audit.after == {"name": "Bigger", "tags": [organisation.tag_id], "version": 2}
    event = (await ask.rows(models.Outbox))[-1]
    assert (event.type, event.sequence) == ("opportunity.updated", 2)
    assert event.payload["fields"] == ["name", "tags"]


async def test_an_update_of_nothing_is_no_change(ask: Ask) -> None:
    id = await _new(ask, name="Same")
    before = await ask.everything()
    await ask(update, Update(id, {"name": " Same ", "tags": []}))
    assert await ask.everything() == before


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"name": None}, Code.VALUE_REQUIRED, ("name",)),
        ({"entry_step_id": 3}, Code.VALUE_INVALID, ("entry_step_id",)),
        ({"pipeline_id": 1}, Code.VALUE_INVALID, ("pipeline_id",)),
        ({"financial_unit_id": "JPY"}, Code.VALUE_INVALID, ("amount",)),
        ({"account_id": 500_001}, Code.NOT_FOUND, ("account_id",)),
    ],
)
async def test_an_update_is_refused_as_a_creation_is(
    ask: Ask, changes: dict[str, Any], code: Code, path: Path
) -> None:
    id = await _new(ask, amount=Decimal("1.50"))
    assert await ask.refused(update, Update(id, changes)) == [(code, path)]


async def test_the_currency_stays_while_interests_have_their_amounts_in_it(
    ask: Ask, organisation: Organisation
) -> None:
    id = await _new(ask)
    async with ask.database.writing(organisation.org_id) as unit:
        row = await unit.session.get_one(models.Opportunity, (unit.org_id, id))
        row.amount_source, row.net_total, row.grand_total = "INTERESTS", 70_000, 70_000
    why = await ask.refused(update, Update(id, {"financial_unit_id": "EUR"}))
    assert why == [(Code.VALUE_INVALID, ("financial_unit_id",))]
    changed = await _changed(ask, id, amount=Decimal(9), financial_unit_id="USD")
    assert (changed.amount, changed.grand_total) == (90_000, 70_000)


async def test_a_probability_set_by_hand_can_be_given_back_to_the_step(ask: Ask) -> None:
    id = await _new(ask)
    row = await _changed(ask, id, probability=77)
    assert (row.probability, row.probability_is_manual) == (77, True)
    row = await _changed(ask, id, probability=None)
    assert (row.probability, row.probability_is_manual) == (10, False)


async def test_an_old_version_is_a_conflict_that_says_what_changed_and_by_whom(ask: Ask) -> None:
    id = await _new(ask)
    await ask(update, Update(id, {"name": "Bigger"}), Role.MANAGER)
    await ask(update, Update(id, {"amount": Decimal(1)}), Role.MANAGER)
    (why,) = await ask.why(update, Update(id, {"name": "Mine"}, expected_version=1))
    assert (why.code, why.path, why.retryable) == (
        Code.VERSION_CONFLICT,
        ("expected_version",),
        False,
    )
    assert why.facts == {
        "expected": 1,
        "actual": 3,
        "who": "Max Manager",
        "fields": "amount, name, value",
    }
    assert _id(await ask(update, Update(id, {"name": "Mine"}, expected_version=3))) == id


async def test_a_deleted_opportunity_is_gone_until_it_is_restored(ask: Ask) -> None:
    id = await _new(ask)
    await ask(delete, Delete(id))
    gone = [(Code.NOT_FOUND, ("opportunity_id",))]
    assert await ask.refused(update, Update(id, {"name": "Ghost"})) == gone
    assert await ask.refused(delete, Delete(id)) == gone
    await ask(restore, Restore(id))
    row = await _changed(ask, id, name="Back")
    assert (row.deleted_at, row.deleted_by_id, row.version) == (None, None, 4)
    await ask(restore, Restore(id))
    assert (await ask.row(models.Opportunity, id)).version == 4
    types = [event.type for event in await ask.rows(models.Outbox)][-3:]
    assert types == ["opportunity.deleted", "opportunity.restored", "opportunity.updated"]


async def test_admins_and_creators_delete_and_nobody_else(ask: Ask) -> None:
    of_admin = await _new(ask)
    no = [(Code.NOT_PERMITTED, ("opportunity_id",))]
    assert await ask.refused(delete, Delete(of_admin), Role.MANAGER) == no
    of_member = await _new(ask, Role.MEMBER)
    await ask(delete, Delete(of_member), Role.MEMBER)
    assert await ask.refused(restore, Restore(of_member), Role.MANAGER) == no
    await ask(restore, Restore(of_member), Role.MEMBER)
    await ask(delete, Delete(of_member), Role.ADMIN)


async def test_a_member_changes_what_is_theirs_and_finds_nothing_else(
    ask: Ask, organisation: Organisation
) -> None:
    o = organisation
    hidden = await _new(ask)
    (why,) = await ask.why(update, Update(hidden, {"name": "Mine"}), Role.MEMBER)
    assert (why.code, why.facts["id"]) == (Code.NOT_FOUND, Ref("Opportunity", hidden))
    for share in (
        {"owner_id": o.member.user_id},
        {"assigned_to_ids": [o.member.user_id]},
        {"team_ids": [o.team_id]},
    ):
        shared = await _new(ask, **share)
        await ask(update, Update(shared, {"next_step": "Call"}), Role.MEMBER)
    given_away = await _new(ask, Role.MEMBER, owner_id=o.manager.user_id)
    await ask(update, Update(given_away, {"next_step": "Call"}), Role.MEMBER)


async def test_a_reader_changes_nothing(ask: Ask) -> None:
    id = await _new(ask)
    no = [(Code.NOT_PERMITTED, ())]
    assert await ask.refused(create, Create("Mine"), Role.READ_ONLY) == no
    assert await ask.refused(update, Update(id, {"name": "Mine"}), Role.READ_ONLY) == no
    assert await ask.refused(delete, Delete(id), Role.READ_ONLY) == no
    assert await ask.refused(restore, Restore(id), Role.READ_ONLY) == no


@pytest.mark.parametrize("id", [NOWHERE, HUGE, 0, -1])
async def test_an_id_that_names_nothing_is_not_found(ask: Ask, id: int) -> None:
    gone = [(Code.NOT_FOUND, ("opportunity_id",))]
    assert await ask.refused(update, Update(id, {"name": "Mine"})) == gone
    assert await ask.refused(delete, Delete(id)) == gone
    assert await ask.refused(restore, Restore(id)) == gone
