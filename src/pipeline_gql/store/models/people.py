"""Users, teams, tags, accounts, contacts."""

from sqlalchemy import CheckConstraint, Computed, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed


class User(Numbered, Versioned):
    """Somebody of the organisation who signs in. `email_key` is unique: case makes no other."""

    __tablename__ = "app_user"
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    email_key: Mapped[str] = mapped_column(Computed("lower(email)", persisted=True))
    __table_args__ = (
        UniqueConstraint("org_id", "email_key"),
        CheckConstraint("role IN ('ADMIN', 'MANAGER', 'MEMBER', 'READ_ONLY')", name="role"),
        indexed("app_user", "name", "id"),
        indexed("app_user", "created_at", "id"),
        indexed("app_user", "updated_at", "id"),
    )


class Team(Numbered, Versioned):
    """Users who share opportunities. An archived one keeps those it has and gets no more."""

    __tablename__ = "team"
    name: Mapped[str]
    description: Mapped[str | None]
    is_archived: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (UniqueConstraint("org_id", "name"),)


class TeamMember(Tenant):
    __tablename__ = "team_member"
    team_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (
        belongs("team_id", "team"),
        belongs("user_id", "app_user"),
        indexed("team_member", "user_id", "team_id"),
    )


class Tag(Numbered, Versioned):
    """A word that groups opportunities. `colour` is `#rrggbb`. An archived one stays where it is
    and is put on nothing more."""

    __tablename__ = "tag"
    name: Mapped[str]
    colour: Mapped[str | None]
    is_archived: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name="colour"),
        indexed("tag", "name", "id"),
        indexed("tag", "created_at", "id"),
        indexed("tag", "updated_at", "id"),
    )


class Account(Numbered, Versioned):
    """A company that buys. Its global id says `Organisation`. By `name_key` leads find it."""

    __tablename__ = "account"
    name: Mapped[str]
    region_code: Mapped[str | None]
    owner_id: Mapped[int | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    website: Mapped[str | None]
    industry: Mapped[str | None]
    description: Mapped[str | None]
    external_id: Mapped[str | None]
    name_key: Mapped[str] = mapped_column(Computed("lower(name)", persisted=True))
    __table_args__ = (
        belongs("region_code", "region", "code"),
        belongs("owner_id", "app_user"),
        UniqueConstraint("org_id", "external_id"),
        indexed("account", "name_key", "id"),
        indexed("account", "name", "id"),
        indexed("account", "created_at", "id"),
        indexed("account", "updated_at", "id"),
    )


class Contact(Numbered, Versioned):
    """A person. Its global id says `Person`. By `email_key` leads find them."""

    __tablename__ = "contact"
    account_id: Mapped[int | None]
    first_name: Mapped[str]
    last_name: Mapped[str]
    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    job_title: Mapped[str | None]
    external_id: Mapped[str | None]
    email_key: Mapped[str | None] = mapped_column(Computed("lower(email)", persisted=True))
    __table_args__ = (
        belongs("account_id", "account"),
        indexed("contact", "email_key", "id"),
        UniqueConstraint("org_id", "external_id"),
        indexed("contact", "name", "id"),
        indexed("contact", "email", "id"),
        indexed("contact", "account_id", "id"),
        indexed("contact", "created_at", "id"),
        indexed("contact", "updated_at", "id"),
    )
