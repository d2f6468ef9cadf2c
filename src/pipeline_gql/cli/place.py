"""Which database a command works on, the one it was given or the embedded one, and in which
organisation."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from pipeline_gql.cli.problems import Problem, reaching
from pipeline_gql.cli.signals import Signals
from pipeline_gql.config import Settings, load
from pipeline_gql.store import directory
from pipeline_gql.store.connections import refuse_unsafe_role
from pipeline_gql.store.database import Database, Unit, Urls
from pipeline_gql.store.embedded import Embedded
from pipeline_gql.store.readiness import Readiness
from pipeline_gql.store.upgrade import upgrade

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the embedded database.", show_default=False),
]
Organization = Annotated[
    UUID | None,
    typer.Option("--organization", help="Its id; needed if there are several.", show_default=False),
]
T = TypeVar("T")


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


def run_in(
    organization: UUID | None, data_dir: Path | None, work: Callable[[Unit], Coroutine[Any, Any, T]]
) -> T:
    """The result of `work` in one transaction of the organisation."""

    async def run() -> T:
        async with opened(settings) as database:
            org_id = await _organization(database, organization)
            async with database.writing(org_id) as unit:
                return await work(unit)

    with database_of(load(data_dir=data_dir)) as (settings, _):
        return asyncio.run(run())


async def _organization(database: Database, wanted: UUID | None) -> UUID:
    known = await directory.organisation_ids(database)
    if wanted:
        if wanted not in known:
            raise Problem(f"There is no organisation {wanted}.")
        return wanted
    if len(known) == 1:
        return known[0]
    if not known:
        raise Problem("There is no organisation yet.")
    raise Problem("There are several organisations; name one with --organization.")


def owned(settings: Settings, verb: str) -> Embedded:
    """The embedded server; Problem if the settings name another one."""
    if settings.database_url:
        raise Problem(
            f"DATABASE_URL is set, and `{verb}` is for the embedded database only; unset it."
        )
    return Embedded(settings.data_dir)
