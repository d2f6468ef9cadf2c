"""Where nothing happens a worker looks ever more rarely; nothing that is due waits for it."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from pipeline_gql.metrics import Work
from pipeline_gql.store import models, seeding
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files
from pipeline_gql.worker import Worker
from pipeline_gql.worker.jobs import filing, jobs
from pipeline_gql.worker.rests import LONGEST, Rests
from tests.api.asking import Ask, gid
from tests.organisations import Organisation
from tests.worker.events import feed, write_event

MANY = 20
pytestmark = pytest.mark.usefixtures("within_a_day")
A, B = UUID(int=1), UUID(int=2)
EVERYTHING = (*jobs(by_mail=False), *filing(Files("file:///nowhere", 0)))
SWEEP = 5.0


class Sweeping(Worker):
    """A worker whose sweeps are made one by one, a sweep's time apart, and whose clock is ours."""

    def __init__(self, database: Database, **given: Any) -> None:
        self.now = 0.0
        super().__init__(
            database, Work(), sweep=SWEEP, jobs=EVERYTHING, clock=lambda: self.now, **given
        )

    async def sweep(self, times: int = 1) -> None:
        for _ in range(times):
            self.now += SWEEP
            while chosen := await self._next():
                await self._round(chosen)


@pytest.fixture
async def many(database: Database) -> list[UUID]:
    """Organisations in which nothing has happened, beside the two that everybody has."""
    made = [UUID(int=1_000 + number) for number in range(MANY)]
    for org_id in made:
        async with database.writing(org_id, tells=False) as unit:
            await seeding.insert_organisation(unit, name=f"Idle {org_id}")
    return made


@contextmanager
def statements(database: Database) -> Generator[list[str]]:
    asked: list[str] = []

    def note(*of: Any) -> None:
        asked.append(of[2])

    engine = vars(database)["_engine"].sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


async def test_a_sweep_over_idle_organisations_costs_next_to_nothing(
    database: Database, many: list[UUID]
) -> None:
    """In a minute's sweeps the list each time, and one statement for each organisation."""
    worker = Sweeping(database)
    await worker.sweep(2 * LONGEST)
    with statements(database) as asked:
        await worker.sweep(LONGEST)
    assert len(asked) == LONGEST + len(many) + 2


async def test_who_does_not_trust_others_looks_at_everybody_each_time(
    database: Database, many: list[UUID]
) -> None:
    worker = Sweeping(database, trusting=False)
    await worker.sweep(2)
    with statements(database) as asked:
        await worker.sweep()
    assert len(asked) == 1 + len(many) + 2


async def test_what_this_process_writes_ends_a_rest(
    database: Database, organisation: Organisation
) -> None:
    worker = Sweeping(database)
    await worker.sweep(2 * LONGEST)
    await write_event(database, organisation, 1, 1)
    await worker.sweep()
    assert await feed(database, organisation) == [("1", 1, 1)]


async def test_what_a_process_without_a_worker_writes_is_found_before_long(
    database: Database, organisation: Organisation
) -> None:
    worker = Sweeping(database)
    await worker.sweep(2 * LONGEST)
    await write_event(database, organisation, 1, 1)
    database.take_written()
    await worker.sweep(LONGEST)
    assert await feed(database, organisation) == [("1", 1, 1)]


async def test_places_that_are_held_are_looked_after_each_minute(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    """The moment is the database's: it moves while the worker rests."""
    await ask.interest(await ask.opportunity(), gid("Event", 1), quantity=2, reserve=True)
    worker = Sweeping(database)
    await worker.sweep(2)
    async with database.writing(organisation.org_id, tells=False) as unit:
        (job,) = await unit.session.scalars(
            select(models.Job).where(models.Job.org_id == unit.org_id, models.Job.name == "expire")
        )
        assert job.due_at is not None
        assert timedelta(0) < job.due_at - unit.now <= timedelta(minutes=1)


async def test_nothing_is_expired_where_nothing_is_held(
    database: Database, organisation: Organisation
) -> None:
    await Sweeping(database).sweep(2)
    async with database.writing(organisation.org_id, tells=False) as unit:
        ran = set(await unit.session.scalars(select(models.Job.name)))
    assert ran == {"stalled", "purge", "sweep"}


@given(
    st.lists(st.tuples(st.floats(0, 500), st.none() | st.floats(0, 500)), min_size=1),
)
def test_no_rest_is_longer_than_what_is_due_or_than_the_bound(
    story: list[tuple[float, float | None]],
) -> None:
    rests, now = Rests(SWEEP, trusting=True), 0.0
    for passed, due_in in story:
        now += passed
        rests.begin(A, now, due_in)
        longest = LONGEST * SWEEP if due_in is None else min(LONGEST * SWEEP, due_in)
        assert rests.over([A, B], now + longest) == [A, B]
        rests.wake(A)
        assert rests.over([A], now) == [A]
        rests.begin(A, now, due_in)


def test_rests_grow_while_nothing_happens_and_begin_anew_after_that() -> None:
    rests, now, looked = Rests(SWEEP, trusting=True), 0.0, list[float]()
    while now < 300:
        if rests.over([A], now):
            looked.append(now)
            rests.begin(A, now, None)
        now += SWEEP
    assert looked == [0, 5, 15, 35, 75, 135, 195, 255]
    rests.wake(A)
    rests.begin(A, now, None)
    assert rests.over([A], now + SWEEP) == [A]
    assert not rests.over([A], now + SWEEP - 1)
