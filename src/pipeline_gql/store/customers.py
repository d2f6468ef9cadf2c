"""Accounts and contacts that are there already, for who is about to make one."""

from typing import Any

from sqlalchemy import func, select

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def account_named(unit: Unit, name: str) -> int | None:
    """The oldest account of this name, ignoring case."""
    return await _first(unit, models.Account.name_key, name)


async def contact_with(unit: Unit, email: str) -> int | None:
    """The oldest contact with this address, ignoring case."""
    return await _first(unit, models.Contact.email_key, email)


async def make_alone(unit: Unit) -> None:
    """Until the transaction ends nobody else who says this makes a customer of the organisation:
    who looks again now finds what others made."""
    organisation = models.Organisation
    await unit.session.execute(
        select(organisation.org_id)
        .where(organisation.org_id == unit.org_id)
        .with_for_update(key_share=True)
    )


async def _first(unit: Unit, key: Any, text: str) -> int | None:
    """By a column in lower case, which an index serves."""
    table = key.class_
    return await unit.session.scalar(
        select(table.id)
        .where(table.org_id == unit.org_id, key == func.lower(text))
        .order_by(table.id)
        .limit(1)
    )
