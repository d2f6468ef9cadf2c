"""`product { … }`."""

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
from pipeline_gql.api.prices import PriceInput, prices
from pipeline_gql.api.usual import creating, updating
from pipeline_gql.api.verbs import verb
from pipeline_gql.operations import products


@strawberry.input(description="The fields of a product that may be left out.")
class ProductFields:
    description: str | None = optional("What it is.")
    is_active: bool | None = optional("Whether it can be sold; yes in a new product unless given.")
    prices: list[PriceInput] | None = optional("What it costs: the whole list.")


@strawberry.input(description="A new product.")
class ProductCreateInput(ProductFields, WriteInput):
    sku: str = needed("The stock-keeping unit, unique among products.")
    name: str = needed("The product's name.")


@strawberry.input(description="Changes of a product: absent is untouched, null is cleared.")
class ProductUpdateInput(ProductFields, ChangeInput):
    product_id: strawberry.ID | None = optional("The product to change.")
    id: strawberry.ID | None = optional("The same as productId.")
    sku: str | None = optional("The stock-keeping unit, unique among products.")
    name: str | None = optional("The product's name.")


@strawberry.type(description="What a mutation of a product answers.")
class ProductPayload(Payload):
    product: Any = of("Product", "catalogue", "product")


FIELDS: Fields = {
    "sku": plain,
    "name": plain,
    "description": plain,
    "is_active": plain,
    "prices": prices,
}


create = creating(products.CreateProduct, products.create, FIELDS)
update = updating("Product", products.UpdateProduct, products.update, FIELDS)


@strawberry.type(description="What can be done to products.")
class ProductMutations:
    create: Any = verb(ProductCreateInput, ProductPayload, create, "Creates a product.")
    update: Any = verb(ProductUpdateInput, ProductPayload, update, "Changes a product.")
