"""The jobs: when each is due, and what it does in a transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from pipeline_gql.operations import migrating, notifying
from pipeline_gql.store import collecting, events, leftovers, models, outbox
from pipeline_gql.store.database import Unit
from pipeline_gql.store.files import Files
from pipeline_gql.store.jobs import NOTIFY, Look

Due = Callable[[Look, models.Job | None], bool]
Run = Callable[[Unit, models.Job], Awaitable[bool]]
"""Does a batch; whether there may be more. The job's row is locked."""


@dataclass(frozen=True, slots=True)
class Job:
    """`every` is how long it rests after it has run to its end; None where `due` needs no clock."""

    name: str
    due: Due
    run: Run
    every: timedelta | None = None

    def is_due(self, look: Look, last: models.Job | None) -> bool:
        """`last` is what is remembered of it. One that failed is held back for a while."""
        if last is not None and last.failures and last.due_at and last.due_at > look.now:
            return False
        return self.due(look, last)


def _unstamped(look: Look, last: models.Job | None) -> bool:
    return look.unstamped


def _rested(look: Look, last: models.Job | None) -> bool:
    return last is None or last.due_at is None or last.due_at <= look.now


def _new_day(look: Look, last: models.Job | None) -> bool:
    """Once on each day of the organisation's."""
    return last is None or last.day is None or last.day < look.today


async def _stamp(unit: Unit, job: models.Job) -> bool:
    return await outbox.stamp(unit) == outbox.BATCH


def _migrating(look: Look, last: models.Job | None) -> bool:
    return look.migrating


async def _migrate(unit: Unit, job: models.Job) -> bool:
    return await migrating.go_on_with_any(unit)


async def _expire(unit: Unit, job: models.Job) -> bool:
    return await events.expire_due(unit)


def _untold(look: Look, last: models.Job | None) -> bool:
    return look.untold


async def _purge(unit: Unit, job: models.Job) -> bool:
    return await leftovers.purge(unit)


def filing(files: Files) -> tuple[Job, ...]:
    """What is to be done about files that are kept."""

    async def collect(unit: Unit, job: models.Job) -> bool:
        return await collecting.collect(unit, files)

    async def sweep(unit: Unit, job: models.Job) -> bool:
        await collecting.sweep(unit, files)
        return False

    return (
        Job("collect", _rested, collect, timedelta(minutes=10)),
        Job("sweep", _new_day, sweep),
    )


def _telling(by_mail: bool) -> Run:
    async def run(unit: Unit, job: models.Job) -> bool:
        return await notifying.tell_of_events(unit, job, by_mail=by_mail)

    return run


def _scanning(by_mail: bool) -> Run:
    async def run(unit: Unit, job: models.Job) -> bool:
        return await notifying.tell_of_stalled(unit, by_mail=by_mail)

    return run


def jobs(*, by_mail: bool) -> tuple[Job, ...]:
    """In the order in which they are looked at; `by_mail` says whether there is a mail server."""
    return (
        Job("migrate", _migrating, _migrate),
        Job("stamp", _unstamped, _stamp),
        Job(NOTIFY, _untold, _telling(by_mail)),
        Job("expire", _rested, _expire, timedelta(minutes=1)),
        Job("stalled", _new_day, _scanning(by_mail)),
        Job("purge", _new_day, _purge),
    )
