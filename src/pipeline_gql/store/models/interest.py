"""Interests, who will learn, and the places held for them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Versioned, belongs, indexed


class Interest(Numbered, Versioned):
    """What the customer wants: one item, a quantity and an exact unit amount (before tax)."""

    __tablename__ = "interest"
    opportunity_id: Mapped[int]
    kind: Mapped[str]
    course_template_id: Mapped[int | None]
    event_id: Mapped[int | None]
    learning_path_id: Mapped[int | None]
    training_token_type_key: Mapped[str | None]
    quantity: Mapped[int] = mapped_column(Integer)
    unit_amount: Mapped[int]
    currency: Mapped[str]
    tax_type_id: Mapped[int | None]
    net_amount: Mapped[int] = mapped_column(Computed("quantity * unit_amount", persisted=True))
    tax_amount: Mapped[int] = mapped_column(server_default=text("0"))
    expires_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("course_template_id", "course_template"),
        belongs("event_id", "event"),
        belongs("learning_path_id", "learning_path"),
        belongs("training_token_type_key", "training_token_type", "key"),
        belongs("tax_type_id", "tax_type"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("unit_amount >= 0", name="unit_amount"),
        CheckConstraint(
            "CASE kind WHEN 'COURSE_TEMPLATE' THEN course_template_id IS NOT NULL"
            " WHEN 'EVENT' THEN event_id IS NOT NULL"
            " WHEN 'LEARNING_PATH' THEN learning_path_id IS NOT NULL"
            " WHEN 'TRAINING_TOKEN' THEN training_token_type_key IS NOT NULL ELSE false END"
            " AND num_nonnulls(course_template_id, event_id, learning_path_id,"
            " training_token_type_key) = 1",
            name="kind",
        ),
        indexed("interest", "opportunity_id", "id"),
        indexed("interest", "event_id", "id"),
        indexed("interest", "course_template_id"),
        indexed("interest", "learning_path_id"),
        indexed("interest", "training_token_type_key"),
    )


class InterestLearner(Numbered):
    """Somebody who will learn: a contact, or a name that becomes one when registered."""

    __tablename__ = "interest_learner"
    interest_id: Mapped[int]
    contact_id: Mapped[int | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    __table_args__ = (
        belongs("interest_id", "interest"),
        belongs("contact_id", "contact"),
        CheckConstraint("contact_id IS NOT NULL OR last_name IS NOT NULL", name="named"),
        indexed("interest_learner", "interest_id", "id"),
    )


class SeatHold(Numbered):
    """Places of an event held for an interest; when it ends is the opportunity's to say."""

    __tablename__ = "seat_hold"
    opportunity_id: Mapped[int]
    interest_id: Mapped[int]
    event_id: Mapped[int]
    quantity: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(server_default="HELD")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("interest_id", "interest"),
        belongs("event_id", "event"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("state IN ('HELD', 'RELEASED', 'CONVERTED', 'EXPIRED')", name="state"),
        indexed("seat_hold", "opportunity_id", "state"),
        indexed("seat_hold", "event_id", "state"),
        Index(
            "uq_seat_hold_held",
            "org_id",
            "interest_id",
            unique=True,
            postgresql_where=text("state = 'HELD'"),
        ),
    )
