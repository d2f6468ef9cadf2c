"""What is sold: regions, currencies, taxes, events, templates, paths, token types, prices."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, one, several, told


@strawberry.interface(description="What amounts are counted in.")
class FinancialUnit(Node):
    name: str = told("The unit's name, such as U.S. Dollars.")


@strawberry.type(description="A currency of ISO 4217.")
class Currency(FinancialUnit):
    code: str = told("The ISO 4217 code.")
    symbol: str = told("The symbol, such as $.")


@strawberry.type(description="A part of the world in which the organisation sells.")
class Region(Node):
    code: str = told("The region's code, which never changes.")
    name: str = told("The region's name.")
    financial_unit: Any = maybe("FinancialUnit", "catalogue", "The currency used there.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="A tax on what is sold.")
class TaxType(Node):
    name: str = told("The tax's name.")
    rate: Decimal = told("The rate in percent.")
    is_active: bool = told("Whether it can be used.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="What an item costs.")
class Price:
    region: Any = maybe("Region", "catalogue", "Where it is the price; everywhere else if null.")
    financial_unit: Any = one("FinancialUnit", "catalogue", "The currency.")
    amount: Decimal = told("The price of one, before tax.")


@strawberry.interface(description="What a customer can be interested in.")
class InterestItem(Node):
    pass


@strawberry.enum(description="Whether a course template can be sold.")
class CourseTemplateState(Enum):
    DRAFT = strawberry.enum_value("DRAFT", description="It cannot be sold yet.")
    PUBLISHED = strawberry.enum_value("PUBLISHED", description="It can be sold.")
    ARCHIVED = strawberry.enum_value("ARCHIVED", description="It is sold no longer.")


@strawberry.enum(description="Whether an event can be sold.")
class EventState(Enum):
    DRAFT = strawberry.enum_value("DRAFT", description="It cannot be sold yet.")
    PUBLISHED = strawberry.enum_value("PUBLISHED", description="It can be sold.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="It will not take place.")


@strawberry.type(description="A course that can be asked for before a date is known.")
class CourseTemplate(InterestItem, Node):
    code: str = told("The template's code.")
    title: str = told("The title.")
    description: str | None = told("What the course is about.")
    state: CourseTemplateState = told("Whether it can be sold.")
    prices: Any = several("Price", "catalogue", "What it costs.")
    events: Any = connection("Event", "catalogue", "The dates of this course.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="A course on a date, with places.")
class Event(InterestItem, Node):
    legacy_id: int = told("The integer in the id.")
    code: str = told("The event's code.")
    title: str = told("The title.")
    course_template: Any = maybe("CourseTemplate", "catalogue", "The course that is held.")
    region: Any = maybe("Region", "catalogue", "Where it is sold.")
    location: str | None = told("Where it takes place.")
    start_date: date | None = told("The first day.")
    end_date: date | None = told("The last day.")
    state: EventState = told("Whether it can be sold.")
    max_places: int = told("How many places there are.")
    booked_places: int = told("Places taken by registrations.")
    reserved_places: int = told("Places held for opportunities; expired holds do not count.")
    remaining_places: int = told("Places that can still be reserved.")
    prices: Any = several("Price", "catalogue", "What a place costs.")
    interests: Any = connection(
        "OpportunityInterest", "interests", "Interests in this event that the viewer sees."
    )
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="A sequence of courses that is sold as one.")
class LearningPath(InterestItem, Node):
    code: str = told("The path's code.")
    name: str = told("The path's name.")
    description: str | None = told("What it leads to.")
    is_active: bool = told("Whether it can be sold.")
    prices: Any = several("Price", "catalogue", "What it costs.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="A thing that is sold, with neither learners nor places.")
class Product(InterestItem, Node):
    sku: str = told("The stock-keeping unit, unique among products.")
    name: str = told("The product's name.")
    description: str | None = told("What it is.")
    is_active: bool = told("Whether it can be sold.")
    prices: Any = several("Price", "catalogue", "What it costs.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="A kind of prepaid training token.")
class TrainingTokenType(InterestItem, Node):
    name: str = told("The token type's name.")
    is_active: bool = told("Whether it can be sold.")
    prices: Any = several("Price", "catalogue", "What a token costs.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")
