"""Leads, seen as opportunities are."""

from typing import Any

from sqlalchemy import and_, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.conditions import LEAD as TIES
from pipeline_gql.store.conditions import undeleted, visible
from pipeline_gql.store.reads.comments import on_lead
from pipeline_gql.store.reads.criteria import (
    CREATED,
    NAME,
    UPDATED,
    by,
    creation,
    inside,
    order,
    related,
)
from pipeline_gql.store.reads.search import record
from pipeline_gql.store.reads.shapes import (
    Element,
    Filter,
    Form,
    Many,
    One,
    Row,
    Scope,
    Shape,
    Value,
    code,
    identity,
    moment,
    number,
    text,
    to_many,
    to_one,
)


def base(row: Row, scope: Scope) -> list[Element]:
    return [visible(row, scope.org, scope.me, scope.sight, TIES)]


def origin(here: Row, there: Row, scope: Scope) -> Element:
    """The lead that an opportunity came of, for those who see both."""
    return and_(there.opportunity_id == here.id, *base(there, scope))


def _became(here: Row, there: Row, scope: Scope) -> Element:
    seen = visible(there, scope.org, scope.me, scope.sight)
    return and_(there.id == here.opportunity_id, undeleted(there), seen)


def _tied(table: Any, name: str, type: str) -> Many:
    def on(here: Row, there: Row, scope: Scope) -> Element:
        tie = table.__table__.alias()
        tied = select(tie.c[name]).where(tie.c.org_id == scope.org, tie.c.lead_id == here.id)
        return there.id.in_(tied)

    return Many(type, on)


def _rows(tie: Any, foreign: str, there: Any) -> Any:
    """What a join table ties to the lead: FROM, columns, conditions."""

    def rows(row: Row, scope: Scope) -> tuple[Any, Any, list[Any]]:
        joining, other = tie.__table__.alias(), there.__table__.alias()
        clause = joining.join(
            other, (other.c.org_id == scope.org) & (other.c.id == joining.c[foreign])
        )
        return clause, other.c, [joining.c.org_id == scope.org, joining.c.lead_id == row.id]

    return rows


def _is_converted(row: Row, scope: Scope) -> Element:
    del scope
    return row.converted_at.is_not(None)


_ASSIGNEES = _rows(models.LeadAssignee, "user_id", models.User)
_TEAMS = _rows(models.LeadTeam, "team_id", models.Team)
_TAGS = _rows(models.LeadTag, "tag_id", models.Tag)

FILTERS: dict[str, Filter] = {
    "id": by(Kind.ID, "id", "The lead's id.", type="Lead"),
    "name": by(Kind.TEXT, "name", "The person's name."),
    "company": by(Kind.TEXT, "company", "The company's name."),
    "email": by(Kind.TEXT, "email", "The e-mail address."),
    "phone": by(Kind.TEXT, "phone", "The telephone number."),
    "jobTitle": by(Kind.TEXT, "job_title", "The job title."),
    "source": by(Kind.TEXT, "source", "Where the lead came from."),
    "status": by(Kind.TEXT, "status", "NEW, WORKING, QUALIFIED, CONVERTED or DISQUALIFIED."),
    "description": by(Kind.TEXT, "description", "The description."),
    "externalId": by(Kind.TEXT, "external_id", "The key in another system."),
    "ownerId": by(Kind.ID, "owner_id", "The owner's id.", type="User"),
    "ownerName": related(Kind.TEXT, models.User, "name", "owner_id", "The owner's name."),
    "createdById": by(Kind.ID, "created_by_id", "The creator's id.", type="User"),
    "assignedToId": inside(
        Kind.ID, "The assigned users' ids (a list).", lambda c: c.id, _ASSIGNEES, type="User"
    ),
    "assignedToName": inside(
        Kind.TEXT, "The assigned users' names (a list).", lambda c: c.name, _ASSIGNEES
    ),
    "assignedToEmail": inside(
        Kind.TEXT, "The assigned users' e-mail addresses (a list).", lambda c: c.email, _ASSIGNEES
    ),
    "teamId": inside(Kind.ID, "The teams' ids (a list).", lambda c: c.id, _TEAMS, type="Team"),
    "teamName": inside(Kind.TEXT, "The teams' names (a list).", lambda c: c.name, _TEAMS),
    "tag": inside(Kind.TEXT, "The tags' words (a list).", lambda c: c.name, _TAGS),
    "tagId": inside(Kind.ID, "The tags' ids (a list).", lambda c: c.id, _TAGS, type="Tag"),
    "isConverted": Filter(Kind.BOOLEAN, "Whether it became an opportunity.", _is_converted),
    "convertedAt": by(Kind.TIMESTAMP, "converted_at", "When it became an opportunity."),
    "convertedById": by(
        Kind.ID, "converted_by_id", "The id of who made an opportunity of it.", type="User"
    ),
    "accountId": by(Kind.ID, "account_id", "The id of the account it is of.", type="Account"),
    "contactId": by(Kind.ID, "contact_id", "The id of the contact it is.", type="Contact"),
    "version": by(Kind.INTEGER, "version", "The version, which grows by one with every change."),
    **creation(),
}

LEAD = Shape(
    "Lead",
    models.Lead,
    {
        "id": identity("Lead"),
        "name": text("name"),
        "company": text("company", nullable=True),
        "email": text("email", nullable=True),
        "phone": text("phone", nullable=True),
        "jobTitle": text("job_title", nullable=True),
        "source": text("source", nullable=True),
        "status": code("status"),
        "description": text("description", nullable=True),
        "externalId": text("external_id", nullable=True),
        "owner": to_one("User", "owner_id"),
        "createdBy": to_one("User", "created_by_id"),
        "assignedTo": _tied(models.LeadAssignee, "user_id", "User"),
        "teams": _tied(models.LeadTeam, "team_id", "Team"),
        "tags": _tied(models.LeadTag, "tag_id", "Tag"),
        "comments": Many("Comment", on_lead, covered=True),
        "attachments": to_many("Attachment", "lead_id", covered=True),
        "isConverted": Value(_is_converted, Form.BOOLEAN),
        "convertedAt": moment("converted_at", nullable=True),
        "convertedBy": to_one("User", "converted_by_id"),
        "opportunity": One("Opportunity", _became, nullable=True),
        "account": to_one("Account", "account_id"),
        "contact": to_one("Contact", "contact_id"),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "version": number("version"),
    },
    base=base,
    filters=FILTERS,
    orders={
        "name": NAME,
        "company": order(Kind.TEXT, "company", "By the company's name.", nullable=True),
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    },
    search=record("LEAD"),
)

SHAPES = (LEAD,)
