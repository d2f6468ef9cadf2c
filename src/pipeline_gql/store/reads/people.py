"""Users, their tokens, teams, tags, accounts, contacts."""

from sqlalchemy import any_, case, exists, func, or_, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import (
    CREATED,
    NAME,
    UPDATED,
    by,
    creation,
    inside,
    order,
    related,
    tied,
)
from pipeline_gql.store.reads.search import record
from pipeline_gql.store.reads.shapes import (
    Element,
    Form,
    Many,
    Row,
    Scope,
    Shape,
    Value,
    boolean,
    code,
    identity,
    moment,
    number,
    text,
    to_many,
    to_one,
)
from pipeline_gql.store.reads.text import literal


def _member(here: Row, there: Row, scope: Scope) -> Element:
    joined = models.TeamMember.__table__.alias()
    users = select(joined.c.user_id).where(
        joined.c.org_id == scope.org, joined.c.team_id == here.id
    )
    return there.id.in_(users)


def _joined(here: Row, there: Row, scope: Scope) -> Element:
    member = models.TeamMember.__table__.alias()
    teams = select(member.c.team_id).where(
        member.c.org_id == scope.org, member.c.user_id == here.id
    )
    return there.id.in_(teams)


def _own_or_admin(row: Row, scope: Scope) -> list[Element]:
    """One's own, or an administrator's to see: as the role is stored now."""
    user = models.User.__table__.alias()
    admin = select(1).where(
        user.c.org_id == scope.org,
        user.c.id == scope.me,
        user.c.role == literal(Role.ADMIN.value),
    )
    return [or_(row.user_id == scope.me, exists(admin))]


def _scopes(row: Row, scope: Scope) -> Element:
    """A token without any is good for all."""
    del scope
    writes = or_(func.cardinality(row.scopes) == 0, literal("write") == any_(row.scopes))
    return case((writes, literal('["READ","WRITE"]')), else_=literal('["READ"]'))


def _on_opportunity(here: Row, there: Row, scope: Scope) -> Element:
    part = models.OpportunityContact.__table__.alias()
    found = select(part.c.opportunity_id).where(
        part.c.org_id == scope.org, part.c.contact_id == here.id
    )
    return there.id.in_(found)


_TEAMS = tied(models.TeamMember, "user_id", "team_id", models.Team)
_MEMBERS = tied(models.TeamMember, "team_id", "user_id", models.User)
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
        "teams": Many("Team", _joined),
        "tokens": to_many("ApiToken", "user_id"),
        "version": number("version"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The user's id.", type="User"),
        "name": by(Kind.TEXT, "name", "The user's name."),
        "email": by(Kind.TEXT, "email", "The user's e-mail address."),
        "role": by(Kind.TEXT, "role", "The role: ADMIN, MANAGER, MEMBER or READ_ONLY."),
        "isActive": by(Kind.BOOLEAN, "is_active", "Whether the user may sign in."),
        "teamId": inside(
            Kind.ID, "The ids of the user's teams (a list).", lambda c: c.id, _TEAMS, type="Team"
        ),
        "teamName": inside(
            Kind.TEXT, "The names of the user's teams (a list).", lambda c: c.name, _TEAMS
        ),
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
        "isArchived": boolean("is_archived"),
        "members": Many("User", _member),
        "version": number("version"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The team's id.", type="Team"),
        "name": by(Kind.TEXT, "name", "The team's name."),
        "isArchived": by(Kind.BOOLEAN, "is_archived", "Whether it is archived."),
        "memberId": inside(
            Kind.ID, "The ids of its users (a list).", lambda c: c.id, _MEMBERS, type="User"
        ),
        "memberEmail": inside(
            Kind.TEXT, "The e-mail addresses of its users (a list).", lambda c: c.email, _MEMBERS
        ),
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
        "isArchived": boolean("is_archived"),
        "version": number("version"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The tag's id.", type="Tag"),
        "name": by(Kind.TEXT, "name", "The tag's word."),
        "colour": by(Kind.TEXT, "colour", "The colour as #rrggbb."),
        "isArchived": by(Kind.BOOLEAN, "is_archived", "Whether it is archived."),
        **creation(),
    },
    orders={"name": NAME, "createdAt": CREATED, "updatedAt": UPDATED},
)

API_TOKEN = Shape(
    "ApiToken",
    models.ApiToken,
    {
        "id": identity("ApiToken"),
        "user": to_one("User", "user_id", nullable=False),
        "name": text("name"),
        "hint": text("hint"),
        "scopes": Value(_scopes, Form.JSON),
        "createdAt": moment("created_at"),
        "expiresAt": moment("expires_at", nullable=True),
        "revokedAt": moment("revoked_at", nullable=True),
    },
    base=_own_or_admin,
    filters={
        "id": by(Kind.ID, "id", "The token's id.", type="ApiToken"),
        "name": by(Kind.TEXT, "name", "What the token is for."),
        "createdAt": by(Kind.TIMESTAMP, "created_at", "When it was made."),
        "expiresAt": by(Kind.TIMESTAMP, "expires_at", "When it expires."),
        "revokedAt": by(Kind.TIMESTAMP, "revoked_at", "When it was revoked."),
    },
    orders={"name": NAME, "createdAt": CREATED},
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

SHAPES = (USER, TEAM, TAG, API_TOKEN, ACCOUNT, CONTACT)
