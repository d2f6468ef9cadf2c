"""`taxType { … }`."""

from decimal import Decimal
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    filled,
    named,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.operations import tax_types


@strawberry.input(description="The fields of a tax type that may be left out.")
class TaxTypeFields:
    is_active: bool | None = optional("Whether it can be used; yes in a new tax unless given.")


@strawberry.input(description="A new tax type.")
class TaxTypeCreateInput(TaxTypeFields, WriteInput):
    name: str = needed("The tax's name, unique among taxes.")
    rate: Decimal = needed("The rate in percent, with at most four decimals.")


@strawberry.input(description="Changes of a tax type: absent is untouched, null is cleared.")
class TaxTypeUpdateInput(TaxTypeFields, ChangeInput):
    tax_type_id: strawberry.ID | None = optional("The tax type to change.")
    id: strawberry.ID | None = optional("The same as taxTypeId.")
    name: str | None = optional("The tax's name, unique among taxes.")
    rate: Decimal | None = optional("The rate in percent; it holds for what is added from then on.")


@strawberry.type(description="What a mutation of a tax type answers.")
class TaxTypePayload(Payload):
    tax_type: Any = of("TaxType", "catalogue", "tax type")


FIELDS: Fields = {"name": plain, "rate": plain, "is_active": plain}


def create(input: TaxTypeCreateInput, call: Call) -> Work:
    command = tax_types.CreateTaxType(**filled(input, call, FIELDS))
    return lambda unit: tax_types.create(unit, call.viewer, command)


def update(input: TaxTypeUpdateInput, call: Call) -> Work:
    command = tax_types.UpdateTaxType(
        tax_type_id=named(input, call, "TaxType", "tax_type_id"),
        changes=sent(input, call, FIELDS),
        expected_version=given(input.expected_version),
    )
    return lambda unit: tax_types.update(unit, call.viewer, command)


@strawberry.type(description="What can be done to tax types.")
class TaxTypeMutations:
    create: Any = verb(TaxTypeCreateInput, TaxTypePayload, create, "Creates a tax type.")
    update: Any = verb(TaxTypeUpdateInput, TaxTypePayload, update, "Changes a tax type.")
