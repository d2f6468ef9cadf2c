"""Which database a command works on: the one it was given, or the embedded one."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline_gql.cli.problems import Problem, reaching
from pipeline_gql.cli.signals import Signals
from pipeline_gql.config import Settings
from pipeline_gql.store.connections import refuse_unsafe_role
from pipeline_gql.store.database import Database, Urls
from pipeline_gql.store.embedded import Embedded
from pipeline_gql.store.readiness import Readiness
from pipeline_gql.store.upgrade import upgrade

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the embedded database.", show_default=False),
]


@contextmanager
def running(embedded: Embedded, *, keep: bool = False) -> Generator[Embedded]:
    """The embedded server, up for as long as the block lasts, whatever ends it."""
    signals = Signals()
    try:
        with signals.deferred():
            embedded.start(keep=keep)
        yield embedded
    finally:
        with signals.deferred():
            embedded.stop()


@contextmanager
def database_of(settings: Settings) -> Generator[tuple[Settings, Embedded | None]]:
    """Settings whose `database_url` is set: as it was, or to the embedded server's, upgraded."""
    if settings.database_url:
        Signals()
        yield settings, None
        return
    with running(Embedded(settings.data_dir)) as embedded:
        bring_up_to_date(embedded)
        urls = embedded.urls()
        known = {"database_url": urls.app, "reader_database_url": urls.reader}
        yield settings.model_copy(update=known), embedded


def bring_up_to_date(embedded: Embedded) -> None:
    """Migrates the embedded database; two processes that begin at once take turns."""
    url = embedded.urls().admin
    with embedded.turn(), reaching(url):
        asyncio.run(upgrade(url, embedded.passwords))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Database]:
    """The database, if it can be reached and has the tables that this version knows."""
    assert settings.database_url
    urls = Urls(settings.database_url, settings.reader_database_url)
    with reaching(settings.database_url):
        await refuse_unsafe_role(settings.database_url)
    with reaching(urls.reader or urls.app):
        database = await Database.open(urls, read_pool=1, write_pool=1)
    try:
        with reaching(urls.app):
            behind = await Readiness(database).trouble()
        if behind:
            raise Problem(
                "The database's tables are not the ones that this version knows: run"
                " `pipeline-gql db upgrade` with MIGRATE_DATABASE_URL set."
            )
        yield database
    finally:
        await database.close()


def owned(settings: Settings, verb: str) -> Embedded:
    """The embedded server; Problem if the settings name another one."""
    if settings.database_url:
        raise Problem(
            f"DATABASE_URL is set, and `{verb}` is for the embedded database only; unset it."
        )
    return Embedded(settings.data_dir)
