"""`account { … }`."""

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
from pipeline_gql.operations import accounts


@strawberry.input(description="The fields of an account that may be empty.")
class AccountFields:
    region_id: strawberry.ID | None = optional("Where the company is.")
    owner_id: strawberry.ID | None = optional("The user who looks after the account.")
    email: str | None = optional("The e-mail address.")
    phone: str | None = optional("The telephone number.")
    website: str | None = optional("The web address, with http or https.")
    industry: str | None = optional("The industry.")
    description: str | None = optional("What is worth knowing.")
    external_id: str | None = optional("The key in another system, unique among accounts.")


@strawberry.input(description="A new account.")
class AccountCreateInput(AccountFields, WriteInput):
    name: str = needed("The company's name.")


@strawberry.input(description="Changes of an account: absent is untouched, null is cleared.")
class AccountUpdateInput(AccountFields, ChangeInput):
    account_id: strawberry.ID | None = optional("The account to change.")
    id: strawberry.ID | None = optional("The same as accountId.")
    name: str | None = optional("The company's name.")


@strawberry.type(description="What a mutation of an account answers.")
class AccountPayload(Payload):
    account: Any = of("Account", "people", "account")


FIELDS: Fields = {
    "name": plain,
    "region_id": key("Region"),
    "owner_id": key("User"),
    "email": plain,
    "phone": plain,
    "website": plain,
    "industry": plain,
    "description": plain,
    "external_id": plain,
}


create = creating(accounts.CreateAccount, accounts.create, FIELDS)
update = updating("Account", accounts.UpdateAccount, accounts.update, FIELDS)


@strawberry.type(description="What can be done to accounts.")
class AccountMutations:
    create: Any = verb(AccountCreateInput, AccountPayload, create, "Creates an account.")
    update: Any = verb(AccountUpdateInput, AccountPayload, update, "Changes an account.")
