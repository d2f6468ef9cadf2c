"""`region { … }`. A region's code is its key: it is given once and never changes."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    currency,
    filled,
    named,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.verbs import Call, Work, given, verb
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


def create(input: RegionCreateInput, call: Call) -> Work:
    command = regions.CreateRegion(**filled(input, call, {"code": plain, **FIELDS}))
    return lambda unit: regions.create(unit, call.viewer, command)


def update(input: RegionUpdateInput, call: Call) -> Work:
    command = regions.UpdateRegion(
        region_id=named(input, call, "Region", "region_id"),
        changes=sent(input, call, FIELDS),
        expected_version=given(input.expected_version),
    )
    return lambda unit: regions.update(unit, call.viewer, command)


@strawberry.type(description="What can be done to regions.")
class RegionMutations:
    create: Any = verb(RegionCreateInput, RegionPayload, create, "Creates a region.")
    update: Any = verb(RegionUpdateInput, RegionPayload, update, "Changes a region.")
