"""Exchange rates."""

import datetime
from decimal import Decimal

import strawberry

from pipeline_gql.api.types.node import Node, told


@strawberry.type(
    description="What a currency is worth in another, from a day on until the next rate of the two."
)
class ExchangeRate(Node):
    from_currency: str = told("The ISO 4217 code of the currency that is converted.")
    to_currency: str = told("The ISO 4217 code of the currency it is converted to.")
    date: datetime.date = told("The first day on which it is valid.")
    rate: Decimal = told("What one of fromCurrency is worth, exactly.")
    created_at: datetime.datetime = told("When it was created.")
    updated_at: datetime.datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")
