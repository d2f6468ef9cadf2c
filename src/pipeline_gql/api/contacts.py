"""`contact { … }`."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    key,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.usual import creating, updating
from pipeline_gql.api.verbs import verb
from pipeline_gql.operations import contacts


@strawberry.input(description="The fields of a contact that may be empty.")
class ContactFields:
    email: str | None = optional("The e-mail address.")
    phone: str | None = optional("The telephone number.")
    job_title: str | None = optional("The job title.")
    account_id: strawberry.ID | None = optional("The company the person works for.")
    external_id: str | None = optional("The key in another system, unique among contacts.")


@strawberry.input(description="A new contact.")
class ContactCreateInput(ContactFields, WriteInput):
    first_name: str = needed("The first name.")
    last_name: str = needed("The last name.")


@strawberry.input(description="Changes of a contact: absent is untouched, null is cleared.")
class ContactUpdateInput(ContactFields, ChangeInput):
    contact_id: strawberry.ID | None = optional("The contact to change.")
    id: strawberry.ID | None = optional("The same as contactId.")
    first_name: str | None = optional("The first name.")
    last_name: str | None = optional("The last name.")


@strawberry.type(description="What a mutation of a contact answers.")
class ContactPayload(Payload):
    contact: Any = of("Contact", "people", "contact")


FIELDS: Fields = {
    "first_name": plain,
    "last_name": plain,
    "email": plain,
    "phone": plain,
    "job_title": plain,
    "account_id": key("Account"),
    "external_id": plain,
}


create = creating(contacts.CreateContact, contacts.create, FIELDS)
update = updating("Contact", contacts.UpdateContact, contacts.update, FIELDS)


@strawberry.type(description="What can be done to contacts.")
class ContactMutations:
    create: Any = verb(ContactCreateInput, ContactPayload, create, "Creates a contact.")
    update: Any = verb(ContactUpdateInput, ContactPayload, update, "Changes a contact.")
