"""Companies that buy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from pipeline_gql.domain import text
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun, reference
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

ACCOUNT = Noun(
    models.Account,
    Permission.KEEP_PEOPLE,
    "account",
    {
        "name": Field("name", text.required_text),
        "region_id": reference("region_code", models.Region),
        "owner_id": reference("owner_id", models.User),
        "email": Field("email", text.optional_email),
        "phone": Field("phone", text.optional_text),
        "website": Field("website", text.optional_url),
        "industry": Field("industry", text.optional_text),
        "description": Field("description", partial(text.optional_text, limit=text.DESCRIPTION)),
        "external_id": Field("external_id", text.optional_text, is_unique=True),
    },
)


@dataclass(frozen=True, slots=True)
class CreateAccount:
    name: str | None = None
    region_id: str | None = None
    owner_id: int | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    industry: str | None = None
    description: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateAccount:
    """`changes` holds what was sent, under the names of `CreateAccount`; None clears."""

    account_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateAccount) -> Done:
    return Done({"account": await keeping.create(unit, viewer, ACCOUNT, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateAccount) -> Done:
    key, changes = command.account_id, command.changes
    await keeping.update(unit, viewer, ACCOUNT, key, changes, command.expected_version)
    return Done({"account": key})
