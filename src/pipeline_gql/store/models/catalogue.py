"""What is sold, where, and at which price and tax."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed


class Region(Tenant, Versioned):
    """A part of the world; known by its immutable code, not by a number."""

    __tablename__ = "region"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    currency: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        CheckConstraint("code ~ '^[A-Za-z0-9_.-]{1,32}$'", name="code"),
    )


class TaxType(Numbered, Versioned):
    """A tax. `rate` is in ten-thousandths of a percent: 20 % is 200,000."""

    __tablename__ = "tax_type"
    name: Mapped[str]
    rate: Mapped[int]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        CheckConstraint("rate BETWEEN 0 AND 10000000", name="rate"),
    )


class CourseTemplate(Numbered, Versioned):
    """A course that can be asked for before a date is known; only a published one can be sold."""

    __tablename__ = "course_template"
    code: Mapped[str]
    title: Mapped[str]
    description: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="DRAFT")
    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        CheckConstraint("state IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')", name="state"),
        indexed("course_template", "title", "id"),
        indexed("course_template", "code", "id"),
        indexed("course_template", "created_at", "id"),
        indexed("course_template", "updated_at", "id"),
    )


class Event(Numbered, Versioned):
    """A course on a date, with places. Its global id says `Course`.

    `reserved` counts held places, expired holds included until they are released.
    """

    __tablename__ = "event"
    code: Mapped[str]
    title: Mapped[str]
    course_template_id: Mapped[int | None]
    region_code: Mapped[str | None]
    location: Mapped[str | None]
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    state: Mapped[str] = mapped_column(server_default="PUBLISHED")
    capacity: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    booked: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    reserved: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        belongs("course_template_id", "course_template"),
        belongs("region_code", "region", "code"),
        CheckConstraint("state IN ('DRAFT', 'PUBLISHED', 'CANCELLED')", name="state"),
        CheckConstraint("end_date >= start_date", name="dates"),
        CheckConstraint(
            "reserved >= 0 AND booked >= 0 AND reserved + booked <= capacity", name="places"
        ),
        indexed("event", "title", "id"),
        indexed("event", "start_date", "id"),
        indexed("event", "code", "id"),
        indexed("event", "created_at", "id"),
        indexed("event", "updated_at", "id"),
        indexed("event", "course_template_id", "id"),
    )


class LearningPath(Numbered, Versioned):
    """A sequence of courses sold as one."""

    __tablename__ = "learning_path"
    code: Mapped[str]
    name: Mapped[str]
    description: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        indexed("learning_path", "name", "id"),
        indexed("learning_path", "code", "id"),
        indexed("learning_path", "created_at", "id"),
        indexed("learning_path", "updated_at", "id"),
    )


class TrainingTokenType(Tenant, Versioned):
    """A kind of prepaid token; known by 32 hex digits."""

    __tablename__ = "training_token_type"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        CheckConstraint("key ~ '^[0-9a-f]{32}$'", name="key"),
    )


class Product(Numbered, Versioned):
    """A thing that is sold, with neither learners nor places. Known to people by its SKU."""

    __tablename__ = "product"
    sku: Mapped[str]
    name: Mapped[str]
    description: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    __table_args__ = (
        UniqueConstraint("org_id", "sku"),
        indexed("product", "name", "id"),
        indexed("product", "sku", "id"),
        indexed("product", "created_at", "id"),
        indexed("product", "updated_at", "id"),
    )


class Price(Numbered):
    """What one item costs in a currency, in one region or (null) in all others."""

    __tablename__ = "price"
    course_template_id: Mapped[int | None]
    event_id: Mapped[int | None]
    learning_path_id: Mapped[int | None]
    training_token_type_key: Mapped[str | None]
    product_id: Mapped[int | None]
    region_code: Mapped[str | None]
    currency: Mapped[str]
    amount: Mapped[int]
    __table_args__ = (
        belongs("course_template_id", "course_template"),
        belongs("event_id", "event"),
        belongs("learning_path_id", "learning_path"),
        belongs("training_token_type_key", "training_token_type", "key"),
        belongs("product_id", "product"),
        belongs("region_code", "region", "code"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint(
            "num_nonnulls(course_template_id, event_id, learning_path_id,"
            " training_token_type_key, product_id) = 1",
            name="one_item",
        ),
        Index(
            "uq_price_item",
            "org_id",
            "course_template_id",
            "event_id",
            "learning_path_id",
            "training_token_type_key",
            "product_id",
            "region_code",
            "currency",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )
