"""Who works in an organisation."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def by_email(unit: Unit, email: str) -> models.User | None:
    """The user with that address, active or not."""
    user = models.User
    return await unit.session.scalar(
        select(user).where(user.org_id == unit.org_id, user.email == email)
    )


async def add(unit: Unit, email: str, name: str, role: Role) -> models.User:
    """A new user, who may sign in at once."""
    row = models.User(org_id=unit.org_id, email=email, name=name, role=role.value)
    unit.session.add(row)
    await unit.session.flush()
    return row


async def by_id(unit: Unit) -> Mapping[int, models.User]:
    """Every user, by id."""
    user = models.User
    rows = await unit.session.scalars(select(user).where(user.org_id == unit.org_id))
    return {row.id: row for row in rows}


async def among(unit: Unit, people: Iterable[Ref]) -> Mapping[Ref, models.User]:
    """Those of them that there are, active or not."""
    user = models.User
    keys = {ref.key for ref in people if is_key(ref.key)}
    rows = await unit.session.scalars(
        select(user).where(user.org_id == unit.org_id, user.id.in_(keys))
    )
    return {Ref("User", row.id): row for row in rows}


async def inactive(unit: Unit, people: Iterable[Ref]) -> Mapping[Ref, str]:
    """The names of those who sign in no more."""
    user = models.User
    keys = {ref.key for ref in people if is_key(ref.key)}
    if not keys:
        return {}
    rows = await unit.session.execute(
        select(user.id, user.name).where(
            user.org_id == unit.org_id, user.id.in_(keys), user.is_active.is_(False)
        )
    )
    return {Ref("User", row.id): row.name for row in rows}
