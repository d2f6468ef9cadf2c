"""What winning brings about: registrations, invoices, issued tokens."""

from sqlalchemy import select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.domain.invoices import MOST_LINES
from pipeline_gql.store import models
from pipeline_gql.store.reads.catalogue import unit
from pipeline_gql.store.reads.criteria import CREATED, UPDATED, by, creation
from pipeline_gql.store.reads.interests import of_visible_or_none
from pipeline_gql.store.reads.shapes import (
    Element,
    Many,
    Reading,
    Row,
    Scope,
    Several,
    Shape,
    code,
    identity,
    moment,
    money,
    number,
    text,
    to_one,
)


def _learns(here: Row, there: Row, scope: Scope) -> Element:
    learner = models.RegistrationLearner.__table__.alias()
    learning = select(learner.c.contact_id).where(
        learner.c.org_id == scope.org, learner.c.registration_id == here.id
    )
    return there.id.in_(learning)


_MADE_OF: dict[str, Reading] = {
    "sourceOpportunity": to_one("Opportunity", "opportunity_id"),
    "interest": to_one("OpportunityInterest", "interest_id"),
}
_AGES: dict[str, Reading] = {
    "createdAt": moment("created_at"),
    "updatedAt": moment("updated_at"),
    "version": number("version"),
}

REGISTRATION = Shape(
    "Registration",
    models.Registration,
    {
        "id": identity("Registration"),
        "event": to_one("Event", "event_id", nullable=False),
        "account": to_one("Account", "account_id"),
        "learners": Many("Contact", _learns),
        "quantity": number("quantity"),
        "state": code("state"),
        **_MADE_OF,
        **_AGES,
    },
    base=of_visible_or_none,
    filters={
        "id": by(Kind.ID, "id", "The registration's id.", type="Registration"),
        "eventId": by(Kind.ID, "event_id", "The event's id.", type="Event"),
        "accountId": by(Kind.ID, "account_id", "The account's id.", type="Account"),
        "opportunityId": by(Kind.ID, "opportunity_id", "The opportunity's id.", type="Opportunity"),
        "state": by(Kind.TEXT, "state", "ACTIVE or CANCELLED."),
        **creation(),
    },
    orders={"createdAt": CREATED, "updatedAt": UPDATED},
)

INVOICE = Shape(
    "Invoice",
    models.Invoice,
    {
        "id": identity("Invoice"),
        "number": text("number", nullable=True),
        "lifecycleState": code("lifecycle_state"),
        "account": to_one("Account", "account_id"),
        "region": to_one("Region", "region_code", key="code"),
        "sourceOpportunity": to_one("Opportunity", "opportunity_id"),
        "lines": Several(
            "InvoiceLine", lambda here, there, scope: there.invoice_id == here.id, MOST_LINES
        ),
        "financialUnit": unit(),
        "netTotal": money("net_total"),
        "taxTotal": money("tax_total"),
        "grandTotal": money("grand_total"),
        "finalisedAt": moment("finalised_at", nullable=True),
        "voidedAt": moment("voided_at", nullable=True),
        **_AGES,
    },
    base=of_visible_or_none,
    filters={
        "id": by(Kind.ID, "id", "The invoice's id.", type="Invoice"),
        "number": by(Kind.TEXT, "number", "The invoice's number."),
        "lifecycleState": by(Kind.TEXT, "lifecycle_state", "Draft, Final or Void."),
        "finalisedAt": by(Kind.TIMESTAMP, "finalised_at", "When it was made final."),
        "accountId": by(Kind.ID, "account_id", "The account's id.", type="Account"),
        "opportunityId": by(Kind.ID, "opportunity_id", "The opportunity's id.", type="Opportunity"),
        "grandTotal": by(Kind.MONEY, "grand_total", "The total with tax."),
        **creation(),
    },
    orders={"createdAt": CREATED, "updatedAt": UPDATED},
)

LINE = Shape(
    "InvoiceLine",
    models.InvoiceLine,
    {
        "position": number("position"),
        "description": text("description"),
        "quantity": number("quantity"),
        "unitAmount": money("unit_amount"),
        "totalAmount": money("total_amount"),
        "discountAmount": money("discount_amount"),
        "netAmount": money("net_amount"),
        "taxAmount": money("tax_amount"),
        "taxType": to_one("TaxType", "tax_type_id"),
        "interest": to_one("OpportunityInterest", "interest_id"),
    },
    key="position",
)

TOKEN_ISSUE = Shape(
    "TokenIssue",
    models.TokenIssue,
    {
        "id": identity("TokenIssue", "key"),
        "tokenType": to_one(
            "TrainingTokenType", "training_token_type_key", key="key", nullable=False
        ),
        "account": to_one("Account", "account_id", nullable=False),
        "quantity": number("quantity"),
        "expiresAt": moment("expires_at", nullable=True),
        "revokedAt": moment("revoked_at", nullable=True),
        **_MADE_OF,
        **_AGES,
    },
    key="key",
    base=of_visible_or_none,
    filters={
        "id": by(Kind.ID, "key", "The issue's id.", type="TokenIssue"),
        "accountId": by(Kind.ID, "account_id", "The account's id.", type="Account"),
        "tokenTypeId": by(
            Kind.ID, "training_token_type_key", "The token type's id.", type="TrainingTokenType"
        ),
        "opportunityId": by(Kind.ID, "opportunity_id", "The opportunity's id.", type="Opportunity"),
        "expiresAt": by(Kind.TIMESTAMP, "expires_at", "When the tokens expire."),
        "revokedAt": by(Kind.TIMESTAMP, "revoked_at", "When they were taken back."),
        **creation(),
    },
    orders={"createdAt": CREATED, "updatedAt": UPDATED},
)

SHAPES = (REGISTRATION, INVOICE, LINE, TOKEN_ISSUE)
