"""Setting an organisation up from outside: rows with ids of their own choosing."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlalchemy import delete, insert, text, update
from sqlalchemy.dialects import postgresql

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

Row = Mapping[str, object]


async def insert_organisation(
    unit: Unit, *, name: str, time_zone: str = "UTC", currency: str = "USD"
) -> bool:
    """The organisation of `unit`, known to the directory and with an empty feed.

    False when it exists; whoever inserts it at the same time is waited for.
    """
    entity = models.Organisation
    inserted = await unit.session.execute(
        postgresql.insert(entity)
        .values(org_id=unit.org_id, name=name, time_zone=time_zone, currency=currency)
        .on_conflict_do_nothing(index_elements=[entity.org_id])
        .returning(entity.org_id)
    )
    if inserted.first() is None:
        return False
    await insert_rows(unit, models.OrganisationId, [{}])
    await insert_rows(unit, models.OutboxHead, [{}])
    return True


async def insert_rows(unit: Unit, model: type[models.Base], rows: Sequence[Row]) -> None:
    """Inserts `rows` into the unit's organisation; a column that a row leaves out has its default,
    one that it gives as None is null.

    Ids are taken as given: call `advance_sequences` when all are in.
    """
    for _, alike in groupby(rows, key=lambda row: sorted(row)):
        values = [{**row, "org_id": unit.org_id} for row in alike]
        # Else rows that are null in different columns would be a statement each.
        explicit = {"render_nulls": True}
        await unit.session.execute(insert(model), values, execution_options=explicit)


async def clear(unit: Unit, model: type[models.Tenant]) -> None:
    """Leaves the unit's organisation no such row."""
    await unit.session.execute(delete(model).where(model.org_id == unit.org_id))


async def update_rows(unit: Unit, model: type[models.Base], rows: Sequence[Row]) -> None:
    """Changes rows that are there already; each names its key and the columns to change."""
    values = [{**row, "org_id": unit.org_id} for row in rows]
    await unit.session.execute(update(model), values)


async def advance_sequences(unit: Unit) -> None:
    """Moves every identity sequence past the organisation's highest id, never back."""
    for mapper in models.Base.registry.mappers:
        table = mapper.class_.__table__
        if "id" in table.c and table.c.id.identity is not None:
            await unit.session.execute(
                text(
                    f"SELECT setval(s, greatest(nextval(s),"
                    f" (SELECT max(id) FROM {table.name} WHERE org_id = :org)))"
                    f" FROM pg_get_serial_sequence('{table.name}', 'id') AS s"
                ),
                {"org": unit.org_id},
            )
