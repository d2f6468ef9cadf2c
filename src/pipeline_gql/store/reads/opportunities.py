"""The opportunity: its fields."""

from typing import Any

from sqlalchemy import and_, exists, func, select

from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.conditions import (
    given,
    given_ids,
    mentionable,
    owned,
    undeleted,
    visible,
)
from pipeline_gql.store.reads.catalogue import unit
from pipeline_gql.store.reads.comments import on_opportunity
from pipeline_gql.store.reads.leads import origin
from pipeline_gql.store.reads.opportunity_filters import FILTERS, ORDERS
from pipeline_gql.store.reads.opportunity_states import days_in_step, is_reserved, is_stalled
from pipeline_gql.store.reads.search import opportunity as searched
from pipeline_gql.store.reads.search import opportunity_ways
from pipeline_gql.store.reads.shapes import (
    Element,
    Embed,
    Form,
    Many,
    One,
    Row,
    Scope,
    Several,
    Shape,
    Total,
    Totals,
    Value,
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
from pipeline_gql.store.reads.tasks import comes_next, hangs_on
from pipeline_gql.store.reads.transitions import TRANSITIONS
from pipeline_gql.store.reads.ways import few_or_many


def base(row: Row, scope: Scope) -> list[Element]:
    return [undeleted(row), visible(row, scope.org, scope.me, scope.sight)]


def base_ways(row: Row, scope: Scope) -> list[list[Element]]:
    if scope.sight is Sight.ALL:
        return [base(row, scope)]
    met, me = undeleted(row), scope.me
    others = [row.owner_id.is_distinct_from(me), row.created_by_id.is_distinct_from(me)]
    ties = few_or_many(given_ids(scope.org, me), row.id, given(row, scope.org, me))
    return [[met, owned(row, me)], *([met, *others, *way] for way in ties)]


def _step(here: Row, there: Row, scope: Scope) -> Element:
    return and_(there.version_id == here.version_id, there.step_id == here.step_id)


def _joined(table: Any, name: str, type: str) -> Many:
    """Records that a join table ties to the opportunity."""

    def on(here: Row, there: Row, scope: Scope) -> Element:
        tie = table.__table__.alias()
        tied = select(tie.c[name]).where(tie.c.org_id == scope.org, tie.c.opportunity_id == here.id)
        return there.id.in_(tied)

    return Many(type, on)


def _mentionable(here: Row, there: Row, scope: Scope) -> Element:
    """Users who may see the opportunity."""
    return mentionable(here, scope.org, there)


def _followed(here: Row, there: Row, scope: Scope) -> Element:
    """For those who see both."""
    return and_(there.id == here.follows_id, *base(there, scope))


def _own(here: Row, there: Row, scope: Scope) -> Element:
    return there.opportunity_id == here.id


TOTALS = Totals(
    "OpportunityTotals",
    "currency",
    {
        "currency": Total(column("currency"), Form.CODE),
        "count": Total(lambda row, scope: func.count(), Form.NUMBER),
        "value": Total(lambda row, scope: func.sum(row.grand_total), Form.MONEY),
        "weighted": Total(lambda row, scope: func.sum(row.weighted), Form.MONEY),
        "stalledCount": Total(
            lambda row, scope: func.count().filter(is_stalled(row, scope)), Form.NUMBER
        ),
    },
)

OPPORTUNITY = Shape(
    "Opportunity",
    models.Opportunity,
    {
        "id": identity("Opportunity"),
        "legacyId": number("id"),
        "name": text("name"),
        "step": One("OpportunityStep", _step),
        "pipeline": to_one("Pipeline", "pipeline_id", nullable=False),
        "transitions": TRANSITIONS,
        "value": Embed(
            "OpportunityValue",
            {
                "grandTotal": money("grand_total"),
                "netTotal": money("net_total"),
                "taxTotal": money("tax_total"),
                "weighted": money("weighted"),
                "currency": code("currency"),
            },
        ),
        "amount": money("amount", nullable=True),
        "amountSource": code("amount_source"),
        "currency": code("currency"),
        "financialUnit": unit(),
        "probability": number("probability"),
        "region": to_one("Region", "region_code", key="code"),
        "account": to_one("Account", "account_id"),
        "contact": to_one("Contact", "contact_id"),
        "contacts": _joined(models.OpportunityContact, "contact_id", "Contact"),
        "contactRoles": Several("OpportunityContact", _own),
        "owner": to_one("User", "owner_id"),
        "createdBy": to_one("User", "created_by_id"),
        "assignedTo": _joined(models.OpportunityAssignee, "user_id", "User"),
        "teams": _joined(models.OpportunityTeam, "team_id", "Team"),
        "tags": _joined(models.OpportunityTag, "tag_id", "Tag"),
        "mentionableUsers": Many("User", _mentionable),
        "comments": Many("Comment", on_opportunity, covered=True),
        "timeline": to_many("TimelineEntry", "opportunity_id", covered=True, ordered="at"),
        "history": to_many("OpportunityStay", "opportunity_id", covered=True, ordered="enteredAt"),
        "revisions": to_many(
            "OpportunityRevision", "opportunity_id", covered=True, ordered="since"
        ),
        "attempts": to_many("TransitionAttempt", "opportunity_id", covered=True, ordered="at"),
        "interests": to_many(
            "OpportunityInterest", "opportunity_id", covered=True, ordered="position"
        ),
        "tasks": Many("Task", hangs_on, covered=True),
        "nextTask": One("Task", comes_next, nullable=True),
        "meetings": Many("Meeting", hangs_on, covered=True),
        "attachments": to_many("Attachment", "opportunity_id", covered=True),
        "attributes": Several("OpportunityAttribute", _own),
        "activeInvoiceId": identity("Invoice", "active_invoice_id", nullable=True),
        "salesDocument": to_one("Invoice", "active_invoice_id"),
        "invoices": to_many("Invoice", "opportunity_id", covered=True),
        "registrations": to_many("Registration", "opportunity_id", covered=True),
        "tokenIssues": to_many("TokenIssue", "opportunity_id", covered=True),
        "followsFrom": One("Opportunity", _followed, nullable=True),
        "followOns": to_many("Opportunity", "follows_id"),
        "isReservationValid": Value(is_reserved, Form.BOOLEAN),
        "reservationsValidUntil": moment("reservations_valid_until", nullable=True),
        "expectedCloseDate": day("expected_close_date", nullable=True),
        "actualCloseDate": day("actual_close_date", nullable=True),
        "lead": One("Lead", origin, nullable=True),
        "leadSource": text("lead_source", nullable=True),
        "description": text("description", nullable=True),
        "nextStep": text("next_step", nullable=True),
        "forecastCategory": text("forecast_category", nullable=True),
        "externalId": text("external_id", nullable=True),
        "stepEnteredAt": moment("step_entered_at"),
        "daysInStep": Value(days_in_step, Form.NUMBER),
        "isStalled": Value(is_stalled, Form.BOOLEAN),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "version": number("version"),
    },
    base=base,
    base_ways=base_ways,
    filters=FILTERS,
    orders=ORDERS,
    search=searched,
    search_ways=opportunity_ways,
    totals=TOTALS,
)

CONTACT_ROLE = Shape(
    "OpportunityContact",
    models.OpportunityContact,
    {
        "contact": to_one("Contact", "contact_id", nullable=False),
        "role": text("role", nullable=True),
        "isPrimary": Value(lambda row, scope: exists(_primary(row, scope)), Form.BOOLEAN),
    },
    key="contact_id",
)


def _primary(row: Row, scope: Scope) -> Any:
    opportunity: Any = models.Opportunity.__table__.alias()
    return select(1).where(
        opportunity.c.org_id == scope.org,
        opportunity.c.id == row.opportunity_id,
        opportunity.c.contact_id == row.contact_id,
    )


SHAPES = (OPPORTUNITY, CONTACT_ROLE)
