"""Rows to ask for: 20 organisations, one of which holds more than half, loaded by COPY."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.store import tokens
from pipeline_gql.store.database import Database, Urls
from pipeline_gql.store.embedded import Embedded
from pipeline_gql.store.seeding import advance_sequences, insert_organisation
from pipeline_gql.store.upgrade import upgrade
from tests.bench.organisation import (
    EVENTS,
    ORGANISATIONS,
    PIPELINE,
    Organisation,
    Tell,
    org_id,
    share,
)

SERVER = {
    "shared_buffers": "1GB",
    "effective_cache_size": "3GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "max_connections": "150",
}

MORE = Path(__file__).parent / "peers" / "postgraphile.sql"
"""What only a peer has."""


@dataclass(frozen=True)
class Loaded:
    """What the questions need to know of the rows; ids are raw keys."""

    opportunities: int
    org_id: str
    admin_token: str
    member_token: str
    member_id: int
    pipeline_id: int
    version_id: int
    step_ids: dict[str, int]
    first_id: int
    last_id: int
    member_ids: list[int]
    event_ids: list[int]
    lost_ids: set[int] | None = None
    """Which of the member's are lost, kept up to date by whoever moves them; None: not known."""


def server(folder: Path) -> Embedded:
    return Embedded(folder, settings=SERVER)


async def loaded(embedded: Embedded, whole: int, tell: Tell) -> Loaded:
    """Loads the rows unless the folder has them; its tables become those of this version, and
    what only a peer has is made anew."""
    urls = embedded.urls()
    await upgrade(urls.admin, embedded.passwords)
    known = embedded.data_dir / "loaded.json"
    admin = await asyncpg.connect(urls.admin)
    try:
        if not known.exists():
            known.write_text(json.dumps(asdict(await _load(embedded, admin, whole, tell))))
        await admin.execute(MORE.read_text())
        # Not while the clock runs.
        await admin.execute("VACUUM ANALYZE")
        await admin.execute("CHECKPOINT")
        found = Loaded(**json.loads(known.read_text()))
        return replace(found, lost_ids=await _lost(admin, found))
    finally:
        await admin.close()


async def _load(embedded: Embedded, admin: Any, whole: int, tell: Tell) -> Loaded:
    if await admin.fetchval("SELECT EXISTS (SELECT FROM organisation)"):
        raise SystemExit(f"{embedded.data_dir} was loaded in part; delete it")
    urls = embedded.urls()
    database = await Database.open(Urls(urls.app, urls.reader))
    # Triggers and foreign keys would be asked a million times about rows that we know fit.
    await admin.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    first = 1
    found: Loaded | None = None
    for place in range(ORGANISATIONS):
        organisation = Organisation(place, share(place, whole), first)
        version = await _set_up(database, organisation)
        await organisation.load(admin, version, tell)
        first += organisation.count
        found = found or await _told(database, organisation, version, whole)
    for place in range(ORGANISATIONS):
        async with database.writing(org_id(place), tells=False) as unit:
            await advance_sequences(unit)
    await admin.execute("SET session_replication_role = origin; SET synchronous_commit = on")
    await admin.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    await database.close()
    assert found
    return found


async def _lost(admin: Any, found: Loaded) -> set[int]:
    rows = await admin.fetch(
        "SELECT id FROM opportunity WHERE org_id = $1 AND id = ANY ($2) AND step_id = $3",
        found.org_id, found.member_ids, found.step_ids["lost"],
    )  # fmt: skip
    return {id for (id,) in rows}


async def _set_up(database: Database, organisation: Organisation) -> Version:
    async with database.writing(organisation.org_id, tells=False) as unit:
        await insert_organisation(unit, name=f"Organisation {organisation.place}")
        return await publish_document(unit, None, parse(PIPELINE))


async def _told(
    database: Database, organisation: Organisation, version: Version, whole: int
) -> Loaded:
    secrets: list[str] = []
    async with database.writing(organisation.org_id, tells=False) as unit:
        for user in (organisation.user(0), organisation.user(1)):
            secrets.append((await tokens.create(unit, user, "bench")).secret)
    member = organisation.user(1)
    ids = range(organisation.first, organisation.first + organisation.count)
    return Loaded(
        whole,
        str(organisation.org_id),
        *secrets,
        member_id=member,
        pipeline_id=version.pipeline_id,
        version_id=version.id,
        step_ids=dict(version.step_ids),
        first_id=organisation.first,
        last_id=ids[-1],
        member_ids=[id for id in ids if organisation.owner(id) == member][:2_000],
        event_ids=[organisation.event(n) for n in range(EVENTS)],
    )
