"""What join tables tie to a record: users, teams, tags."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select

from pipeline_gql.store.database import Unit


async def of(unit: Unit, column: Any, record_id: int) -> list[int]:
    """The keys in `column` of a join table, for one of the records that it ties to."""
    tie = column.class_
    rows = await unit.session.scalars(
        select(column)
        .where(tie.org_id == unit.org_id, _record(column) == record_id)
        .order_by(column)
    )
    return list(rows)


async def put(unit: Unit, column: Any, record_id: int, keys: Iterable[int]) -> None:
    """Exactly these."""
    tie, record = column.class_, _record(column)
    wanted, had = set(keys), set(await of(unit, column, record_id))
    if gone := had - wanted:
        await unit.session.execute(
            delete(tie).where(tie.org_id == unit.org_id, record == record_id, column.in_(gone))
        )
    unit.session.add_all(
        tie(org_id=unit.org_id, **{record.key: record_id, column.key: key})
        for key in sorted(wanted - had)
    )


def _record(column: Any) -> Any:
    """The other column of the join table's key."""
    tie = column.class_
    names = [known.name for known in tie.__table__.primary_key]
    (name,) = set(names) - {"org_id", column.key}
    return getattr(tie, name)
