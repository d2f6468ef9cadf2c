"""The opportunity as clients read it."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, one, several, told


@strawberry.enum(description="Where the value of an opportunity comes from.")
class AmountSource(Enum):
    MANUAL = strawberry.enum_value("MANUAL", description="The amount, set by hand.")
    INTERESTS = strawberry.enum_value("INTERESTS", description="The sum of the interests.")


@strawberry.type(description="What an opportunity is worth, in its currency.")
class OpportunityValue:
    grand_total: Decimal = told("With tax.")
    net_total: Decimal = told("Before tax.")
    tax_total: Decimal = told("The tax.")
    weighted: Decimal = told("Grand total times probability, rounded down.")
    currency: str = told("The ISO 4217 code of the currency.")


@strawberry.type(description="What the opportunities of one currency come to.")
class OpportunityTotals:
    currency: str = told("The ISO 4217 code of the currency.")
    count: int = told("How many there are.")
    value: Decimal = told("Their value with tax: the sum of their grand totals.")
    weighted: Decimal = told("The sum of their weighted values, each rounded down.")
    stalled_count: int = told("How many are in their step longer than it allows.")


@strawberry.type(description="A contact's part in an opportunity.")
class OpportunityContact:
    contact: Any = one("Contact", "people", "The person.")
    role: str | None = told("The part, such as Decision maker or Champion.")
    is_primary: bool = told("Whether it is the main contact.")


@strawberry.type(description="The value of an attribute that the organisation defined.")
class OpportunityAttribute:
    definition_key: str = told("The key of the attribute.")
    value: str | None = told("The value, as a text whatever its type.")
    definition: Any = one("AttributeDefinition", "attributes", "What the attribute is.")


@strawberry.type(description="A possible sale that travels the steps of a pipeline.")
class Opportunity(Node):
    legacy_id: int = told("The integer in the id.")
    name: str = told("The opportunity's name.")
    step: Any = one("OpportunityStep", "pipelines", "The step it stands on.")
    pipeline: Any = one("Pipeline", "pipelines", "The pipeline it travels.")
    transitions: Any = several(
        "OpportunityTransition",
        "transitions",
        "Where it can go from its step and whether the viewer may move it there, in the order of "
        "the steps.",
    )
    value: OpportunityValue = told("What it is worth.")
    amount: Decimal | None = told("The value set by hand, which counts while it has no interests.")
    amount_source: AmountSource = told("Where the value comes from.")
    currency: str = told("The ISO 4217 code of the currency.")
    financial_unit: Any = one("FinancialUnit", "catalogue", "The currency.")
    probability: int = told("The probability of winning, in percent.")
    region: Any = maybe("Region", "catalogue", "Where it is sold.")
    account: Any = maybe("Account", "people", "Who buys.")
    contact: Any = maybe("Contact", "people", "The main contact.")
    contacts: Any = connection("Contact", "people", "The people who have a part in it.")
    contact_roles: Any = several(
        "OpportunityContact",
        "opportunities",
        "The same people, each with the part they have in it.",
    )
    owner: Any = maybe("User", "people", "Who is responsible.")
    created_by: Any = maybe("User", "people", "Who created it.")
    assigned_to: Any = connection("User", "people", "Who works on it.")
    teams: Any = connection("Team", "people", "The teams it is shared with.")
    tags: Any = connection("Tag", "people", "Its tags.")
    mentionable_users: Any = connection("User", "people", "The users who may see it.")
    comments: Any = connection("Comment", "comments", "What is said about it, replies included.")
    timeline: Any = connection("TimelineEntry", "timeline", "What happened to it.", ordered="at")
    history: Any = connection(
        "OpportunityStay", "history", "Where it stood, stay by stay.", ordered="enteredAt"
    )
    revisions: Any = connection(
        "OpportunityRevision", "history", "What it was, change by change.", ordered="since"
    )
    attempts: Any = connection(
        "TransitionAttempt", "attempts", "The moves that were refused to it.", ordered="at"
    )
    interests: Any = connection(
        "OpportunityInterest", "interests", "What the customer wants.", ordered="position"
    )
    tasks: Any = connection("Task", "tasks", "What is to be done about it, and what was done.")
    next_task: Any = maybe(
        "Task",
        "tasks",
        "Its open task that is due first; those without a date come last.",
    )
    meetings: Any = connection("Meeting", "tasks", "The meetings about it.")
    attachments: Any = connection(
        "Attachment", "attachments", "Its files, and the documents kept elsewhere."
    )
    attributes: Any = several("OpportunityAttribute", "opportunities", "Its attributes.")
    active_invoice_id: strawberry.ID | None = told("The id of its invoice.")
    sales_document: Any = maybe("SalesDocument", "papers", "Its invoice.")
    invoices: Any = connection("Invoice", "papers", "All its invoices, void ones included.")
    registrations: Any = connection("Registration", "papers", "What was registered for it.")
    token_issues: Any = connection("TokenIssue", "papers", "The training tokens issued for it.")
    follows_from: Any = maybe(
        "Opportunity", "opportunities", "The opportunity that it is a follow-on of."
    )
    follow_ons: Any = connection(
        "Opportunity", "opportunities", "The opportunities that its moves opened."
    )
    is_reservation_valid: bool = told("Whether at least one place is held for it now.")
    reservations_valid_until: datetime | None = told(
        "When its held places are given up; null means no end."
    )
    expected_close_date: date | None = told("When it should close.")
    actual_close_date: date | None = told("When it was won or lost.")
    lead: Any = maybe("Lead", "leads", "The lead that it came of, where the viewer sees that.")
    lead_source: str | None = told("Where it came from.")
    description: str | None = told("What is worth knowing.")
    next_step: str | None = told("What is to be done next.")
    forecast_category: str | None = told("The forecast category.")
    external_id: str | None = told("The key in another system.")
    step_entered_at: datetime = told("When it came to its step.")
    days_in_step: int = told(
        "How often the day has turned, where the organisation is, since it came to its step."
    )
    is_stalled: bool = told(
        "Whether it has been in its step for as many days as the step has patience."
    )
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")
