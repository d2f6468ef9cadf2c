"""Actions that set, give, make and open something: each once, each in the move's transaction."""

from datetime import date, timedelta
from typing import Any

import pytest

from pipeline_gql.domain.errors import (
    ItemNotAvailable,
    NotAnEntryStep,
    NotFound,
    Ref,
    Refusal,
    ValueRequired,
)
from pipeline_gql.domain.interests import Learner
from pipeline_gql.domain.opportunities import Part
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations import accounts, contacts, opportunities, tasks, users
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.hanging import Named
from pipeline_gql.operations.opportunities import progress
from pipeline_gql.store import models
from tests.operations.asking import Ask
from tests.operations.winning import Road, outcomes, road

COURSE = Ref("CourseTemplate", 11)


async def touch(way: Road, deal: int, role: Role = Role.ADMIN) -> Done:
    return await way.ask(progress, way.along(deal, "touch"), role)


async def cause(way: Road, deal: int) -> Refusal:
    """The reason of the one action that fails."""
    (why,) = await way.ask.why(progress, way.along(deal, "touch"))
    found = why.facts["cause"]
    assert isinstance(found, Refusal)
    return found


def message(done: Done) -> str:
    acted: Any = done.told["actions"]
    return acted[-1]["message"]


async def test_an_account_is_made_once_under_the_name_that_is_said(ask: Ask) -> None:
    way = await road(ask, {"type": "create_account", "name": "Acme"})
    deal, other = await way.start(), await way.start()
    done = await touch(way, deal)
    made = await ask.row(models.Account, done.objects["account"])
    assert (made.name, made.region_code, made.owner_id) == ("Acme", "DR", 1)
    assert (await ask.row(models.Opportunity, deal)).account_id == made.id
    assert outcomes(await touch(way, deal)) == [("CREATE_ACCOUNT", "SKIPPED")]
    assert "account" not in (await touch(way, other)).objects
    assert (await ask.row(models.Opportunity, other)).account_id == made.id


async def test_the_account_of_the_main_contact_is_taken_first(ask: Ask) -> None:
    way = await road(ask, {"type": "create_account"})
    deal = await way.start(contact_ids=[Part(1)])
    done = await touch(way, deal)
    assert message(done) == "Took the account of the main contact."
    assert (await ask.row(models.Opportunity, deal)).account_id == 1


async def test_a_learner_becomes_the_main_contact_and_the_account_theirs(ask: Ask) -> None:
    way = await road(
        ask, {"type": "create_account"}, {"type": "create_contact", "role": "champion"}
    )
    deal = await way.start()
    new = Learner("Nia", "New", "nia@customer.example")
    await ask.add(deal, COURSE, new_learners=(new,))
    done = await touch(way, deal)
    contact = await ask.row(models.Contact, done.objects["contact"])
    row = await ask.row(models.Opportunity, deal)
    assert (contact.name, contact.account_id) == ("Nia New", row.account_id)
    assert row.contact_id == contact.id
    (part,) = await ask.rows(models.OpportunityContact)
    assert (part.contact_id, part.role) == (contact.id, "Champion")
    assert {outcome for _, outcome in outcomes(await touch(way, deal))} == {"SKIPPED"}


async def test_without_a_learner_there_is_nobody_to_make_a_contact_of(ask: Ask) -> None:
    way = await road(ask, {"type": "create_contact"})
    assert isinstance(await cause(way, await way.start()), ValueRequired)


async def test_fields_are_set_once(ask: Ask) -> None:
    way = await road(
        ask,
        {"type": "set_field", "field": "forecastCategory", "value": "Commit"},
        {"type": "set_field", "field": "nextStep"},
        {"type": "set_field", "field": "expectedCloseDate", "in_days": 10},
        {"type": "set_field", "field": "name", "value": "Renamed"},
    )
    deal = await way.start(next_step="Call")
    await touch(way, deal)
    row = await ask.row(models.Opportunity, deal)
    assert (row.forecast_category, row.next_step, row.name) == ("Commit", None, "Renamed")
    # The day of the move, which may have turned since.
    assert row.expected_close_date == row.updated_at.date() + timedelta(days=10)
    assert row.version == 2
    assert {outcome for _, outcome in outcomes(await touch(way, deal))} == {"SKIPPED"}


async def test_a_day_is_set_as_it_is_said(ask: Ask) -> None:
    day = {"type": "set_field", "field": "expectedCloseDate", "value": "2031-02-28"}
    way = await road(ask, day)
    deal = await way.start()
    await touch(way, deal)
    assert (await ask.row(models.Opportunity, deal)).expected_close_date == date(2031, 2, 28)


async def test_the_probability_is_set_before_the_stay_begins(ask: Ask) -> None:
    way = await road(ask, {"type": "set_probability", "probability": 100})
    deal = await way.start()
    await touch(way, deal)
    row = await ask.row(models.Opportunity, deal)
    assert (row.probability, row.probability_is_manual) == (100, True)
    assert (await ask.rows(models.StepStay))[-1].probability == 100


@pytest.mark.parametrize(
    ("said", "owner"),
    [
        ({"to": "MOVER"}, 2),
        ({"to": "CREATOR"}, 1),
        ({"to": "ACCOUNT_OWNER"}, 5),
        ({"user": "MIA@northwind.example"}, 3),
    ],
)
async def test_the_owner_is_who_is_said(ask: Ask, said: dict[str, str], owner: int) -> None:
    await ask(accounts.update, accounts.UpdateAccount(1, {"owner_id": 5}))
    way = await road(ask, {"type": "set_owner", **said})
    deal = await way.start(account_id=1, owner_id=4)
    done = await touch(way, deal, Role.MANAGER)
    assert outcomes(done) == [("SET_OWNER", "DONE")]
    assert (await ask.row(models.Opportunity, deal)).owner_id == owner
    moved = (await ask.rows(models.Outbox))[-1]
    assert moved.payload["assigned"] == [owner]
    assert outcomes(await touch(way, deal, Role.MANAGER)) == [("SET_OWNER", "SKIPPED")]


