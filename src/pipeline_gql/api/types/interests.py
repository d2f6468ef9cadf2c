"""Interests of five kinds."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.types.node import Node, maybe, one, several, told


@strawberry.type(description="Somebody who will learn.")
class InterestLearner:
    contact: Any = maybe("Contact", "people", "The contact, for an existing learner.")
    first_name: str | None = told("The first name.")
    last_name: str | None = told("The last name.")
    email: str | None = told("The e-mail address.")


@strawberry.enum(description="How a discount was given.")
class DiscountKind(Enum):
    PERCENTAGE = strawberry.enum_value("PERCENTAGE", description="As a percentage of the total.")
    AMOUNT = strawberry.enum_value("AMOUNT", description="As a fixed amount.")


@strawberry.type(description="What is taken off an interest's total amount, as it was given.")
class InterestDiscount:
    kind: DiscountKind = told("Which of the two it is.")
    percentage: Decimal | None = told("The percentage; null for a fixed amount.")
    amount: Decimal | None = told("The fixed amount; null for a percentage.")


@strawberry.interface(description="What the customer wants: an item, how many, for how much.")
class OpportunityInterest(Node):
    legacy_id: int = told("The integer in the id.")
    item: Any = one("InterestItem", "catalogue", "What is wanted.")
    opportunity: Any = one("Opportunity", "opportunities", "The opportunity it belongs to.")
    position: int = told("Its place among those of its opportunity, counted from 1.")
    quantity: int = told("How many are wanted.")
    unit_amount: Decimal = told("The price of one, before discount and tax.")
    total_amount: Decimal = told("Quantity times unit amount, before discount and tax.")
    discount: InterestDiscount | None = told("What was taken off the total amount.")
    discount_amount: Decimal = told(
        "What the discount comes to, a percentage being rounded half up to the smallest coin."
    )
    net_amount: Decimal = told("The total amount less the discount, before tax.")
    tax_amount: Decimal = told("The tax on the net amount, rounded half up to the smallest coin.")
    tax_type: Any = maybe("TaxType", "catalogue", "The tax.")
    financial_unit: Any = one("FinancialUnit", "catalogue", "The currency of its amounts.")
    learners: Any = several("InterestLearner", "interests", "Who will learn.")
    reserved_places: int = told("Places held on the event; 0 once their date has passed.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="An interest in a course without a date.")
class CourseTemplateInterest(OpportunityInterest, Node):
    pass


@strawberry.type(description="An interest in places on an event.")
class EventInterest(OpportunityInterest, Node):
    pass


@strawberry.type(description="An interest in a learning path.")
class LearningPathInterest(OpportunityInterest, Node):
    pass


@strawberry.type(description="An interest in training tokens.")
class TrainingTokenInterest(OpportunityInterest, Node):
    expires_at: datetime | None = told("When the tokens expire.")


@strawberry.type(description="An interest in a product.")
class ProductInterest(OpportunityInterest, Node):
    pass
