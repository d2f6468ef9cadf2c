"""What opportunities can be filtered and ordered by."""

from typing import Any

from sqlalchemy import case, exists, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.attribute_filters import attribute
from pipeline_gql.store.reads.criteria import (
    CREATED,
    NAME,
    UPDATED,
    by,
    creation,
    inside,
    nothing,
    order,
    related,
    tied,
)
from pipeline_gql.store.reads.opportunity_states import (
    days_in_step,
    is_reserved,
    is_stalled,
    stage_column,
    step_column,
)
from pipeline_gql.store.reads.shapes import Element, Filter, Order, Row, Scope
from pipeline_gql.store.reads.tasks import has_open, next_due
from pipeline_gql.store.reads.text import concat


def _has_interests(row: Row, scope: Scope) -> Element:
    interest: Any = models.Interest.__table__.alias()
    return exists(
        select(1).where(interest.c.org_id == scope.org, interest.c.opportunity_id == row.id)
    )


def _own(table: Any) -> Any:
    """Rows that belong to the opportunity."""

    def rows(row: Row, scope: Scope) -> tuple[Any, Any, list[Any]]:
        own = table.__table__.alias()
        return own, own.c, [own.c.org_id == scope.org, own.c.opportunity_id == row.id]

    return rows


def _item(interest: Any) -> Element:
    """Type and key of an interest's item, as `filters.parser` reads them from an id."""
    return case(
        (
            interest.kind == "COURSE_TEMPLATE",
            concat(["CourseTemplate:", interest.course_template_id]),
        ),
        (interest.kind == "EVENT", concat(["Event:", interest.event_id])),
        (interest.kind == "LEARNING_PATH", concat(["LearningPath:", interest.learning_path_id])),
        (interest.kind == "PRODUCT", concat(["Product:", interest.product_id])),
        else_=concat(["TrainingTokenType:", interest.training_token_type_key]),
    )


_CONTACTS = tied(models.OpportunityContact, "opportunity_id", "contact_id", models.Contact)
_ASSIGNEES = tied(models.OpportunityAssignee, "opportunity_id", "user_id", models.User)
_TEAMS = tied(models.OpportunityTeam, "opportunity_id", "team_id", models.Team)
_TAGS = tied(models.OpportunityTag, "opportunity_id", "tag_id", models.Tag)
_PARTS = _own(models.OpportunityContact)
_INTERESTS = _own(models.Interest)

