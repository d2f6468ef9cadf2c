"""Interests of five kinds."""

from typing import Any

from sqlalchemy import Integer, Select, and_, case, exists, func, literal_column, or_, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.conditions import LEAD, undeleted, visible
from pipeline_gql.store.reads.catalogue import unit
from pipeline_gql.store.reads.criteria import CREATED, UPDATED, by, creation, order
from pipeline_gql.store.reads.shapes import (
    Either,
    Element,
    Embed,
    Form,
    Row,
    Scope,
    Several,
    Shape,
    Value,
    column,
    identity,
    moment,
    money,
    number,
    to_one,
)
from pipeline_gql.store.reads.text import literal


def of_visible(row: Row, scope: Scope) -> list[Element]:
    """What hangs on an opportunity is seen exactly if the opportunity is."""
    return [exists(_opportunity(row, scope))]


def of_visible_or_none(row: Row, scope: Scope) -> list[Element]:
    """The same of what may hang on nothing, and then is for everybody."""
    return [or_(row.opportunity_id.is_(None), _any(_opportunity(row, scope)))]


def of_seen(row: Row, scope: Scope) -> list[Element]:
    """What hangs on an opportunity or on a lead is seen exactly if that is."""
    return [or_(_any(_opportunity(row, scope)), _any(_lead(row, scope)))]


def of_seen_or_none(row: Row, scope: Scope) -> Element:
    """The same of what may hang on neither, and then is for everybody."""
    hangs_on_none = and_(row.opportunity_id.is_(None), row.lead_id.is_(None))
    return or_(hangs_on_none, and_(*of_seen(row, scope)))


def _lead(row: Row, scope: Scope) -> Select[Any]:
    lead: Any = models.Lead.__table__.alias()
    return select(literal_column("1", Integer)).where(
        lead.c.org_id == scope.org,
        lead.c.id == row.lead_id,
        visible(lead.c, scope.org, scope.me, scope.sight, LEAD),
    )


def _opportunity(row: Row, scope: Scope) -> Select[Any]:
    opportunity: Any = models.Opportunity.__table__.alias()
    return select(literal_column("1", Integer)).where(
        opportunity.c.org_id == scope.org,
        opportunity.c.id == row.opportunity_id,
        undeleted(opportunity.c),
        visible(opportunity.c, scope.org, scope.me, scope.sight),
    )


def _any(found: Select[Any]) -> Element:
    """Beside an `or` no EXISTS, for which the planner would read all opportunities at once."""
    return found.limit(literal_column("1", Integer)).scalar_subquery().is_not(None)


def _held(row: Row, scope: Scope) -> Element:
    """Places held for an interest, none once their date has passed."""
    hold: Any = models.SeatHold.__table__.alias()
    opportunity: Any = models.Opportunity.__table__.alias()
    until = opportunity.c.reservations_valid_until
    held = select(func.coalesce(func.sum(hold.c.quantity), literal_column("0"))).where(
        hold.c.org_id == scope.org,
        hold.c.interest_id == row.id,
        hold.c.state == "HELD",
        opportunity.c.org_id == scope.org,
        opportunity.c.id == hold.c.opportunity_id,
        or_(until.is_(None), until > func.now()),
    )
    return held.scalar_subquery()


def _of_contact(name: str) -> Value:
    """A learner's own value, else that of the contact who learns."""

    def read(row: Row, scope: Scope) -> Element:
        contact: Any = models.Contact.__table__.alias()
        found = select(contact.c[name]).where(
            contact.c.org_id == scope.org, contact.c.id == row.contact_id
        )
        return func.coalesce(getattr(row, name), found.scalar_subquery())

    return Value(read, Form.TEXT, nullable=True)


def _discount_kind(row: Row, scope: Scope) -> Element:
    return case((row.discount_rate.is_not(None), literal("PERCENTAGE")), else_=literal("AMOUNT"))


