"""Writes the demo organisation, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from pipeline_gql.demo import keyring
from pipeline_gql.demo.content import TIME_ZONE, Content, content
from pipeline_gql.demo.documents import NAME as NAME_OF_DOCUMENT
from pipeline_gql.demo.documents import document
from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models, seeding
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.files import Files
from pipeline_gql.store.spooling import Spool

ORG_ID = UUID("d3300000-0000-4000-8000-000000000001")
NAME = "Demo Training"
CURRENCY = "USD"
SECONDS = 60.0
MOST_WAITS = 20

Report = Callable[[str, float], None]
"""Told what is being written, and how much of all (0 to 1) is done."""

_WORDS = {"app_user": "users", "step_stay": "histories", "opportunity": "opportunities"}


def _silent(_: str, __: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Demo:
    """The organisation, and a bearer token for a user of each role."""

    org_id: UUID
    tokens: Mapping[Role, str]
    is_new: bool


async def create(
    database: Database,
    files: Files,
    *,
    report: Report = _silent,
    today: date | None = None,
    tokens_file: Path | None = None,
) -> Demo:
    """Creates the demo organisation in one transaction, unless it is there; the document that it
    holds is in `files` before anybody can see that.

    Dates are counted from `today` (else the day it is), so that the last twelve months are.
    Tokens are taken from `tokens_file` while they work; without it every call makes new ones.
    """
    is_new = await _patiently(database, files, report, today)
    return Demo(ORG_ID, await keyring.tokens(database, ORG_ID, tokens_file), is_new)


async def _patiently(database: Database, files: Files, report: Report, today: date | None) -> bool:
    """Whoever creates it at the same time may take longer than one waits for a lock."""
    for _ in range(MOST_WAITS):
        try:
            return await _create(database, files, report, today)
        except TryAgain:
            continue
    return await _create(database, files, report, today)


async def _create(database: Database, files: Files, report: Report, today: date | None) -> bool:
    async with database.writing(ORG_ID, deadline=SECONDS) as unit:
        if not await seeding.insert_organisation(
            unit, name=NAME, time_zone=TIME_ZONE, currency=CURRENCY
        ):
            return False
        await _keep(files)
        await _store(unit, content(today or unit.now.date()), report)
    report("Done", 1.0)
    return True


async def _keep(files: Files) -> None:
    with Spool() as spool:
        await spool.add(document())
        await files.put(ORG_ID, await spool.finish(NAME_OF_DOCUMENT))


async def _store(unit: Unit, demo: Content, report: Report) -> None:
    total, done = sum(map(len, demo.rows.tables.values())), 0
    for table, rows in demo.rows.tables.items():
        report(_words(table), done / total)
        if table is models.OpportunityRevision:
            # Those that triggers kept say that all was ever as it is.
            await seeding.clear(unit, table)
        await seeding.insert_rows(unit, table, rows)
        done += len(rows)
    await seeding.update_rows(unit, models.PipelineVersion, demo.publications)
    await seeding.update_rows(unit, models.Invoice, demo.finalised)
    await seeding.update_rows(unit, models.Opportunity, demo.invoiced)
    await seeding.advance_sequences(unit)


def _words(table: type[models.Base]) -> str:
    name = table.__tablename__
    return _WORDS.get(name, f"{name.replace('_', ' ')}s").capitalize()