FILTERS: dict[str, Filter] = {
    "id": by(Kind.ID, "id", "The opportunity's id.", type="Opportunity"),
    "legacyId": by(Kind.INTEGER, "id", "The integer in the opportunity's id."),
    "name": by(Kind.TEXT, "name", "The opportunity's name."),
    "description": by(Kind.TEXT, "description", "The description."),
    "nextStep": by(Kind.TEXT, "next_step", "What is to be done next."),
    "forecastCategory": by(Kind.TEXT, "forecast_category", "The forecast category."),
    "externalId": by(Kind.TEXT, "external_id", "The key in another system."),
    "amountSource": by(Kind.TEXT, "amount_source", "MANUAL or INTERESTS."),
    "regionId": by(Kind.ID, "region_code", "The region's id.", type="Region"),
    "regionName": related(
        Kind.TEXT, models.Region, "name", "region_code", "The region's name.",
        key="code", unique=True,
    ),
    "stepId": by(Kind.ID, "step_id", "The step's id.", type="OpportunityStep"),
    "stepName": Filter(Kind.TEXT, "The step's name.", step_column("name")),
    "stageId": Filter(
        Kind.ID, "The stage's id.", step_column("stage_id"), type="OpportunityStage"
    ),
    "stageName": Filter(Kind.TEXT, "The stage's name.", stage_column("name")),
    "state": Filter(
        Kind.TEXT, "The stage's state: Open, Won, Lost or Archived.", stage_column("state")
    ),
    "pipelineId": by(Kind.ID, "pipeline_id", "The pipeline's id.", type="Pipeline"),
    "pipelineName": related(
        Kind.TEXT, models.Pipeline, "name", "pipeline_id", "The pipeline's name."
    ),
    "accountId": by(Kind.ID, "account_id", "The account's id.", type="Account"),
    "accountName": related(
        Kind.TEXT, models.Account, "name", "account_id", "The account's name."
    ),
    "contactId": inside(
        Kind.ID, "The contacts' ids (a list).", lambda c: c.id, _CONTACTS, type="Contact"
    ),
    "contactName": inside(Kind.TEXT, "The contacts' names (a list).", lambda c: c.name, _CONTACTS),
    "contactEmail": inside(
        Kind.TEXT, "The contacts' e-mail addresses (a list).", lambda c: c.email, _CONTACTS
    ),
    "ownerId": by(Kind.ID, "owner_id", "The owner's id.", type="User"),
    "contactRole": inside(
        Kind.TEXT, "The parts that contacts have in it (a list).", lambda c: c.role, _PARTS
    ),
    "ownerName": related(Kind.TEXT, models.User, "name", "owner_id", "The owner's name."),
    "ownerIsActive": related(
        Kind.BOOLEAN, models.User, "is_active", "owner_id", "Whether the owner may sign in."
    ),
    "createdById": by(Kind.ID, "created_by_id", "The creator's id.", type="User"),
    "assignedToId": inside(
        Kind.ID, "The assigned users' ids (a list).", lambda c: c.id, _ASSIGNEES, type="User"
    ),
    "assignedToEmail": inside(
        Kind.TEXT, "The assigned users' e-mail addresses (a list).", lambda c: c.email, _ASSIGNEES
    ),
    "assignedToName": inside(
        Kind.TEXT, "The assigned users' names (a list).", lambda c: c.name, _ASSIGNEES
    ),
    "teamId": inside(Kind.ID, "The teams' ids (a list).", lambda c: c.id, _TEAMS, type="Team"),
    "teamName": inside(Kind.TEXT, "The teams' names (a list).", lambda c: c.name, _TEAMS),
    "tag": inside(Kind.TEXT, "The tags' words (a list).", lambda c: c.name, _TAGS),
    "tagId": inside(Kind.ID, "The tags' ids (a list).", lambda c: c.id, _TAGS, type="Tag"),
    "leadSource": by(Kind.TEXT, "lead_source", "Where the opportunity came from."),
    "currency": by(Kind.TEXT, "currency", "The ISO 4217 code of the currency."),
    "amount": by(Kind.MONEY, "amount", "The manual amount."),
    "grandTotal": by(Kind.MONEY, "grand_total", "The value with tax."),
    "netTotal": by(Kind.MONEY, "net_total", "The value before tax."),
    "taxTotal": by(Kind.MONEY, "tax_total", "The tax in the value."),
    "weighted": by(Kind.MONEY, "weighted", "The value times the probability."),
    "probability": by(Kind.INTEGER, "probability", "The probability in percent."),
    "expectedCloseDate": by(Kind.DATE, "expected_close_date", "When it should close."),
    "actualCloseDate": by(Kind.DATE, "actual_close_date", "When it closed."),
    "stepEnteredAt": by(Kind.TIMESTAMP, "step_entered_at", "When it came to its step."),
    "daysInStep": Filter(
        Kind.INTEGER,
        "How often the day has turned since it came to its step.",
        days_in_step,
    ),
    "isStalled": Filter(Kind.BOOLEAN, "Whether it is in its step too long.", is_stalled),
    "hasInterests": Filter(Kind.BOOLEAN, "Whether it has interests.", _has_interests),
    "hasOpenTask": Filter(Kind.BOOLEAN, "Whether it has a task that is open.", has_open),
    "nextTaskDue": Filter(
        Kind.TIMESTAMP, "When the first of its open tasks is due.", next_due
    ),
    "interestItemId": inside(
        Kind.ITEM, "The ids of the items of its interests (a list).", _item, _INTERESTS
    ),
    "isReservationValid": Filter(Kind.BOOLEAN, "Whether places are held for it.", is_reserved),
    "reservationsValidUntil": by(
        Kind.TIMESTAMP, "reservations_valid_until", "When its places are given up."
    ),
    "version": by(Kind.INTEGER, "version", "The version, which grows by one with every change."),
    **creation(),
    "attribute": Filter(
        Kind.TEXT,
        "The value of the attribute that the member `attribute` names.",
        nothing,
        keyed=attribute,
    ),
}  # fmt: skip

ORDERS: dict[str, Order] = {
    "manual": order(
        Kind.TEXT,
        "board_key",
        "By the place in its column of the board: where it was put by hand, and what was not "
        "as if it had been put on top when it came.",
    ),
    "createdAt": CREATED,
    "updatedAt": UPDATED,
    "name": NAME,
    "grandTotal": order(Kind.MONEY, "grand_total", "By the value with tax, in any currency."),
    "probability": order(Kind.INTEGER, "probability", "By the probability."),
    "expectedCloseDate": order(
        Kind.DATE, "expected_close_date", "By when it should close.", nullable=True
    ),
    "actualCloseDate": order(Kind.DATE, "actual_close_date", "By when it closed.", nullable=True),
    "stepEnteredAt": order(Kind.TIMESTAMP, "step_entered_at", "By when it came to its step."),
    "daysInStep": Order(
        "By the days in its step.", "step_entered_at", Kind.TIMESTAMP, reverse=True
    ),
}
