"""What the worker remembers of its jobs, and what there is to do for an organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Label, Select, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from pipeline_gql.domain.facts import day_of
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.migrations import ACTIVE

NOTIFY = "notify"
"""The job whose cursor says up to where the feed's events were told."""

LONGEST_BACKOFF = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Look:
    """What a glance at an organisation shows. `today` is its day, in its own time zone, and
    `tomorrow` the moment when that ends; `waiting_since` is when the oldest event was written that
    nobody was told of yet; `holding` whether it holds places; `idle_since` since when contents lie
    idle; `mail_due_at` when the first mail is due."""

    now: datetime
    today: date
    tomorrow: datetime
    unstamped: bool
    untold: bool
    waiting_since: datetime | None
    mail_due_at: datetime | None
    migrating: bool
    holding: bool
    idle_since: datetime | None
    jobs: Mapping[str, models.Job]


async def look(unit: Unit) -> Look | None:
    """None if the organisation is not there. One statement, since most have nothing to do."""
    organisation, job = models.Organisation, models.Job
    asked = (
        select(job, organisation.time_zone, *_glances(unit))
        .select_from(organisation)
        .outerjoin(job, job.org_id == unit.org_id)
        .where(organisation.org_id == unit.org_id)
        .execution_options(populate_existing=True)
    )
    rows = (await unit.session.execute(asked)).all()
    if not rows:
        return None
    row = rows[0]
    waiting: list[datetime] = [m for m in (row.unstamped, row.untold) if m is not None]
    today = day_of(unit.now, row.time_zone)
    return Look(
        now=unit.now,
        today=today,
        tomorrow=datetime.combine(today + timedelta(days=1), time(), ZoneInfo(row.time_zone)),
        unstamped=row.unstamped is not None,
        untold=row.untold is not None,
        waiting_since=min(waiting, default=None),
        mail_due_at=row.mail_due_at,
        migrating=row.migrating,
        holding=row.holding,
        idle_since=row.idle_since,
        jobs={known.name: known for known, *_ in rows if known is not None},
    )


def _glances(unit: Unit) -> list[Label[Any]]:
    """Each reads one end of an index."""
    event, mail, migration = models.Outbox, models.Mail, models.PipelineMigration
    hold, file = models.SeatHold, models.StoredFile
    told = select(models.Job.cursor).where(
        models.Job.org_id == unit.org_id, models.Job.name == NOTIFY
    )
    cursor = func.coalesce(told.scalar_subquery(), 0)
    untold = select(event.created_at).where(event.org_id == unit.org_id, event.position > cursor)
    moments: dict[str, Select[Any]] = {
        "unstamped": select(func.min(event.created_at)).where(
            event.org_id == unit.org_id, event.position.is_(None)
        ),
        "untold": untold.order_by(event.position).limit(1),
        "mail_due_at": select(func.min(mail.due_at)).where(
            mail.org_id == unit.org_id, mail.state == "WAITING"
        ),
        "idle_since": select(func.min(file.idle_since)).where(file.org_id == unit.org_id),
    }
    active = exists().where(migration.org_id == unit.org_id, migration.state.in_(ACTIVE))
    holding = exists().where(hold.org_id == unit.org_id, hold.state == "HELD")
    return [
        *(moment.scalar_subquery().label(name) for name, moment in moments.items()),
        active.label("migrating"),
        holding.label("holding"),
    ]


async def claimed(unit: Unit, name: str) -> models.Job | None:
    """The job, held until the transaction ends; None while somebody else does it."""
    question = _jobs(unit).where(models.Job.name == name).with_for_update(skip_locked=True)
    job = await unit.session.scalar(question)
    if job is not None:
        return job
    new = insert(models.Job).values(org_id=unit.org_id, name=name)
    await unit.session.execute(new.on_conflict_do_nothing(index_elements=["org_id", "name"]))
    return await unit.session.scalar(question)


def done(unit: Unit, job: models.Job, today: date, every: timedelta | None) -> None:
    """A claimed job has run to its end."""
    job.ran_at, job.day, job.failures, job.trouble = unit.now, today, 0, None
    job.due_at = unit.now + every if every else None


async def failed(unit: Unit, name: str, trouble: str) -> int:
    """Holds the job back for a while, the longer the oftener it failed; how often in a row."""
    job = await claimed(unit, name)
    if job is None:
        return 0
    job.failures += 1
    job.trouble = trouble
    pause = timedelta(seconds=2 ** min(job.failures, 10))
    job.due_at = unit.now + min(pause, LONGEST_BACKOFF)
    return job.failures


def _jobs(unit: Unit) -> Select[models.Job]:
    return (
        select(models.Job)
        .where(models.Job.org_id == unit.org_id)
        .execution_options(populate_existing=True)
    )
