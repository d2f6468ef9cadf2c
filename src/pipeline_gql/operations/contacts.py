"""People."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_gql.domain import text
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun, reference
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


def _fill_name(contact: models.Contact) -> None:
    contact.name = f"{contact.first_name} {contact.last_name}"


CONTACT = Noun(
    models.Contact,
    Permission.KEEP_PEOPLE,
    "contact",
    {
        "first_name": Field("first_name", text.required_text),
        "last_name": Field("last_name", text.required_text),
        "email": Field("email", text.optional_email),
        "phone": Field("phone", text.optional_text),
        "job_title": Field("job_title", text.optional_text),
        "account_id": reference("account_id", models.Account),
        "external_id": Field("external_id", text.optional_text, is_unique=True),
    },
    required=frozenset({"first_name", "last_name"}),
    whole=_fill_name,
)


@dataclass(frozen=True, slots=True)
class CreateContact:
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    account_id: int | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateContact:
    """`changes` holds what was sent, under the names of `CreateContact`; None clears."""

    contact_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateContact) -> Done:
    return Done({"contact": await keeping.create(unit, viewer, CONTACT, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateContact) -> Done:
    key, changes = command.contact_id, command.changes
    await keeping.update(unit, viewer, CONTACT, key, changes, command.expected_version)
    return Done({"contact": key})
