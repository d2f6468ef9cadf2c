"""Rounds: where somebody wrote at once, everywhere else in turn."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

import structlog

from pipeline_gql.config import Settings
from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.metrics import Work
from pipeline_gql.store import jobs
from pipeline_gql.store.constraints import Serialization
from pipeline_gql.store.database import Database
from pipeline_gql.store.directory import organisation_ids
from pipeline_gql.store.files import Files
from pipeline_gql.store.jobs import Look
from pipeline_gql.worker.jobs import Job, filing
from pipeline_gql.worker.jobs import jobs as jobs_of
from pipeline_gql.worker.post import Post, smtp_of
from pipeline_gql.worker.rests import Rests

DEADLINE = 30.0
POST_SECONDS = 4.0
AT_ONCE = 2
"""Organisations that one worker looks after at the same time: each needs a connection."""

MOST_IN_TURN = 50
"""Organisations of a sweep in one round, so that those just written to need not wait for all."""

_log = structlog.get_logger("pipeline_gql.worker")


class Worker:
    """`pause` and `sweep` are seconds: between two rounds, and between two looks at everybody but
    those who rest; nobody does where the worker is not `trusting` that others who write have a
    worker beside them."""

    def __init__(
        self,
        database: Database,
        work: Work,
        *,
        pause: float = 0.5,
        sweep: float = 5.0,
        jobs: Sequence[Job] = (),
        post: Post | None = None,
        trusting: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._work, self._jobs = database, work, jobs
        self._pause, self._sweep = pause, sweep
        self._post = post
        self._clock = clock
        self._stopping = asyncio.Event()
        self._in_turn = deque[UUID]()
        self._swept = float("-inf")
        self._rests = Rests(sweep, trusting=trusting)

    @classmethod
    def of(
        cls, settings: Settings, database: Database, work: Work, *, trusting: bool = True
    ) -> "Worker":
        smtp = smtp_of(settings)
        post = Post(database, work, smtp, settings.base_url) if smtp else None
        files = Files(settings.files, settings.files_quota_bytes)
        jobs = (*jobs_of(by_mail=post is not None), *filing(files))
        sweep = settings.worker_seconds
        return cls(database, work, sweep=sweep, jobs=jobs, post=post, trusting=trusting)

    def stop(self) -> None:
        """`run` ends after the transactions that are open now."""
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop`; survives whatever is wrong with the database for a while."""
        posting = asyncio.create_task(self._post.run(self._stopping)) if self._post else None
        try:
            await self._rounds()
        finally:
            if posting:
                await _ended(posting)

    async def _rounds(self) -> None:
        while not self._stopping.is_set():
            await self._round(await self._next())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._pause)

    async def _next(self) -> set[UUID]:
        chosen = self._database.take_written()
        for org_id in chosen:
            self._rests.wake(org_id)
        if not self._in_turn and self._clock() >= self._swept + self._sweep:
            self._swept = self._clock()
            listed = self._rests.over(await self._listed(), self._swept)
            # Several workers that begin together should not meet everywhere.
            random.shuffle(listed)
            self._in_turn.extend(listed)
        for _ in range(min(MOST_IN_TURN, len(self._in_turn))):
            chosen.add(self._in_turn.popleft())
        return chosen

    async def _listed(self) -> list[UUID]:
        try:
            return await organisation_ids(self._database)
        except TryAgain:
            return []
        except Exception:
            _log.exception("the organisations could not be listed")
            return []

    async def _round(self, chosen: set[UUID]) -> None:
        waiting = deque(chosen)

        async def one_after_another() -> None:
            while waiting and not self._stopping.is_set():
                await self._attend(waiting.popleft())

        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(chosen))):
                group.create_task(one_after_another())

    async def _attend(self, org_id: UUID) -> None:
        """Does what is due. One organisation's trouble must not stop the others."""
        try:
            look, has_rested = await self._look(org_id), True
            for job in self._jobs:
                if look is not None and job.is_due(look, look.jobs.get(job.name)):
                    has_rested = False
                    await self._do(org_id, job, look)
                    # Anew: one job's work is what makes the next one due.
                    look = await self._look(org_id)
            if has_rested:
                self._rests.begin(org_id, self._clock(), self._due_in(look))
            else:
                self._rests.wake(org_id)
        except (TryAgain, Serialization):
            self._database.note_written(org_id)
        except Exception:
            _log.exception("an organisation was not attended to", organisation=org_id)

    def _due_in(self, look: Look | None) -> float | None:
        """Seconds until the first thing that is known to come."""
        if look is None:
            return None
        moments = [job.due_at(look, look.jobs.get(job.name)) for job in self._jobs]
        moments.append(look.mail_due_at if self._post else None)
        known = [moment for moment in moments if moment is not None]
        return (min(known) - look.now).total_seconds() if known else None

    async def _look(self, org_id: UUID) -> Look | None:
        async with self._database.writing(org_id, deadline=DEADLINE, tells=False) as unit:
            look = await jobs.look(unit)
        self._work.lag(org_id, look and look.waiting_since, unit.now)
        if self._post and look and look.mail_due_at and look.mail_due_at <= look.now:
            self._post.expect(org_id)
        return look

    async def _do(self, org_id: UUID, job: Job, look: Look) -> None:
        more = True
        while more and not self._stopping.is_set():
            try:
                more = await self._batch(org_id, job, look)
            except (TryAgain, Serialization):
                raise
            except Exception as trouble:
                self._work.ran(job.name, "failed")
                _log.exception("a job failed", job=job.name, organisation=org_id)
                await self._hold_back(org_id, job, trouble)
                return

    async def _batch(self, org_id: UUID, job: Job, look: Look) -> bool:
        """Whether there may be more; none while another worker is at it."""
        async with self._database.writing(org_id, deadline=DEADLINE, tells=False) as unit:
            mine = await jobs.claimed(unit, job.name)
            if mine is None or not job.is_due(look, mine):
                return False
            more = await job.run(unit, mine)
            if not more:
                jobs.done(unit, mine, look.today, job.every)
        self._work.ran(job.name, "done")
        return more

    async def _hold_back(self, org_id: UUID, job: Job, trouble: Exception) -> None:
        async with self._database.writing(org_id, deadline=DEADLINE, tells=False) as unit:
            await jobs.failed(unit, job.name, f"{type(trouble).__name__}: {trouble}"[:500])


async def _ended(posting: asyncio.Task[None]) -> None:
    """A letter on its way is given time to arrive: cut off, it might arrive twice."""
    _, late = await asyncio.wait([posting], timeout=POST_SECONDS)
    for task in late:
        task.cancel()
    await asyncio.gather(posting, return_exceptions=True)
