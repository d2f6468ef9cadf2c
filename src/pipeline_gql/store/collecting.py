"""Contents that no attachment is made of any more are deleted, once they lay idle for a while.

While somebody uploads the same contents again they are not idle, for longer than any upload
may take. They are marked as not stored in one transaction and deleted in another that holds
their row: whoever would store the same contents meanwhile waits, and stores them anew.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.files import Files

GRACE: Final = timedelta(hours=1)
MOST_MARKED: Final = 1_000
MOST_DELETED: Final = 50
"""At once; each is a request to where files are kept."""


async def collect(unit: Unit, files: Files, grace: timedelta = GRACE) -> bool:
    """Deletes what was marked and marks what is idle; whether to be called again at once, in a
    transaction of its own. Several may do it at the same time, beside any upload."""
    doomed = await _idle(unit, grace, models.StoredFile.stored_at.is_(None), MOST_DELETED)
    for row in doomed:
        if await _is_used(unit, row):
            row.idle_since = None
        else:
            await _delete(unit, files, row)
    idle = await _idle(unit, grace, models.StoredFile.stored_at.is_not(None), MOST_MARKED)
    for row in idle:
        if await _is_used(unit, row):
            row.idle_since = None
        else:
            row.stored_at = None
    return bool(idle) or len(doomed) == MOST_DELETED


async def sweep(unit: Unit, files: Files, grace: timedelta = GRACE) -> None:
    """Looks through all that is stored. What killed uploads left in the folder is removed, and
    what has no row is given one, as after a restore of an older database: `collect` deletes
    nothing whose row it does not hold."""
    await files.sweep(unit.org_id, grace)
    file = models.StoredFile
    async for batch in files.listed(unit.org_id):
        for sha256, size, modified in sorted(batch):
            adopted = await unit.session.scalar(
                insert(file)
                .values(org_id=unit.org_id, sha256=sha256, size=size, idle_since=modified)
                .on_conflict_do_nothing(index_elements=["org_id", "sha256"])
                .returning(file.sha256)
            )
            if adopted is not None:
                await _account(unit, size)


async def _idle(
    unit: Unit, grace: timedelta, state: ColumnElement[bool], most: int
) -> list[models.StoredFile]:
    """Rows that nobody else holds, held until the transaction ends."""
    file = models.StoredFile
    rows = await unit.session.scalars(
        select(file)
        .where(file.org_id == unit.org_id, file.idle_since < unit.now - grace, state)
        .order_by(file.sha256)
        .limit(most)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def _is_used(unit: Unit, row: models.StoredFile) -> bool:
    entity = models.Attachment
    used = exists().where(entity.org_id == unit.org_id, entity.sha256 == row.sha256)
    return bool(await unit.session.scalar(select(used)))


async def _delete(unit: Unit, files: Files, row: models.StoredFile) -> None:
    file = models.StoredFile
    await files.delete(unit.org_id, row.sha256)
    await unit.session.execute(
        delete(file).where(file.org_id == unit.org_id, file.sha256 == row.sha256)
    )
    await _account(unit, -row.size)


async def _account(unit: Unit, size: int) -> None:
    usage = models.FileUsage
    counted = insert(usage).values(org_id=unit.org_id)
    await unit.session.execute(counted.on_conflict_do_nothing(index_elements=["org_id"]))
    await unit.session.execute(
        update(usage)
        .where(usage.org_id == unit.org_id)
        .values(bytes=usage.bytes + size)
        .execution_options(synchronize_session=False)
    )
