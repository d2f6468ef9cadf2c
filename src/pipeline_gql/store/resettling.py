"""What a batch of a migration writes: one statement for each table, however many records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    FromClause,
    SmallInteger,
    TableValuedAlias,
    Text,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from pipeline_gql.domain.migrating import Placed
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.migrations import Found
from pipeline_gql.store.opportunities import TYPE
from pipeline_gql.store.recordsets import recordset

_MOMENT = DateTime(timezone=True)
_COLUMNS = {
    "id": BigInteger(),
    "version_id": BigInteger(),
    "step_id": BigInteger(),
    "probability": SmallInteger(),
    "is_manual": Boolean(),
    "closed": Date(),
    "at": _MOMENT,
    "moves": Boolean(),
    "before": JSONB(),
    "after": JSONB(),
    "payload": JSONB(),
    "sequence": BigInteger(),
}
_WAS = {
    "id": BigInteger(),
    "version_id": BigInteger(),
    "step_id": BigInteger(),
    "probability": SmallInteger(),
    "is_manual": Boolean(),
    "closed": Date(),
    "to_step_id": BigInteger(),
    "at": _MOMENT,
    "sequence": BigInteger(),
}


@dataclass(frozen=True, slots=True)
class Resettled:
    """A locked record and where it goes; at `at` it enters its step if it moves."""

    found: Found
    version_id: int
    placed: Placed
    at: datetime

    @property
    def moves(self) -> bool:
        return self.placed.step_id != self.found.placed.step_id

    @property
    def entered_at(self) -> datetime:
        return self.at if self.moves else self.found.entered_at


async def resettle(
    unit: Unit, migration: models.PipelineMigration, records: Sequence[Resettled]
) -> None:
    """Writes the records with their stays, audit and events; nothing else of them changes.

    Who stays on a step stays in the stay that is open: it is the definition that moves on.
    """
    if not records:
        return
    rows = recordset(_COLUMNS, [_row(migration, each) for each in records], "r")
    await _close_stays(unit, rows)
    await _write_records(unit, rows)
    await _open_stays(unit, migration, rows)
    await _tell(unit, migration, rows)


async def remember(
    unit: Unit, migration: models.PipelineMigration, records: Sequence[Resettled]
) -> None:
    """What the records were, so that it can be undone."""
    if not records:
        return
    rows = recordset(_WAS, [_was(each) for each in records], "r")
    known = models.MigratedRecord
    columns = {
        known.org_id: literal(unit.org_id),
        known.migration_id: literal(migration.id),
        known.opportunity_id: rows.c.id,
        known.version_id: rows.c.version_id,
        known.step_id: rows.c.step_id,
        known.probability: rows.c.probability,
        known.probability_is_manual: rows.c.is_manual,
        known.actual_close_date: rows.c.closed,
        known.to_step_id: rows.c.to_step_id,
        known.entered_at: rows.c.at,
        known.record_version: rows.c.sequence,
    }
    await _insert(unit, known, columns, rows)


def _was(it: Resettled) -> dict[str, object]:
    was = it.found.placed
    return {
        "id": it.found.id,
        "version_id": it.found.version_id,
        "step_id": was.step_id,
        "probability": was.probability,
        "is_manual": was.probability_is_manual,
        "closed": was.actual_close_date,
        "to_step_id": it.placed.step_id,
        "at": it.entered_at,
        "sequence": it.found.record_version + 1,
    }


def _row(migration: models.PipelineMigration, it: Resettled) -> dict[str, object]:
    before, after = _facts(it)
    told = {
        "type": TYPE,
        "key": it.found.id,
        "fields": sorted(after),
        "actor": migration.created_by_id,
        "from": it.found.placed.step_id,
        "to": it.placed.step_id,
        "transition": None,
        "migration": migration.id,
        "assigned": [],
    }
    return {
        "id": it.found.id,
        "version_id": it.version_id,
        "step_id": it.placed.step_id,
        "probability": it.placed.probability,
        "is_manual": it.placed.probability_is_manual,
        "closed": it.placed.actual_close_date,
        "at": it.entered_at,
        "moves": it.moves,
        "before": before,
        "after": {**after, "version": it.found.record_version + 1},
        "payload": told,
        "sequence": it.found.record_version + 1,
    }


def _facts(it: Resettled) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs, as `recording.record` tells it."""
    before = _told(it.found.version_id, it.found.placed, it.found.entered_at)
    after = _told(it.version_id, it.placed, it.entered_at)
    differing = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in differing}, {name: after[name] for name in differing}


