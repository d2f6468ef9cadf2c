"""The post: mails that are due, one after another, beside the rounds so that no mail server can
hold them up."""

import asyncio
import random
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from pipeline_gql.config import Settings
from pipeline_gql.delivery import Refused, Smtp, Unsent, written
from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.metrics import Work
from pipeline_gql.store import mails
from pipeline_gql.store.constraints import Serialization
from pipeline_gql.store.database import Database
from pipeline_gql.store.mails import Letter

DEADLINE = 10.0
MOST_TRIES = 12
"""With the pauses between them, half a day or more."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=3)
MOST_IN_TURN = 20
"""Mails of one organisation before another's are sent."""

_log = structlog.get_logger("pipeline_gql.post")


def smtp_of(settings: Settings) -> Smtp | None:
    """The mail server that the settings name."""
    if settings.smtp_host is None or settings.mail_from is None:
        return None
    return Smtp(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.mail_from,
        settings.smtp_user,
        settings.smtp_password,
    )


class Post:
    """Sends what is queued in the organisations that it is told to expect mails of."""

    def __init__(self, database: Database, work: Work, smtp: Smtp, base_url: str | None) -> None:
        self._database, self._work = database, work
        self._smtp, self._base_url = smtp, base_url
        self._expected: dict[UUID, None] = {}
        self._something = asyncio.Event()

    def expect(self, org_id: UUID) -> None:
        self._expected[org_id] = None
        self._something.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set; then after the letter that is on its way."""
        ending = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                something = asyncio.create_task(self._something.wait())
                await asyncio.wait([something, ending], return_when=asyncio.FIRST_COMPLETED)
                something.cancel()
                self._something.clear()
                while self._expected and not stopping.is_set():
                    org_id = next(iter(self._expected))
                    del self._expected[org_id]
                    await self._deliver(org_id, stopping)
        finally:
            ending.cancel()

    async def _deliver(self, org_id: UUID, stopping: asyncio.Event) -> None:
        """Some of an organisation's; its trouble must not stop the others' post."""
        try:
            for _ in range(MOST_IN_TURN):
                if stopping.is_set() or not await self._deliver_one(org_id):
                    return
            self.expect(org_id)
        except (TryAgain, Serialization):
            return
        except Exception:
            _log.exception("the post of an organisation stopped", organisation=org_id)

    async def _deliver_one(self, org_id: UUID) -> bool:
        """Whether there was one."""
        async with self._database.writing(org_id, deadline=DEADLINE, tells=False) as unit:
            letter = await mails.claim(unit)
        if letter is None:
            return False
        try:
            await self._smtp.send(written(org_id, letter, self._smtp.sender, self._base_url))
        except Unsent as trouble:
            await self._put_off(org_id, letter, str(trouble))
        except Refused as trouble:
            await self._give_up(org_id, letter, str(trouble))
        else:
            self._work.ran("mail", "sent")
            async with self._database.writing(org_id, deadline=DEADLINE, tells=False) as unit:
                await mails.sent(unit, letter.notification_id)
        return True

    async def _put_off(self, org_id: UUID, letter: Letter, trouble: str) -> None:
        if letter.tries >= MOST_TRIES:
            await self._give_up(org_id, letter, trouble)
            return
        self._work.ran("mail", "failed")
        async with self._database.writing(org_id, deadline=DEADLINE, tells=False) as unit:
            until = next_try(unit.now, letter.tries, random.random())
            await mails.put_off(unit, letter.notification_id, until, trouble)

    async def _give_up(self, org_id: UUID, letter: Letter, trouble: str) -> None:
        self._work.ran("mail", "given_up")
        _log.error(
            "a mail was given up",
            organisation=org_id,
            notification=letter.notification_id,
            tries=letter.tries,
            trouble=trouble,
        )
        async with self._database.writing(org_id, deadline=DEADLINE, tells=False) as unit:
            await mails.given_up(unit, letter.notification_id, trouble)


def next_try(now: datetime, tries: int, chance: float) -> datetime:
    """Twice as long after each, up to three hours; `chance`, 0 to 1, spreads what failed at once
    over half of the pause."""
    pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
    return now + pause * (0.5 + 0.5 * chance)
