"""What is forgotten with time, and what is not."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select, update

from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from pipeline_gql.store.leftovers import purge_keys
from tests.organisations import Organisation


async def test_keys_older_than_seven_days_are_forgotten(
    database: Database, organisation: Organisation
) -> None:
    key = models.IdempotencyKey
    async with database.writing(organisation.org_id) as unit:
        for name in ("old", "new"):
            await unit.session.execute(
                insert(key).values(
                    org_id=unit.org_id,
                    actor_id=organisation.admin.user_id,
                    key=name,
                    path="account.create",
                    fingerprint=b"x",
                )
            )
        past = datetime.now(UTC) - timedelta(days=7, seconds=1)
        await unit.session.execute(
            update(key).where(key.org_id == unit.org_id, key.key == "old").values(created_at=past)
        )
    async with database.writing(organisation.org_id) as unit:
        assert await purge_keys(unit) == 1
        assert await unit.session.scalar(select(func.min(key.key))) == "new"
