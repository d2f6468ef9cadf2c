"""The worker in this process: who is attended to, when, and what it survives."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import func, select, update

from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.jobs import Look
from pipeline_gql.worker.jobs import Job
from tests.api.asking import Ask, gid
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.worker.events import feed, write_event
from tests.worker.working import JOBS, until, working


@dataclass
class Tally:
    """A job that counts its runs in each organisation; it breaks in those of `broken`."""

    broken: set[UUID] = field(default_factory=set[UUID])
    runs: list[UUID] = field(default_factory=list[UUID])

    async def run(self, unit: Unit, job: models.Job) -> bool:
        self.runs.append(unit.org_id)
        await asyncio.sleep(0.05)
        if unit.org_id in self.broken:
            raise RuntimeError("is broken")
        return False


def _always(look: Look, last: models.Job | None) -> datetime:
    return look.now


async def job_of(database: Database, organisation: Organisation, name: str) -> models.Job | None:
    async with database.writing(organisation.org_id, tells=False) as unit:
        return await unit.session.get(models.Job, (organisation.org_id, name))


async def test_the_feed_is_kept_in_the_background(
    database: Database, organisation: Organisation, second_organisation: Organisation
) -> None:
    """At once where this process wrote: the next sweep is an hour away."""
    async with working(database, sweep=3600):
        await asyncio.sleep(0.2)
        await write_event(database, organisation, 1, 1)
        await write_event(database, second_organisation, 1, 1)

        async def stamped() -> bool:
            feeds = [await feed(database, o) for o in (organisation, second_organisation)]
            return feeds == [[("1", 1, 1)], [("1", 1, 1)]]

        await until(stamped)


async def test_what_another_process_wrote_is_found_by_the_sweep(
    database: Database, organisation: Organisation
) -> None:
    await write_event(database, organisation, 1, 1)
    database.take_written()
    async with working(database):

        async def stamped() -> bool:
            return await feed(database, organisation) == [("1", 1, 1)]

        await until(stamped)


async def test_the_worker_outlives_a_database_that_refuses_it_for_a_while(
    database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    administrator = await asyncpg.connect(urls.admin)
    await administrator.execute("REVOKE SELECT ON organisation_id FROM pipeline_app")
    async with working(database, sweep=0.2):
        await asyncio.sleep(0.1)
        await administrator.execute("GRANT SELECT ON organisation_id TO pipeline_app")
        await administrator.close()
        await write_event(database, organisation, 1, 1)
        database.take_written()

        async def stamped() -> bool:
            return await feed(database, organisation) == [("1", 1, 1)]

        await until(stamped)


async def test_one_organisations_trouble_does_not_stop_another(
    database: Database, organisation: Organisation, second_organisation: Organisation
) -> None:
    tally = Tally(broken={organisation.org_id})
    async with working(database, [Job("tally", _always, tally.run)]):

        async def went_on() -> bool:
            return tally.runs.count(second_organisation.org_id) >= 3

        await until(went_on)
    failed = await job_of(database, organisation, "tally")
    assert failed is not None
    assert failed.trouble == "RuntimeError: is broken"
    # Held back, so that it does not fail as fast as it can.
    assert failed.failures == tally.runs.count(organisation.org_id) <= 2


async def test_a_job_that_failed_runs_again_and_its_trouble_is_forgotten(
    database: Database, organisation: Organisation
) -> None:
    tally = Tally(broken={organisation.org_id})
    job = Job("tally", _always, tally.run)

    async def failed() -> bool:
        found = await job_of(database, organisation, "tally")
        return found is not None and found.failures > 0

    async with working(database, [job]):
        await until(failed)
    tally.broken.clear()
    async with database.writing(organisation.org_id, tells=False) as unit:
        await unit.session.execute(
            update(models.Job)
            .where(models.Job.org_id == unit.org_id)
            .values(due_at=unit.now - timedelta(seconds=1))
        )
    async with working(database, [job]):

        async def healed() -> bool:
            return not await failed()

        await until(healed)


async def test_several_workers_do_nothing_twice(
    within_a_day: None,
    database: Database,
    organisation: Organisation,
    second_organisation: Organisation,
) -> None:
    """A job of once a day, tried by all of them at the same moment."""
    daily = next(job for job in JOBS if job.name == "purge")
    tally = Tally()
    async with working(database, [Job("daily", daily.due, tally.run)], many=4):

        async def all_ran() -> bool:
            return len(set(tally.runs)) == 2

        await until(all_ran)
        await asyncio.sleep(0.3)
    assert sorted(tally.runs) == sorted([organisation.org_id, second_organisation.org_id])


async def test_a_day_turns_in_the_organisations_time_zone(
    database: Database, organisation: Organisation, second_organisation: Organisation
) -> None:
    """Kiritimati is a day ahead of Niue at any time of the day."""
    organisations = [organisation, second_organisation]
    for each, zone in zip(organisations, ["Pacific/Kiritimati", "Pacific/Niue"], strict=True):
        async with database.writing(each.org_id, tells=False) as unit:
            await unit.session.execute(
                update(models.Organisation)
                .where(models.Organisation.org_id == unit.org_id)
                .values(time_zone=zone)
            )
    daily = next(job for job in JOBS if job.name == "purge")

    async def days() -> list[date]:
        found = [await job_of(database, each, "purge") for each in organisations]
        return [job.day for job in found if job and job.day]

    async def both_ran() -> bool:
        return len(await days()) == 2

    async with working(database, [daily]):
        await until(both_ran)
    ahead, behind = await days()
    assert ahead > behind


async def test_holds_that_have_expired_are_let_go(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    event, hold, opportunity = models.Event, models.SeatHold, models.Opportunity
    await ask.interest(await ask.opportunity(), gid("Event", 1), quantity=2, reserve=True)
    async with database.writing(organisation.org_id, tells=False) as unit:
        await unit.session.execute(
            update(opportunity)
            .where(opportunity.org_id == unit.org_id)
            .values(reservations_valid_until=unit.now - timedelta(seconds=1))
        )

    async def held() -> tuple[str | None, int | None]:
        async with database.writing(organisation.org_id, tells=False) as unit:
            states = select(func.string_agg(hold.state, ",")).where(hold.org_id == unit.org_id)
            places = select(event.reserved).where(event.org_id == unit.org_id, event.id == 1)
            return await unit.session.scalar(states), await unit.session.scalar(places)

    async def let_go() -> bool:
        return await held() == ("EXPIRED", 0)

    assert await held() == ("HELD", 2)
    async with working(database):
        await until(let_go)
