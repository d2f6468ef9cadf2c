"""The jobs: when each is due, and what it does in a transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline_gql.operations import migrating, notifying
from pipeline_gql.store import collecting, events, leftovers, models, outbox
from pipeline_gql.store.database import Unit
from pipeline_gql.store.files import Files
from pipeline_gql.store.jobs import NOTIFY, Look

Due = Callable[[Look, models.Job | None], datetime | None]
"""When it is due, now or earlier if it is; None if not before somebody writes something."""

Run = Callable[[Unit, models.Job], Awaitable[bool]]
"""Does a batch; whether there may be more. The job's row is locked."""


@dataclass(frozen=True, slots=True)
class Job:
    """`every` is how long it rests after it has run to its end; None where `due` needs no clock.
    `last`, everywhere, is what is remembered of it."""

    name: str
    due: Due
    run: Run
    every: timedelta | None = None

    def due_at(self, look: Look, last: models.Job | None) -> datetime | None:
        """One that failed is held back for a while."""
        moment = self.due(look, last)
        if moment is None or last is None or not last.failures or last.due_at is None:
            return moment
        return max(moment, last.due_at)

    def is_due(self, look: Look, last: models.Job | None) -> bool:
        moment = self.due_at(look, last)
        return moment is not None and moment <= look.now


def _unstamped(look: Look, last: models.Job | None) -> datetime | None:
    return look.now if look.unstamped else None


def _rested(look: Look, last: models.Job | None) -> datetime:
    return look.now if last is None or last.due_at is None else last.due_at


def _new_day(look: Look, last: models.Job | None) -> datetime:
    """Once on each day of the organisation's."""
    is_new = last is None or last.day is None or last.day < look.today
    return look.now if is_new else look.tomorrow


async def _stamp(unit: Unit, job: models.Job) -> bool:
    return await outbox.stamp(unit) == outbox.BATCH


def _migrating(look: Look, last: models.Job | None) -> datetime | None:
    return look.now if look.migrating else None


async def _migrate(unit: Unit, job: models.Job) -> bool:
    return await migrating.go_on_with_any(unit)


def _holding(look: Look, last: models.Job | None) -> datetime | None:
    return _rested(look, last) if look.holding else None


async def _expire(unit: Unit, job: models.Job) -> bool:
    return await events.expire_due(unit)


def _untold(look: Look, last: models.Job | None) -> datetime | None:
    return look.now if look.untold else None


async def _purge(unit: Unit, job: models.Job) -> bool:
    return await leftovers.purge(unit)


def _idle(look: Look, last: models.Job | None) -> datetime | None:
    if look.idle_since is None:
        return None
    return max(look.idle_since + collecting.GRACE, _rested(look, last))


def filing(files: Files) -> tuple[Job, ...]:
    """What is to be done about files that are kept."""

    async def collect(unit: Unit, job: models.Job) -> bool:
        return await collecting.collect(unit, files)

    async def sweep(unit: Unit, job: models.Job) -> bool:
        await collecting.sweep(unit, files)
        return False

    return (
        Job("collect", _idle, collect, timedelta(minutes=10)),
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
        Job("expire", _holding, _expire, timedelta(minutes=1)),
        Job("stalled", _new_day, _scanning(by_mail)),
        Job("purge", _new_day, _purge),
    )
