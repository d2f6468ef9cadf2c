"""What a mutation brought about, or with `dryRun` would bring about."""

from decimal import Decimal

import strawberry

from pipeline_gql.api.types.node import Node, told


@strawberry.type(description="Something that happened to a record, as the feed of events tells it.")
class MutationEvent:
    type: str = told("What happened, such as opportunity.moved.")
    record_type: str = told("The GraphQL type of the record that it happened to.")
    record_id: strawberry.ID = told("The id of the record that it happened to.")
    version: int | None = told("The record's version from then on; null where it stays.")
    fields: list[str] = told("The names of the record's fields that changed.")


@strawberry.type(description="By how much opportunities of one currency are worth more, or less.")
class ForecastDelta:
    currency: str = told("The ISO 4217 code of the currency.")
    value: Decimal = told("Of what open and won opportunities are worth.")
    weighted: Decimal = told("The same, each of them times its probability and rounded down.")


@strawberry.type(description="What a mutation brought about, or with dryRun would bring about.")
class Effects:
    created: list[Node] = told(
        "The new records in the order in which they came, at most 100; what only remembers "
        "(history, stays, events) is not told."
    )
    events: list[MutationEvent] = told("What happened, in this order; at most 100.")
    forecast_delta: list[ForecastDelta] = told(
        "What it means for the forecast, by currency; a currency of which nothing changed is left "
        "out."
    )
