"""`region { … }`. A region's code is its key: it is given once and never changes."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    currency,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.usual import creating, updating
from pipeline_gql.api.verbs import verb
from pipeline_gql.operations import regions


@strawberry.input(description="The fields of a region that may be empty.")
class RegionFields:
    financial_unit_id: strawberry.ID | None = optional(
        "The currency used there: a code such as USD, or its id."
    )


@strawberry.input(description="A new region.")
class RegionCreateInput(RegionFields, WriteInput):
    code: str = needed(
        "The region's code: 1 to 32 letters, digits or any of . _ - that never change."
    )
    name: str = needed("The region's name, unique among regions.")


@strawberry.input(description="Changes of a region: absent is untouched, null is cleared.")
class RegionUpdateInput(RegionFields, ChangeInput):
    region_id: strawberry.ID | None = optional("The region to change.")
    id: strawberry.ID | None = optional("The same as regionId.")
    name: str | None = optional("The region's name, unique among regions.")


@strawberry.type(description="What a mutation of a region answers.")
class RegionPayload(Payload):
    region: Any = of("Region", "catalogue", "region")


FIELDS: Fields = {"name": plain, "financial_unit_id": currency}


create = creating(regions.CreateRegion, regions.create, {"code": plain, **FIELDS})
update = updating("Region", regions.UpdateRegion, regions.update, FIELDS)


@strawberry.type(description="What can be done to regions.")
class RegionMutations:
    create: Any = verb(RegionCreateInput, RegionPayload, create, "Creates a region.")
    update: Any = verb(RegionUpdateInput, RegionPayload, update, "Changes a region.")
