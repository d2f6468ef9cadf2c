"""Things that are sold: neither courses nor tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import flag
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.operations.pricing import PRICES, Price
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

PRODUCT = Noun(
    models.Product,
    Permission.SET_UP,
    "product",
    {
        "sku": Field("sku", text.required_text, is_unique=True),
        "name": Field("name", text.required_text),
        "description": Field("description", partial(text.optional_text, limit=text.DESCRIPTION)),
        "is_active": Field("is_active", flag),
    },
    required=frozenset({"sku", "name"}),
    lists=PRICES,
)


@dataclass(frozen=True, slots=True)
class CreateProduct:
    sku: str | None = None
    name: str | None = None
    description: str | None = None
    is_active: bool | None = None
    prices: Sequence[Price] | None = None


@dataclass(frozen=True, slots=True)
class UpdateProduct:
    """`changes` holds what was sent, under the names of `CreateProduct`; None clears."""

    product_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateProduct) -> Done:
    return Done({"product": await keeping.create(unit, viewer, PRODUCT, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateProduct) -> Done:
    key, changes = command.product_id, command.changes
    await keeping.update(unit, viewer, PRODUCT, key, changes, command.expected_version)
    return Done({"product": key})
