"""Founding an organisation: what must be there before anybody can sign in and sell."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline_gql.domain.documents import Document
from pipeline_gql.domain.money import currency_code
from pipeline_gql.domain.problems import invalid
from pipeline_gql.domain.text import required_email, required_text
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.operations import attributes
from pipeline_gql.operations.attributes import CreateAttribute
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.store import seeding, users
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class Found:
    """`pipelines` are published in this order; the first is the default one. `attributes` are
    what they require."""

    name: str
    admin_email: str
    admin_name: str
    currency: str
    time_zone: str
    pipelines: Sequence[Document]
    attributes: Sequence[CreateAttribute] = ()


async def found(unit: Unit, command: Found) -> int:
    """The id of its first user, an administrator. The unit's organisation must be a new one."""
    name = required_text(command.name, ("name",))
    email = required_email(command.admin_email, ("admin_email",))
    who = required_text(command.admin_name, ("admin_name",))
    currency = currency_code(command.currency, ("currency",))
    _check_time_zone(command.time_zone)
    await seeding.insert_organisation(
        unit, name=name, time_zone=command.time_zone, currency=currency
    )
    admin = await users.add(unit, email, who, Role.ADMIN)
    founder = Viewer(unit.org_id, admin.id, who, Role.ADMIN, time_zone=command.time_zone)
    for attribute in command.attributes:
        await attributes.create(unit, founder, attribute)
    for document in command.pipelines:
        await publish_document(unit, None, document)
    return admin.id


def _check_time_zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise invalid(("time_zone",), "must be an IANA time zone", value) from None
