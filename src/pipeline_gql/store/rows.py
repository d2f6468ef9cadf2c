"""One row of any noun by its key; what is asked in the same words of every table."""

from typing import TypeVar

from sqlalchemy import inspect, select

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.problems import not_found
from pipeline_gql.domain.text import is_storable
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

Key = int | str
Row = TypeVar("Row", bound=models.Tenant)


def ref_of(table: type[models.Tenant], key: Key) -> Ref:
    """A model's name is its GraphQL type's."""
    return Ref(table.__name__, key)


def key_of(row: models.Tenant) -> Key:
    """Of a stored row: what names it within its organisation."""
    identity = inspect(row).identity
    assert identity is not None
    return identity[1]


async def find(unit: Unit, table: type[Row], key: Key) -> Row | None:
    """The row as this transaction has it, or None."""
    if not _could_be(key):
        return None
    return await unit.session.get(table, (unit.org_id, key))


async def locked(unit: Unit, table: type[Row], key: Key, path: Path = ()) -> Row:
    """The row as it is now, held until the transaction ends; raises NotFound."""
    # FOR NO KEY UPDATE: rows that refer to this one need not wait for us.
    row = _could_be(key) and await unit.session.get(
        table, (unit.org_id, key), populate_existing=True, with_for_update={"key_share": True}
    )
    if not row:
        raise not_found(ref_of(table, key), path)
    return row


async def is_taken(
    unit: Unit, table: type[models.Tenant], column: str, value: object, but: models.Tenant | None
) -> bool:
    """Whether a row other than `but` has this value."""
    rows = await unit.session.scalars(
        select(table).where(table.org_id == unit.org_id, getattr(table, column) == value).limit(2)
    )
    return any(row is not but for row in rows)


def _could_be(key: Key) -> bool:
    return is_storable(key) if isinstance(key, str) else is_key(key)
