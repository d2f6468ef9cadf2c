"""Taxes. A new rate holds for what is added from then on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import flag, rate_of
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

TAX_TYPE = Noun(
    models.TaxType,
    Permission.SET_UP,
    "tax_type",
    {
        "name": Field("name", text.required_text, is_unique=True),
        "rate": Field("rate", rate_of),
        "is_active": Field("is_active", flag),
    },
    required=frozenset({"name", "rate"}),
)


@dataclass(frozen=True, slots=True)
class CreateTaxType:
    """`rate` is a percentage."""

    name: str | None = None
    rate: Decimal | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class UpdateTaxType:
    """`changes` holds what was sent, under the names of `CreateTaxType`; None clears."""

    tax_type_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateTaxType) -> Done:
    return Done({"tax_type": await keeping.create(unit, viewer, TAX_TYPE, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateTaxType) -> Done:
    key, changes = command.tax_type_id, command.changes
    await keeping.update(unit, viewer, TAX_TYPE, key, changes, command.expected_version)
    return Done({"tax_type": key})
