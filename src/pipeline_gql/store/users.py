"""Who works in an organisation."""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def by_email(unit: Unit, email: str) -> models.User | None:
    """The user with that address in any case, active or not."""
    user = models.User
    return await unit.session.scalar(
        select(user).where(user.org_id == unit.org_id, user.email_key == func.lower(email))
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


async def admins(unit: Unit) -> set[int]:
    """The active administrators, held until the transaction ends, so that of two who would each
    dismiss the other the second finds himself the last."""
    user = models.User
    rows = await unit.session.scalars(
        select(user.id)
        .where(user.org_id == unit.org_id, user.role == Role.ADMIN.value, user.is_active)
        .order_by(user.id)
        .with_for_update(key_share=True)
    )
    return set(rows)


async def is_admin(unit: Unit, user_id: int) -> bool:
    """As it is stored now, whatever a server remembers."""
    user = models.User
    found = await unit.session.scalar(
        select(user.id).where(
            user.org_id == unit.org_id,
            user.id == user_id,
            user.role == Role.ADMIN.value,
            user.is_active,
        )
    )
    return found is not None
