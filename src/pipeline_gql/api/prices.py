"""Prices, as all nouns of the catalogue take them."""

from collections.abc import Sequence
from decimal import Decimal

import strawberry

from pipeline_gql.api.inputs import currency, needed, optional
from pipeline_gql.api.verbs import Call
from pipeline_gql.domain.errors import Path
from pipeline_gql.operations.pricing import Price


@strawberry.input(description="What an item costs in a currency.")
class PriceInput:
    financial_unit_id: strawberry.ID = needed("The currency: a code such as USD, or its id.")
    amount: Decimal = needed("The price of one, before tax.")
    region_id: strawberry.ID | None = optional(
        "Where it is the price; in all regions without one of their own if null."
    )


def prices(call: Call, value: Sequence[PriceInput], path: Path) -> object:
    """The whole list; an empty one leaves the item without prices."""
    return tuple(_price(call, each, (*path, place)) for place, each in enumerate(value))


def _price(call: Call, given: PriceInput, path: Path) -> Price:
    code = currency(call, given.financial_unit_id, (*path, "financial_unit_id"))
    return Price(
        financial_unit_id=str(code),
        amount=given.amount,
        region_id=call.key(given.region_id, "Region", *path, "region_id"),
    )
