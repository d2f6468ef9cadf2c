"""Many rows in one statement: a list of them travels as JSON and is a table in SQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import TableValuedAlias, cast, column, func, literal
from sqlalchemy.dialects.postgresql import JSONB


def recordset(
    columns: Mapping[str, Any], rows: Sequence[Mapping[str, object]], name: str
) -> TableValuedAlias:
    """`columns` gives each its type; what a row lacks is null."""
    plain = [{key: _plain(row.get(key)) for key in columns} for row in rows]
    listed = func.jsonb_to_recordset(cast(literal(plain, JSONB), JSONB))
    typed = [column(key, type) for key, type in columns.items()]
    return listed.table_valued(*typed, joins_implicitly=True).render_derived(
        name=name, with_types=True
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value
