"""Users, teams, tags, accounts, contacts."""

from sqlalchemy import select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, NAME, UPDATED, by, creation, order, related
from pipeline_gql.store.reads.search import record
from pipeline_gql.store.reads.shapes import (
    Element,
    Many,
    Row,
    Scope,
    Shape,
    boolean,
    code,
    identity,
    moment,
    number,
    text,
    to_many,
    to_one,
)


def _member(here: Row, there: Row, scope: Scope) -> Element:
    joined = models.TeamMember.__table__.alias()
    users = select(joined.c.user_id).where(
        joined.c.org_id == scope.org, joined.c.team_id == here.id
    )
    return there.id.in_(users)


def _on_opportunity(here: Row, there: Row, scope: Scope) -> Element:
    part = models.OpportunityContact.__table__.alias()
    found = select(part.c.opportunity_id).where(
        part.c.org_id == scope.org, part.c.contact_id == here.id
    )
    return there.id.in_(found)


AGES = {"createdAt": moment("created_at"), "updatedAt": moment("updated_at")}

USER = Shape(
    "User",
    models.User,
    {
        "id": identity("User"),
        "name": text("name"),
        "email": text("email"),
        "role": code("role"),
        "isActive": boolean("is_active"),
    },
    filters={
        "id": by(Kind.ID, "id", "The user's id.", type="User"),
        "name": by(Kind.TEXT, "name", "The user's name."),
        "email": by(Kind.TEXT, "email", "The user's e-mail address."),
        "role": by(Kind.TEXT, "role", "The role: ADMIN, MANAGER, MEMBER or READ_ONLY."),
        "isActive": by(Kind.BOOLEAN, "is_active", "Whether the user may sign in."),
        **creation(),
    },
    orders={"name": NAME, "createdAt": CREATED, "updatedAt": UPDATED},
)

TEAM = Shape(
    "Team",
    models.Team,
    {
        "id": identity("Team"),
        "name": text("name"),
        "description": text("description", nullable=True),
        "members": Many("User", _member),
    },
    filters={
        "id": by(Kind.ID, "id", "The team's id.", type="Team"),
        "name": by(Kind.TEXT, "name", "The team's name."),
        **creation(),
    },
    orders={"name": NAME, "createdAt": CREATED, "updatedAt": UPDATED},
)

TAG = Shape(
    "Tag",
    models.Tag,
    {
        "id": identity("Tag"),
        "name": text("name"),
        "colour": text("colour", nullable=True),
    },
    filters={
        "id": by(Kind.ID, "id", "The tag's id.", type="Tag"),
        "name": by(Kind.TEXT, "name", "The tag's word."),
        **creation(),
    },
    orders={"name": NAME, "createdAt": CREATED, "updatedAt": UPDATED},
)

ACCOUNT = Shape(
    "Account",
    models.Account,
    {
        "id": identity("Account"),
        "legacyId": number("id"),
        "name": text("name"),
        "region": to_one("Region", "region_code", key="code"),
        "owner": to_one("User", "owner_id"),
        "email": text("email", nullable=True),
        "phone": text("phone", nullable=True),
        "website": text("website", nullable=True),
        "industry": text("industry", nullable=True),
        "description": text("description", nullable=True),
        "externalId": text("external_id", nullable=True),
        "version": number("version"),
        "opportunities": to_many("Opportunity", "account_id"),
        "contacts": to_many("Contact", "account_id"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The account's id.", type="Account"),
        "legacyId": by(Kind.INTEGER, "id", "The integer in the account's id."),
        "name": by(Kind.TEXT, "name", "The account's name."),
        "regionId": by(Kind.ID, "region_code", "The region's id.", type="Region"),
        "regionName": related(
            Kind.TEXT, models.Region, "name", "region_code", "The region's name.",
            key="code", unique=True,
        ),
        "ownerId": by(Kind.ID, "owner_id", "The owner's id.", type="User"),
        "email": by(Kind.TEXT, "email", "The e-mail address."),
        "phone": by(Kind.TEXT, "phone", "The telephone number."),
        "website": by(Kind.TEXT, "website", "The web address."),
        "industry": by(Kind.TEXT, "industry", "The industry."),
        "externalId": by(Kind.TEXT, "external_id", "The key in another system."),
        **creation(),
    },
    orders={"name": NAME, "createdAt": CREATED, "updatedAt": UPDATED},
    search=record("ACCOUNT"),
)  # fmt: skip

CONTACT = Shape(
    "Contact",
    models.Contact,
    {
        "id": identity("Contact"),
        "legacyId": number("id"),
        "name": text("name"),
        "firstName": text("first_name"),
        "lastName": text("last_name"),
        "email": text("email", nullable=True),
        "phone": text("phone", nullable=True),
        "jobTitle": text("job_title", nullable=True),
        "account": to_one("Account", "account_id"),
        "externalId": text("external_id", nullable=True),
        "version": number("version"),
        "opportunities": Many("Opportunity", _on_opportunity),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The contact's id.", type="Contact"),
        "legacyId": by(Kind.INTEGER, "id", "The integer in the contact's id."),
        "name": by(Kind.TEXT, "name", "First and last name."),
        "firstName": by(Kind.TEXT, "first_name", "The first name."),
        "lastName": by(Kind.TEXT, "last_name", "The last name."),
        "email": by(Kind.TEXT, "email", "The e-mail address."),
        "phone": by(Kind.TEXT, "phone", "The telephone number."),
        "jobTitle": by(Kind.TEXT, "job_title", "The job title."),
        "accountId": by(Kind.ID, "account_id", "The account's id.", type="Account"),
        "accountName": related(
            Kind.TEXT, models.Account, "name", "account_id", "The account's name."
        ),
        "externalId": by(Kind.TEXT, "external_id", "The key in another system."),
        **creation(),
    },
    orders={
        "name": NAME,
        "email": order(Kind.TEXT, "email", "By e-mail address.", nullable=True),
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    },
    search=record("CONTACT"),
)  # fmt: skip

SHAPES = (USER, TEAM, TAG, ACCOUNT, CONTACT)
