"""`exchangeRate { … }`."""

import datetime
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
from pipeline_gql.api.usual import acting, creating, updating
from pipeline_gql.api.verbs import verb
from pipeline_gql.operations import exchange_rates


@strawberry.input(description="A new exchange rate.")
class ExchangeRateCreateInput(WriteInput):
    from_currency: str = needed("The ISO 4217 code of the currency that is converted.")
    to_currency: str = needed("The ISO 4217 code of the currency it is converted to.")
    date: datetime.date = needed("The first day on which it is valid; one rate a day.")
    rate: Decimal = needed("What one of fromCurrency is worth, with at most ten decimals.")


@strawberry.input(description="Changes of an exchange rate: absent is untouched.")
class ExchangeRateUpdateInput(ChangeInput):
    exchange_rate_id: strawberry.ID | None = optional("The exchange rate to change.")
    id: strawberry.ID | None = optional("The same as exchangeRateId.")
    from_currency: str | None = optional("The ISO 4217 code of the currency that is converted.")
    to_currency: str | None = optional("The ISO 4217 code of the currency it is converted to.")
    date: datetime.date | None = optional("The first day on which it is valid; one rate a day.")
    rate: Decimal | None = optional("What one of fromCurrency is worth.")


@strawberry.input(description="The exchange rate to delete.")
class ExchangeRateDeleteInput(ChangeInput):
    exchange_rate_id: strawberry.ID | None = optional("The exchange rate to delete.")
    id: strawberry.ID | None = optional("The same as exchangeRateId.")


@strawberry.type(description="What a mutation of an exchange rate answers.")
class ExchangeRatePayload(Payload):
    exchange_rate: Any = of("ExchangeRate", "exchange", "exchange rate")


FIELDS: Fields = {"from_currency": plain, "to_currency": plain, "date": plain, "rate": plain}


create = creating(exchange_rates.CreateExchangeRate, exchange_rates.create, FIELDS)
update = updating("ExchangeRate", exchange_rates.UpdateExchangeRate, exchange_rates.update, FIELDS)
delete = acting("ExchangeRate", exchange_rates.DeleteExchangeRate, exchange_rates.delete)


@strawberry.type(description="What can be done to exchange rates.")
class ExchangeRateMutations:
    create: Any = verb(
        ExchangeRateCreateInput, ExchangeRatePayload, create, "Creates an exchange rate."
    )
    update: Any = verb(
        ExchangeRateUpdateInput, ExchangeRatePayload, update, "Changes an exchange rate."
    )
    delete: Any = verb(
        ExchangeRateDeleteInput, ExchangeRatePayload, delete, "Deletes an exchange rate."
    )
