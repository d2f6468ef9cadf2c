"""What the worker remembers of its jobs, and what there is to do for an organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, exists, func, select
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
    """What a glance at an organisation shows. `today` is its day, in its own time zone;
    `waiting_since` is when the oldest event was written that nobody was told of yet."""

    now: datetime
    today: date
    unstamped: bool
    untold: bool
    waiting_since: datetime | None
    mail_is_due: bool
    migrating: bool
    jobs: Mapping[str, models.Job]


async def look(unit: Unit) -> Look | None:
    """None if the organisation is not there."""
    event, mail = models.Outbox, models.Mail
    jobs = {job.name: job for job in await unit.session.scalars(_jobs(unit))}
    cursor = jobs[NOTIFY].cursor if NOTIFY in jobs else 0
    unstamped = select(func.min(event.created_at)).where(
        event.org_id == unit.org_id, event.position.is_(None)
    )
    untold = select(event.created_at).where(event.org_id == unit.org_id, event.position > cursor)
    due = (mail.org_id == unit.org_id, mail.state == "WAITING", mail.due_at <= unit.now)
    organisation, migration = models.Organisation, models.PipelineMigration
    active = (migration.org_id == unit.org_id, migration.state.in_(ACTIVE))
    found = await unit.session.execute(
        select(
            organisation.time_zone,
            unstamped.scalar_subquery().label("unstamped"),
            untold.order_by(event.position).limit(1).scalar_subquery().label("untold"),
            exists().where(*due).label("mail_is_due"),
            exists().where(*active).label("migrating"),
        ).where(organisation.org_id == unit.org_id)
    )
    row = found.one_or_none()
    if row is None:
        return None
    waiting: list[datetime] = [m for m in (row.unstamped, row.untold) if m is not None]
    return Look(
        unit.now,
        day_of(unit.now, row.time_zone),
        row.unstamped is not None,
        row.untold is not None,
        min(waiting, default=None),
        row.mail_is_due,
        row.migrating,
        jobs,
    )


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
