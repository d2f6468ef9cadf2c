"""Mail from the queue to a real server, whatever the server does; and never in a write's way."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from pipeline_gql.delivery import Smtp
from pipeline_gql.domain.viewer import Role
from pipeline_gql.metrics import Work
from pipeline_gql.store import mails, models
from pipeline_gql.store.database import Database
from pipeline_gql.worker import Worker
from pipeline_gql.worker.jobs import jobs
from pipeline_gql.worker.post import MOST_TRIES, Post, next_try
from tests.api.asking import Ask, gid
from tests.delivery.servers import Mailbox, mail_server
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.worker.processes import processes
from tests.worker.telling import seen_by, tell
from tests.worker.working import until


@asynccontextmanager
async def posting(database: Database, smtp: Smtp, many: int = 1) -> AsyncGenerator[None]:
    """Workers with a mail server."""
    workers = [
        Worker(
            database,
            Work(),
            pause=0.02,
            sweep=0.05,
            jobs=jobs(by_mail=True),
            post=Post(database, Work(), smtp, None),
        )
        for _ in range(many)
    ]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    yield
    for worker in workers:
        worker.stop()
    await asyncio.gather(*tasks)


async def queue(database: Database, organisation: Organisation) -> Sequence[models.Mail]:
    async with database.writing(organisation.org_id, tells=False) as unit:
        found = await unit.session.scalars(
            select(models.Mail)
            .where(models.Mail.org_id == unit.org_id)
            .order_by(models.Mail.notification_id)
        )
        return found.all()


async def states(database: Database, organisation: Organisation) -> list[str]:
    return [mail.state for mail in await queue(database, organisation)]


async def set_mails(database: Database, organisation: Organisation, **values: object) -> None:
    async with database.writing(organisation.org_id, tells=False) as unit:
        mail = models.Mail
        await unit.session.execute(update(mail).where(mail.org_id == unit.org_id).values(**values))


async def assigned(ask: Ask, *numbers: int, name: str = "A deal") -> str:
    return await ask.opportunity(name=name, assignedToIds=[gid("User", n) for n in numbers])


async def test_what_is_told_goes_by_mail_once_however_many_workers_there_are(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    async with mail_server() as mailbox, posting(database, mailbox.smtp(), many=3):
        for number in range(5):
            await assigned(ask, 2, 3, name=f"Deal {number}")

        async def all_sent() -> bool:
            return await states(database, organisation) == ["SENT"] * 10

        await until(all_sent)
    assert len(mailbox.received) == 10
    assert len({mail["Message-ID"] for mail in mailbox.received}) == 10
    assert {mail["To"] for mail in mailbox.received} == {
        "max@northwind.example",
        "mia@northwind.example",
    }
    assert {each["mailState"] for each in await seen_by(ask, Role.MEMBER)} == {"SENT"}


async def test_a_kind_that_is_not_wanted_by_mail_is_told_without(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    await ask.done("viewer.chooseMail", {"assigned": False}, "viewer { role }", Role.MEMBER)
    await assigned(ask, 2, 3)
    await tell(database, organisation, by_mail=True)
    (mine,), (theirs,) = await seen_by(ask, Role.MEMBER), await seen_by(ask, Role.MANAGER)
    assert (mine["mailState"], theirs["mailState"]) == (None, "WAITING")


@pytest.mark.parametrize(
    "mailbox",
    [Mailbox(at_data="451 later"), Mailbox(at_rcpt="450 later"), Mailbox(hangs=True), None],
    ids=["data", "recipient", "hangs", "down"],
)
async def test_no_write_fails_or_waits_because_mail_does(
    ask: Ask, database: Database, organisation: Organisation, mailbox: Mailbox | None
) -> None:
    """And the mail is tried again, later, until the server takes it."""
    async with mail_server(mailbox) as served:
        smtp = served.smtp(deadline=0.5)
    known = mailbox or served
    async with mail_server(known) if mailbox else _nothing(), posting(database, smtp):
        await assigned(ask, 3)

        async def put_off() -> bool:
            found = await queue(database, organisation)
            return bool(found) and found[0].trouble is not None

        await until(put_off)
        await assigned(ask, 2, name="Meanwhile")
    (first, *_) = await queue(database, organisation)
    assert (first.state, first.tries) == ("WAITING", 1)
    assert first.due_at > datetime.now(UTC) + timedelta(seconds=20)
    known.at_data = known.at_rcpt = "250 OK"
    known.hangs = False
    await set_mails(database, organisation, due_at=first.created_at)
    async with mail_server(known), posting(database, smtp):

        async def all_sent() -> bool:
            return await states(database, organisation) == ["SENT", "SENT"]

        await until(all_sent)


@asynccontextmanager
async def _nothing() -> AsyncGenerator[None]:
    yield


@pytest.mark.parametrize(
    ("mailbox", "tries"),
    [(Mailbox(at_rcpt="550 nobody"), 1), (Mailbox(at_data="451 later"), MOST_TRIES)],
)
async def test_what_is_refused_for_good_or_too_often_is_given_up_and_says_so(
    ask: Ask, database: Database, organisation: Organisation, mailbox: Mailbox, tries: int
) -> None:
    await assigned(ask, 3)
    await tell(database, organisation, by_mail=True)
    await set_mails(database, organisation, tries=tries - 1)
    async with mail_server(mailbox), posting(database, mailbox.smtp()):

        async def given_up() -> bool:
            return await states(database, organisation) == ["GIVEN_UP"]

        await until(given_up)
    (mail,) = await queue(database, organisation)
    assert mail.tries == tries
    assert mail.trouble is not None
    assert ("nobody" if tries == 1 else "later") in mail.trouble
    assert [each["mailState"] for each in await seen_by(ask, Role.MEMBER)] == ["GIVEN_UP"]


async def test_a_server_that_goes_away_after_it_took_a_mail_gets_it_again_under_its_old_id(
    ask: Ask, database: Database, organisation: Organisation
) -> None:
    """At least once: the duplicate can be recognised."""
    mailbox = Mailbox(drops=True)
    await assigned(ask, 3)
    await tell(database, organisation, by_mail=True)
    async with mail_server(mailbox), posting(database, mailbox.smtp()):

        async def put_off() -> bool:
            return (await queue(database, organisation))[0].trouble is not None

        await until(put_off)
        mailbox.drops = False
        await set_mails(database, organisation, due_at=datetime.now(UTC))

        async def all_sent() -> bool:
            return await states(database, organisation) == ["SENT"]

        await until(all_sent)
    first, second = mailbox.received
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize("gone", ["sight", "user", "read"])
async def test_a_mail_that_is_not_its_users_to_know_any_more_is_dropped(
    ask: Ask, database: Database, organisation: Organisation, gone: str
) -> None:
    id = await assigned(ask, 3)
    await tell(database, organisation, by_mail=True)
    if gone == "sight":
        await ask.done("opportunities.delete", {"opportunityId": id}, "opportunity { id }")
    elif gone == "read":
        read = {"before": "2060-01-01T00:00:00Z"}
        await ask.done("viewer.markRead", read, "viewer { role }", Role.MEMBER)
    else:
        async with database.writing(organisation.org_id, tells=False) as unit:
            user = models.User
            await unit.session.execute(
                update(user).where(user.org_id == unit.org_id, user.id == 3).values(is_active=False)
            )
    async with database.writing(organisation.org_id, tells=False) as unit:
        assert await mails.claim(unit) is None
    assert await states(database, organisation) == ["DROPPED"]


async def test_a_mail_whose_sender_was_killed_is_sent_by_another(
    ask: Ask, database: Database, urls: DatabaseUrls, organisation: Organisation
) -> None:
    """Killed while the server had not answered yet."""
    mailbox = Mailbox(hangs=True)
    await assigned(ask, 3)
    await tell(database, organisation, by_mail=True)
    async with mail_server(mailbox):
        settings = {
            "PIPELINE_GQL_SMTP_HOST": "127.0.0.1",
            "PIPELINE_GQL_SMTP_PORT": str(mailbox.port),
            "PIPELINE_GQL_SMTP_SECURITY": "none",
            "PIPELINE_GQL_MAIL_FROM": "crm@vendor.example",
        }
        manager = processes(urls, **settings)
        (worker,) = await asyncio.to_thread(manager.__enter__)

        async def claimed() -> bool:
            return (await queue(database, organisation))[0].tries == 1

        await until(claimed)
        await asyncio.to_thread(worker.end, signal.SIGKILL)
        manager.__exit__(None, None, None)
        mailbox.hangs = False
        (mail,) = await queue(database, organisation)
        assert (mail.state, mail.tries) == ("WAITING", 1)
        assert mail.due_at > mail.created_at
        await set_mails(database, organisation, due_at=mail.created_at)
        async with posting(database, mailbox.smtp()):

            async def all_sent() -> bool:
                return await states(database, organisation) == ["SENT"]

            await until(all_sent)
    assert len(mailbox.received) == 1


def test_pauses_grow_up_to_three_hours_and_are_spread() -> None:
    now = datetime(2026, 6, 6, tzinfo=UTC)
    pauses = [next_try(now, tries, 1.0) - now for tries in range(1, MOST_TRIES)]
    assert pauses[:3] == [timedelta(minutes=n) for n in (1, 2, 4)]
    assert max(pauses) == timedelta(hours=3)
    assert timedelta(hours=12) < sum(pauses, timedelta()) < timedelta(hours=24)
    assert next_try(now, 3, 0.0) - now == timedelta(minutes=2)