INTEREST = Shape(
    "OpportunityInterest",
    models.Interest,
    {
        "id": identity("OpportunityInterest"),
        "legacyId": number("id"),
        "item": Either(
            (
                to_one("CourseTemplate", "course_template_id"),
                to_one("Event", "event_id"),
                to_one("LearningPath", "learning_path_id"),
                to_one("TrainingTokenType", "training_token_type_key", key="key"),
                to_one("Product", "product_id"),
            )
        ),
        "opportunity": to_one("Opportunity", "opportunity_id", nullable=False),
        "position": number("position"),
        "quantity": number("quantity"),
        "unitAmount": money("unit_amount"),
        "totalAmount": money("total_amount"),
        "discount": Embed(
            "InterestDiscount",
            {
                "kind": Value(_discount_kind, Form.CODE),
                "percentage": Value(column("discount_rate"), Form.PERCENT, nullable=True),
                "amount": money("discount_fixed", nullable=True),
            },
            present=lambda row: func.num_nonnulls(row.discount_rate, row.discount_fixed) > 0,
        ),
        "discountAmount": money("discount_amount"),
        "netAmount": money("net_amount"),
        "taxAmount": money("tax_amount"),
        "taxType": to_one("TaxType", "tax_type_id"),
        "financialUnit": unit(),
        "learners": Several(
            "InterestLearner", lambda here, there, scope: there.interest_id == here.id
        ),
        "reservedPlaces": Value(_held, Form.NUMBER),
        "expiresAt": moment("expires_at", nullable=True),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "version": number("version"),
    },
    base=of_visible,
    filters={
        "id": by(Kind.ID, "id", "The interest's id.", type="OpportunityInterest"),
        "opportunityId": by(Kind.ID, "opportunity_id", "The opportunity's id.", type="Opportunity"),
        "kind": by(Kind.TEXT, "kind", "The kind of its item, such as EVENT or TRAINING_TOKEN."),
        "eventId": by(Kind.ID, "event_id", "The event's id.", type="Event"),
        "courseTemplateId": by(
            Kind.ID, "course_template_id", "The course template's id.", type="CourseTemplate"
        ),
        "learningPathId": by(
            Kind.ID, "learning_path_id", "The learning path's id.", type="LearningPath"
        ),
        "trainingTokenTypeId": by(
            Kind.ID, "training_token_type_key", "The token type's id.", type="TrainingTokenType"
        ),
        "productId": by(Kind.ID, "product_id", "The product's id.", type="Product"),
        "position": by(Kind.INTEGER, "position", "Its place among those of its opportunity."),
        "quantity": by(Kind.INTEGER, "quantity", "How many are wanted."),
        "unitAmount": by(Kind.MONEY, "unit_amount", "The price of one, before tax."),
        "totalAmount": by(Kind.MONEY, "total_amount", "Quantity times unit amount."),
        "discountAmount": by(Kind.MONEY, "discount_amount", "What the discount comes to."),
        "netAmount": by(Kind.MONEY, "net_amount", "The total amount less the discount."),
        "taxAmount": by(Kind.MONEY, "tax_amount", "The tax on the net amount."),
        **creation(),
    },
    orders={
        "quantity": order(Kind.INTEGER, "quantity", "By quantity."),
        "totalAmount": order(Kind.MONEY, "total_amount", "By quantity times unit amount."),
        "position": order(
            Kind.INTEGER, "position", "By their place: the order of an opportunity's interests."
        ),
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    },
    variants=(
        "kind",
        {
            "COURSE_TEMPLATE": "CourseTemplateInterest",
            "EVENT": "EventInterest",
            "LEARNING_PATH": "LearningPathInterest",
            "TRAINING_TOKEN": "TrainingTokenInterest",
            "PRODUCT": "ProductInterest",
        },
    ),
)

LEARNER = Shape(
    "InterestLearner",
    models.InterestLearner,
    {
        "contact": to_one("Contact", "contact_id"),
        "firstName": _of_contact("first_name"),
        "lastName": _of_contact("last_name"),
        "email": _of_contact("email"),
    },
)

SHAPES = (INTEREST, LEARNER)