def _told(version_id: int, placed: Placed, entered_at: datetime) -> dict[str, Any]:
    closed = placed.actual_close_date
    return {
        "version_id": version_id,
        "step_id": placed.step_id,
        "step_entered_at": entered_at.isoformat(),
        "probability": placed.probability,
        "probability_is_manual": placed.probability_is_manual,
        "actual_close_date": closed and closed.isoformat(),
    }


async def _close_stays(unit: Unit, rows: TableValuedAlias) -> None:
    stay = models.StepStay
    await unit.session.execute(
        update(stay)
        .where(
            stay.org_id == unit.org_id,
            stay.opportunity_id == rows.c.id,
            stay.left_at.is_(None),
        )
        .values(
            left_at=case((rows.c.moves, rows.c.at)),
            version_id=case((rows.c.moves, stay.version_id), else_=rows.c.version_id),
        )
        .execution_options(synchronize_session=False)
    )


async def _write_records(unit: Unit, rows: TableValuedAlias) -> None:
    record = models.Opportunity
    await unit.session.execute(
        update(record)
        .where(record.org_id == unit.org_id, record.id == rows.c.id)
        .values(
            version_id=rows.c.version_id,
            step_id=rows.c.step_id,
            step_entered_at=rows.c.at,
            probability=rows.c.probability,
            probability_is_manual=rows.c.is_manual,
            actual_close_date=rows.c.closed,
            board_place=case((rows.c.moves, null()), else_=record.board_place),
            version=record.version + 1,
            updated_at=func.greatest(record.updated_at, unit.now),
        )
        .execution_options(synchronize_session=False)
    )


async def _open_stays(
    unit: Unit, migration: models.PipelineMigration, rows: TableValuedAlias
) -> None:
    stay, record = models.StepStay, models.Opportunity
    columns = {
        stay.org_id: record.org_id,
        stay.opportunity_id: record.id,
        stay.step_id: record.step_id,
        stay.version_id: record.version_id,
        stay.entered_at: record.step_entered_at,
        stay.value: record.grand_total,
        stay.currency: record.currency,
        stay.probability: record.probability,
        stay.expected_close_date: record.expected_close_date,
        stay.cause: literal("MIGRATION"),
        stay.actor_id: literal(migration.created_by_id, BigInteger),
        stay.request_id: literal(migration.request_id, Text),
    }
    joined = rows.join(record, (record.org_id == unit.org_id) & (record.id == rows.c.id))
    await _insert(unit, stay, columns, joined, rows.c.moves)


async def _tell(unit: Unit, migration: models.PipelineMigration, rows: TableValuedAlias) -> None:
    audit, outbox = models.Audit, models.Outbox
    key = cast(rows.c.id, Text)
    audited = {
        audit.org_id: literal(unit.org_id),
        audit.aggregate: literal(TYPE),
        audit.aggregate_id: key,
        audit.verb: literal("migrate"),
        audit.actor_id: literal(migration.created_by_id, BigInteger),
        audit.before: rows.c.before,
        audit.after: rows.c.after,
        audit.request_id: literal(migration.request_id, Text),
        audit.at: literal(unit.now),
    }
    told = {
        outbox.org_id: literal(unit.org_id),
        outbox.aggregate: literal(TYPE),
        outbox.aggregate_id: key,
        outbox.sequence: rows.c.sequence,
        outbox.type: literal("opportunity.migrated"),
        outbox.payload: rows.c.payload,
        outbox.created_at: literal(unit.now),
    }
    await _insert(unit, audit, audited, rows)
    await _insert(unit, outbox, told, rows)


async def _insert(
    unit: Unit, table: type[models.Tenant], columns: Any, rows: FromClause, *conditions: Any
) -> None:
    chosen = select(*columns.values()).select_from(rows).where(*conditions)
    names = [column.key for column in columns]
    await unit.session.execute(insert(table).from_select(names, chosen, include_defaults=False))
