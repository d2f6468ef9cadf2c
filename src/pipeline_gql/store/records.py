"""What is written beside a change: the audit and the outbox; and what the audit answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Date, DateTime, inspect, select

from pipeline_gql.domain.errors import Ref
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import members

Facts = dict[str, Any]

_RECENT = 200
UNTOLD = frozenset({"org_id", "version", "updated_at", "board_place", "board_moves"})


@dataclass(frozen=True, slots=True)
class Change:
    """The fields that one audited change touched, and who made it."""

    fields: tuple[str, ...]
    who: str | None


def snapshot(row: models.Base) -> Facts:
    """A row as plain JSON, for an audit: without its organisation, version and computed columns.

    Flush before: a key that the database has yet to give cannot be read.
    """
    names, in_order = _told(type(row))
    try:
        facts = dict(zip(names, in_order(vars(row)), strict=True))
    except KeyError:
        # A session let some of it expire.
        facts = {name: getattr(row, name) for name in names}
    for name in _moments(type(row)):
        value = facts[name]
        facts[name] = None if value is None else value.isoformat()
    return facts


@cache
def _told(table: type[models.Base]) -> tuple[Sequence[str], Callable[[Facts], Sequence[Any]]]:
    """The names, and how their values are taken out."""
    columns = inspect(table).columns.items()
    names = [name for name, column in columns if name not in UNTOLD and column.computed is None]
    return names, members(names)


@cache
def _moments(table: type[models.Base]) -> tuple[str, ...]:
    columns: Any = inspect(table).columns
    return tuple(n for n in _told(table)[0] if isinstance(columns[n].type, Date | DateTime))


def add_audit(
    unit: Unit, changed: Ref, verb: str, actor_id: int | None, before: Facts | None, after: Facts
) -> None:
    unit.add(
        models.Audit,
        org_id=unit.org_id,
        aggregate=changed.type,
        aggregate_id=str(changed.key),
        verb=verb,
        actor_id=actor_id,
        before=before,
        after=after,
        request_id=unit.request_id,
        at=unit.now,
    )


def add_event(unit: Unit, changed: Ref, sequence: int, type: str, payload: Facts) -> None:
    """An outbox row; `sequence` is the changed record's version."""
    unit.add(
        models.Outbox,
        org_id=unit.org_id,
        aggregate=changed.type,
        aggregate_id=str(changed.key),
        sequence=sequence,
        type=type,
        payload=payload,
        created_at=unit.now,
    )


async def changes_since(unit: Unit, changed: Ref, version: int) -> list[Change]:
    """What happened to a record after it had `version`, newest first; 200 changes at most."""
    audit, user = models.Audit, models.User
    rows = await unit.session.execute(
        select(audit.after, user.name)
        .outerjoin(user, (user.org_id == unit.org_id) & (user.id == audit.actor_id))
        .where(
            audit.org_id == unit.org_id,
            audit.aggregate == changed.type,
            audit.aggregate_id == str(changed.key),
        )
        .order_by(audit.id.desc())
        .limit(_RECENT)
    )
    return [
        Change(tuple(sorted(set(after) - {"version"})), who)
        for after, who in rows
        if after and after.get("version", 0) > version
    ]
