"""The canary really stands everywhere, so that a column added later gets one too."""

from sqlalchemy import Text, text

from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from tests import canary
from tests.organisations import Organisation

EMPTY = {
    *("deleted_at", "deleted_by_id", "left_at", "until", "ended_at", "revoked_at", "expires_at"),
    *("based_on_id", "content_hash", "created_by_id"),
    *("expected_days", "stalled_after_days", "position"),
}
"""What is empty by the state that a row is in, or cannot be changed once it is published."""
CHOSEN = {
    *("region_code", "currency", "time_zone", "training_token_type_key", "key", "hint"),
    *("state", "role", "kind", "cause", "mode", "priority", "lifecycle_state", "amount_source"),
    *("status", "metric", "aggregate", "aggregate_id", "sha256", "colour", "email_key", "name_key"),
    *("from_currency", "to_currency", "policy"),
}
"""Texts of a fixed choice, of a form, or that are keys."""
KEYS = {("region", "code"), ("attribute_definition", "type")}


async def test_every_column_of_the_second_organisation_holds_something_of_its_own(
    database: Database, second_organisation: Organisation
) -> None:
    await canary.plant(database, second_organisation)
    bare: list[str] = []
    async with database.writing(second_organisation.org_id) as unit:
        for name, table in models.Base.metadata.tables.items():
            if "org_id" not in table.c or name == "subject":
                continue
            rows = (await unit.session.execute(text(f"SELECT * FROM {name}"))).mappings().all()
            for column in table.c:
                values = [row[column.name] for row in rows if row[column.name] is not None]
                if not values:
                    bare += [f"{name}.{column.name}"] if column.name not in EMPTY else []
                elif isinstance(column.type, Text) and column.name not in CHOSEN:
                    marked = any(canary.WORD in value for value in values)
                    if not marked and (name, column.name) not in KEYS:
                        bare.append(f"{name}.{column.name} has no canary")
    assert bare == []
