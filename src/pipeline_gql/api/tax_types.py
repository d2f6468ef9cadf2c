"""`taxType { … }`."""

from decimal import Decimal
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.usual import creating, updating
from pipeline_gql.api.verbs import verb
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


create = creating(tax_types.CreateTaxType, tax_types.create, FIELDS)
update = updating("TaxType", tax_types.UpdateTaxType, tax_types.update, FIELDS)


@strawberry.type(description="What can be done to tax types.")
class TaxTypeMutations:
    create: Any = verb(TaxTypeCreateInput, TaxTypePayload, create, "Creates a tax type.")
    update: Any = verb(TaxTypeUpdateInput, TaxTypePayload, update, "Changes a tax type.")
