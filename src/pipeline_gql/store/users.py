"""Who works in an organisation."""

from collections.abc import Mapping

from sqlalchemy import select

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def by_email(unit: Unit, email: str) -> models.User | None:
    """The user with that address, active or not."""
    user = models.User
    return await unit.session.scalar(
        select(user).where(user.org_id == unit.org_id, user.email == email)
    )


async def emails(unit: Unit) -> Mapping[int, str]:
    """Of every user, by id."""
    user = models.User
    rows = await unit.session.execute(select(user.id, user.email).where(user.org_id == unit.org_id))
    return {row.id: row.email for row in rows}