async def test_who_gives_a_record_away_gets_the_answer_and_its_task_still(ask: Ask) -> None:
    way = await road(
        ask,
        {"type": "set_owner", "user": "ned@northwind.example"},
        {"type": "create_task", "title": "Greet"},
    )
    deal = await ask(
        opportunities.create,
        opportunities.Create("Mine", pipeline_id=way.version.pipeline_id),
        Role.MEMBER,
    )
    key = deal.objects["opportunity"]
    assert isinstance(key, int)
    await ask(opportunities.update, opportunities.Update(key, {"owner_id": 3}))
    done = await touch(way, key, Role.MEMBER)
    task = await ask.row(models.Task, done.objects["task"])
    assert task.assigned_to_id == 5


async def test_an_owner_must_be_there(ask: Ask) -> None:
    way = await road(ask, {"type": "set_owner", "user": "nobody@northwind.example"})
    assert isinstance(await cause(way, await way.start()), NotFound)
    gone = await road(ask, {"type": "set_owner", "user": "ned@northwind.example"}, key="gone")
    await ask(users.deactivate, users.ActivateUser(5))
    assert isinstance(await cause(gone, await gone.start()), ItemNotAvailable)
    nobody = await road(ask, {"type": "set_owner", "to": "ACCOUNT_OWNER"}, key="nobody")
    assert outcomes(await touch(nobody, await nobody.start())) == [("SET_OWNER", "SKIPPED")]


async def test_a_task_is_made_unless_it_is_open_still(ask: Ask) -> None:
    way = await road(
        ask, {"type": "create_task", "title": "Ask", "due_in_days": 3, "priority": "HIGH"}
    )
    deal = await way.start(owner_id=2)
    done = await touch(way, deal)
    task = await ask.row(models.Task, done.objects["task"])
    assert (task.title, task.priority, task.assigned_to_id) == ("Ask", "HIGH", 2)
    assert task.due_on == task.created_at.date() + timedelta(days=3)
    assert outcomes(await touch(way, deal)) == [("CREATE_TASK", "SKIPPED")]
    await ask(tasks.complete, Named(task.id))
    assert outcomes(await touch(way, deal)) == [("CREATE_TASK", "DONE")]


async def test_a_task_for_somebody_who_is_gone_is_nobodys(ask: Ask) -> None:
    way = await road(ask, {"type": "create_task", "title": "Ask"})
    deal = await way.start(owner_id=5)
    await ask(users.deactivate, users.ActivateUser(5))
    done = await touch(way, deal)
    assert (await ask.row(models.Task, done.objects["task"])).assigned_to_id is None


async def test_a_follow_on_carries_customers_and_people_once(ask: Ask) -> None:
    way = await road(ask, {"type": "open_follow_on", "pipeline": "training", "name": "Next"})
    more: Any = await ask(contacts.create, contacts.CreateContact("Con", "Tact"))
    parts = [Part(1, "Champion"), Part(more.objects["contact"], primary=True)]
    deal = await way.start(account_id=1, contact_ids=parts, owner_id=2, team_ids=[1], tags=[1])
    done = await touch(way, deal)
    opened = await ask.row(models.Opportunity, done.objects["follow_on"])
    row = await ask.row(models.Opportunity, deal)
    assert (opened.follows_id, opened.name, opened.pipeline_id) == (deal, "Next", 1)
    for column in ("account_id", "contact_id", "owner_id", "region_code", "currency"):
        assert getattr(opened, column) == getattr(row, column)
    for table in (models.OpportunityContact, models.OpportunityTeam, models.OpportunityTag):
        found = [each.opportunity_id for each in await ask.rows(table)]
        assert found.count(opened.id) == found.count(deal) > 0
    assert outcomes(await touch(way, deal)) == [("OPEN_FOLLOW_ON", "SKIPPED")]
    await ask(opportunities.delete, opportunities.Delete(opened.id))
    assert outcomes(await touch(way, deal)) == [("OPEN_FOLLOW_ON", "SKIPPED")]


async def test_a_follow_on_starts_on_the_step_that_is_said(ask: Ask) -> None:
    way = await road(ask, {"type": "open_follow_on", "pipeline": "acting", "step": "open"})
    done = await touch(way, await way.start())
    opened = await ask.row(models.Opportunity, done.objects["follow_on"])
    assert opened.step_id == way.version.step_ids["open"]


async def test_a_follow_on_needs_a_pipeline_and_an_entry_step(ask: Ask) -> None:
    nowhere = await road(ask, {"type": "open_follow_on", "pipeline": "nowhere"})
    assert isinstance(await cause(nowhere, await nowhere.start()), NotFound)
    late = {"type": "open_follow_on", "pipeline": "training", "step": "won"}
    way = await road(ask, late, key="late")
    assert isinstance(await cause(way, await way.start()), NotAnEntryStep)


async def test_actions_run_in_their_order_and_the_last_failing_undoes_the_first(ask: Ask) -> None:
    way = await road(
        ask,
        {"type": "create_account", "name": "Never"},
        {"type": "create_task", "title": "Never"},
        {"type": "open_follow_on", "pipeline": "nowhere"},
    )
    assert isinstance(await cause(way, await way.start()), NotFound)
