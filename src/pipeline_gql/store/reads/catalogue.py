"""What is sold: regions, currencies, taxes, events, course templates, prices."""

from typing import Any

from sqlalchemy import func, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, NAME, UPDATED, by, creation, order, related
from pipeline_gql.store.reads.shapes import (
    Element,
    Form,
    One,
    Row,
    Scope,
    Several,
    Shape,
    Value,
    boolean,
    code,
    column,
    day,
    identity,
    moment,
    money,
    number,
    text,
    to_many,
    to_one,
)

AGES = {"createdAt": moment("created_at"), "updatedAt": moment("updated_at")}
AGE_ORDERS = {"createdAt": CREATED, "updatedAt": UPDATED}
TITLE = order(Kind.TEXT, "title", "By title.")
CODE = order(Kind.TEXT, "code", "By code.")


def unit(name: str = "currency", *, nullable: bool = False) -> One:
    """The currency that a column's code names."""
    return One("Currency", lambda here, there, scope: there.code == getattr(here, name), nullable)


def prices(name: str, key: str = "id") -> Several:
    return Several("Price", lambda here, there, scope: getattr(there, name) == getattr(here, key))


def _dead(row: Row, scope: Scope) -> Element:
    """Places that holds past their date still count in `reserved`."""
    hold: Any = models.SeatHold.__table__.alias()
    held: Any = models.Opportunity.__table__.alias()
    ended = select(func.coalesce(func.sum(hold.c.quantity), 0)).where(
        hold.c.org_id == scope.org,
        hold.c.event_id == row.id,
        hold.c.state == "HELD",
        held.c.org_id == scope.org,
        held.c.id == hold.c.opportunity_id,
        held.c.reservations_valid_until <= func.now(),
    )
    return ended.scalar_subquery()


def _reserved(row: Row, scope: Scope) -> Element:
    return row.reserved - _dead(row, scope)


def _remaining(row: Row, scope: Scope) -> Element:
    return row.capacity - row.booked - row.reserved + _dead(row, scope)


CURRENCY = Shape(
    "Currency",
    models.Currency,
    {
        "id": identity("Currency", "code"),
        "code": code("code"),
        "name": text("name"),
        "symbol": text("symbol"),
    },
    key="code",
    filters={
        "id": by(Kind.ID, "code", "The currency's id.", type="Currency"),
        "code": by(Kind.TEXT, "code", "The ISO 4217 code."),
        "name": by(Kind.TEXT, "name", "The currency's name."),
        "symbol": by(Kind.TEXT, "symbol", "The currency's symbol."),
    },
    orders={"name": NAME, "code": CODE},
    tenant=False,
    listed_as="FinancialUnit",
)

REGION = Shape(
    "Region",
    models.Region,
    {
        "id": identity("Region", "code"),
        "code": code("code"),
        "name": text("name"),
        "financialUnit": unit(nullable=True),
        "version": number("version"),
        **AGES,
    },
    key="code",
    filters={
        "id": by(Kind.ID, "code", "The region's id.", type="Region"),
        "code": by(Kind.TEXT, "code", "The region's code."),
        "name": by(Kind.TEXT, "name", "The region's name."),
        "currency": by(Kind.TEXT, "currency", "The ISO 4217 code of the region's currency."),
        **creation(),
    },
    orders={"name": NAME, **AGE_ORDERS},
)

TAX_TYPE = Shape(
    "TaxType",
    models.TaxType,
    {
        "id": identity("TaxType"),
        "name": text("name"),
        "rate": Value(column("rate"), Form.PERCENT),
        "isActive": boolean("is_active"),
        "version": number("version"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The tax type's id.", type="TaxType"),
        "name": by(Kind.TEXT, "name", "The tax type's name."),
        "rate": by(Kind.MONEY, "rate", "The rate in percent."),
        "isActive": by(Kind.BOOLEAN, "is_active", "Whether it can be used."),
        **creation(),
    },
    orders={"name": NAME, **AGE_ORDERS},
)

PRICE = Shape(
    "Price",
    models.Price,
    {
        "region": to_one("Region", "region_code", key="code"),
        "financialUnit": unit(),
        "amount": money("amount"),
    },
)

COURSE_TEMPLATE = Shape(
    "CourseTemplate",
    models.CourseTemplate,
    {
        "id": identity("CourseTemplate"),
        "code": text("code"),
        "title": text("title"),
        "description": text("description", nullable=True),
        "state": code("state"),
        "prices": prices("course_template_id"),
        "version": number("version"),
        "events": to_many("Event", "course_template_id"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The template's id.", type="CourseTemplate"),
        "code": by(Kind.TEXT, "code", "The template's code."),
        "title": by(Kind.TEXT, "title", "The template's title."),
        "state": by(Kind.TEXT, "state", "DRAFT, PUBLISHED or ARCHIVED."),
        **creation(),
    },
    orders={"title": TITLE, "code": CODE, **AGE_ORDERS},
)

EVENT = Shape(
    "Event",
    models.Event,
    {
        "id": identity("Event"),
        "legacyId": number("id"),
        "code": text("code"),
        "title": text("title"),
        "courseTemplate": to_one("CourseTemplate", "course_template_id"),
        "region": to_one("Region", "region_code", key="code"),
        "location": text("location", nullable=True),
        "startDate": day("start_date", nullable=True),
        "endDate": day("end_date", nullable=True),
        "state": code("state"),
        "maxPlaces": number("capacity"),
        "bookedPlaces": number("booked"),
        "reservedPlaces": Value(_reserved, Form.NUMBER),
        "remainingPlaces": Value(_remaining, Form.NUMBER),
        "prices": prices("event_id"),
        "version": number("version"),
        "interests": to_many("OpportunityInterest", "event_id"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The event's id.", type="Event"),
        "legacyId": by(Kind.INTEGER, "id", "The integer in the event's id."),
        "code": by(Kind.TEXT, "code", "The event's code."),
        "title": by(Kind.TEXT, "title", "The event's title."),
        "state": by(Kind.TEXT, "state", "DRAFT, PUBLISHED or CANCELLED."),
        "location": by(Kind.TEXT, "location", "Where it takes place."),
        "startDate": by(Kind.DATE, "start_date", "The first day."),
        "endDate": by(Kind.DATE, "end_date", "The last day."),
        "maxPlaces": by(Kind.INTEGER, "capacity", "How many places there are."),
        "courseTemplateId": by(
            Kind.ID, "course_template_id", "The course template's id.", type="CourseTemplate"
        ),
        "courseTemplateTitle": related(
            Kind.TEXT, models.CourseTemplate, "title", "course_template_id", "The template's title."
        ),
        "regionId": by(Kind.ID, "region_code", "The region's id.", type="Region"),
        "regionName": related(
            Kind.TEXT, models.Region, "name", "region_code", "The region's name.",
            key="code", unique=True,
        ),
        **creation(),
    },
    orders={
        "title": TITLE,
        "code": CODE,
        "startDate": order(Kind.DATE, "start_date", "By the first day.", nullable=True),
        **AGE_ORDERS,
    },
)  # fmt: skip

SHAPES = (CURRENCY, REGION, TAX_TYPE, PRICE, COURSE_TEMPLATE, EVENT)
