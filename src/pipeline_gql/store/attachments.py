"""Attachments and the contents that they are made of.

Contents are announced before they are stored (`reserve`), taken up by an attachment afterwards
(`take_up`), and left to the collector when the last one is removed; so that none is stored that
no row knows of, and none is deleted that somebody is about to use.
"""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline_gql.domain.errors import QuotaExceeded, Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.store import models
from pipeline_gql.store.database import Serialization, Unit
from pipeline_gql.store.hosts import on


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file is made of; `size` in bytes."""

    sha256: str
    size: int


async def reserve(unit: Unit, contents: Contents, quota: int) -> bool:
    """Announces contents; whether they are stored already. Raises QuotaExceeded."""
    file = models.StoredFile
    is_new = await unit.session.scalar(
        insert(file)
        .values(
            org_id=unit.org_id,
            sha256=contents.sha256,
            size=contents.size,
            idle_since=unit.now,
        )
        .on_conflict_do_nothing(index_elements=["org_id", "sha256"])
        .returning(file.sha256)
    )
    if is_new is not None:
        await _charge(unit, contents.size, quota)
        return False
    row = await _held(unit, contents.sha256)
    if row is None:
        # Collected between the two statements: it is new on the next attempt.
        raise Serialization
    if row.idle_since is not None:
        row.idle_since = unit.now
    return row.stored_at is not None


async def take_up(unit: Unit, sha256: str) -> bool:
    """Notes that contents are stored and used; false if they were not announced."""
    row = await _held(unit, sha256)
    if row is None:
        return False
    row.stored_at = row.stored_at or unit.now
    row.idle_since = None
    return True


async def remove(unit: Unit, attachment: models.Attachment) -> None:
    """Deletes an attachment; its contents are the collector's to judge."""
    await unit.session.delete(attachment)
    if attachment.sha256 is not None:
        row = await _held(unit, attachment.sha256)
        assert row is not None
        row.idle_since = unit.now
    await unit.session.flush()


async def _held(unit: Unit, sha256: str) -> models.StoredFile | None:
    """Contents, kept from the collector until the transaction ends."""
    file = models.StoredFile
    return await unit.session.scalar(
        select(file)
        .where(file.org_id == unit.org_id, file.sha256 == sha256)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def _charge(unit: Unit, size: int, quota: int) -> None:
    usage = models.FileUsage
    await unit.session.execute(
        insert(usage).values(org_id=unit.org_id).on_conflict_do_nothing(index_elements=["org_id"])
    )
    charged = await unit.session.scalar(
        update(usage)
        .where(usage.org_id == unit.org_id, usage.bytes + size <= quota)
        .values(bytes=usage.bytes + size)
        .returning(usage.bytes)
        .execution_options(synchronize_session=False)
    )
    if charged is None:
        used = await unit.session.scalar(select(usage.bytes).where(usage.org_id == unit.org_id))
        left = max(quota - (used or 0), 0)
        raise QuotaExceeded(path=("file",), left=left, asked=size)


async def locked(unit: Unit, host: Ref, attachment_id: int) -> models.Attachment | None:
    """An attachment of the host, held until the transaction ends."""
    entity = models.Attachment
    if not is_key(attachment_id):
        return None
    return await unit.session.scalar(
        select(entity)
        .where(
            entity.org_id == unit.org_id,
            on(entity, host),
            entity.id == attachment_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def carry(unit: Unit, lead_id: int, opportunity_id: int) -> None:
    """All that was attached to a lead is attached to the opportunity from now on."""
    entity = models.Attachment
    await unit.session.execute(
        update(entity)
        .where(entity.org_id == unit.org_id, entity.lead_id == lead_id)
        .values(opportunity_id=opportunity_id, lead_id=None)
        .execution_options(synchronize_session=False)
    )
