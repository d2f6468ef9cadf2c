"""What winning brings about: registrations, invoices, issued tokens."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, one, several, told


@strawberry.enum(description="What became of a registration.")
class RegistrationState(Enum):
    ACTIVE = strawberry.enum_value("ACTIVE", description="The places are taken.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="The places are free again.")


@strawberry.type(description="An account's places on an event.")
class Registration(Node):
    event: Any = one("Event", "catalogue", "The event.")
    account: Any = maybe("Account", "people", "Who takes the places.")
    learners: Any = connection("Contact", "people", "Who learns.")
    quantity: int = told("How many places.")
    state: RegistrationState = told("What became of it.")
    source_opportunity: Any = maybe(
        "Opportunity", "opportunities", "The opportunity that brought it about."
    )
    interest: Any = maybe("OpportunityInterest", "interests", "The interest it was made of.")
    created_at: datetime = told("When it was made.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.enum(description="What may still happen to an invoice.")
class InvoiceLifecycleState(Enum):
    Draft = strawberry.enum_value("Draft", description="It can still change.")
    Final = strawberry.enum_value("Final", description="It has its number and cannot change.")
    Void = strawberry.enum_value("Void", description="It was taken back.")


@strawberry.interface(description="What the customer is asked to pay by.")
class SalesDocument(Node):
    pass


@strawberry.type(description="What an invoice asks for, as it was when the invoice was made.")
class InvoiceLine:
    position: int = told("Its place in the invoice, counted from 1.")
    description: str = told("What is sold.")
    quantity: int = told("How many.")
    unit_amount: Decimal = told("The price of one, before discount and tax.")
    total_amount: Decimal = told("Quantity times unit amount, before discount and tax.")
    discount_amount: Decimal = told("What is taken off the total amount.")
    net_amount: Decimal = told("The total amount less the discount, before tax.")
    tax_amount: Decimal = told("The tax on the net amount.")
    tax_type: Any = maybe("TaxType", "catalogue", "The tax.")
    interest: Any = maybe(
        "OpportunityInterest", "interests", "The interest it was made of; null once that is gone."
    )


@strawberry.type(description="An invoice.")
class Invoice(SalesDocument, Node):
    number: str | None = told("The invoice's number, which it gets when it is made final.")
    lifecycle_state: InvoiceLifecycleState = told("What may still happen to it.")
    account: Any = maybe("Account", "people", "Who pays.")
    region: Any = maybe("Region", "catalogue", "Where it was sold.")
    source_opportunity: Any = maybe(
        "Opportunity", "opportunities", "The opportunity that brought it about."
    )
    lines: Any = several("InvoiceLine", "papers", "What it asks for, one line for each interest.")
    financial_unit: Any = one("FinancialUnit", "catalogue", "The currency of its amounts.")
    net_total: Decimal = told("The total before tax.")
    tax_total: Decimal = told("The tax.")
    grand_total: Decimal = told("The total with tax.")
    finalised_at: datetime | None = told("When it was made final.")
    voided_at: datetime | None = told("When it was taken back.")
    created_at: datetime = told("When it was made.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="Training tokens given to an account.")
class TokenIssue(Node):
    token_type: Any = one("TrainingTokenType", "catalogue", "The kind of token.")
    account: Any = one("Account", "people", "Who has them.")
    source_opportunity: Any = maybe(
        "Opportunity", "opportunities", "The opportunity that brought it about."
    )
    interest: Any = maybe("OpportunityInterest", "interests", "The interest it was made of.")
    quantity: int = told("How many.")
    expires_at: datetime | None = told("When they expire.")
    revoked_at: datetime | None = told("When they were taken back.")
    created_at: datetime = told("When they were given.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")
