"""Interests, who will learn, and the places held for them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Versioned, Vouched, belongs, indexed


class Interest(Vouched, Numbered, Versioned):
    """What the customer wants: one item, a quantity and an exact unit amount (before tax).

    `position` is its place among those of its opportunity, 1 to their number. A discount is a
    rate (ten-thousandths of a percent) or a fixed amount; `discount_amount` is what it comes to,
    `net_amount` what is left, which is taxed.
    """

    __tablename__ = "interest"
    opportunity_id: Mapped[int]
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    course_template_id: Mapped[int | None]
    event_id: Mapped[int | None]
    learning_path_id: Mapped[int | None]
    training_token_type_key: Mapped[str | None]
    product_id: Mapped[int | None]
    quantity: Mapped[int] = mapped_column(Integer)
    unit_amount: Mapped[int]
    currency: Mapped[str]
    tax_type_id: Mapped[int | None]
    total_amount: Mapped[int] = mapped_column(Computed("quantity * unit_amount", persisted=True))
    discount_rate: Mapped[int | None]
    discount_fixed: Mapped[int | None]
    discount_amount: Mapped[int] = mapped_column(server_default=text("0"))
    net_amount: Mapped[int] = mapped_column(
        Computed("quantity * unit_amount - discount_amount", persisted=True)
    )
    tax_amount: Mapped[int] = mapped_column(server_default=text("0"))
    expires_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("course_template_id", "course_template"),
        belongs("event_id", "event"),
        belongs("learning_path_id", "learning_path"),
        belongs("training_token_type_key", "training_token_type", "key"),
        belongs("product_id", "product"),
        belongs("tax_type_id", "tax_type"),
        # Deferrable, so that one statement may give several of them new places.
        UniqueConstraint("org_id", "opportunity_id", "position", deferrable=True),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("unit_amount >= 0", name="unit_amount"),
        CheckConstraint(
            "CASE kind WHEN 'COURSE_TEMPLATE' THEN course_template_id IS NOT NULL"
            " WHEN 'EVENT' THEN event_id IS NOT NULL"
            " WHEN 'LEARNING_PATH' THEN learning_path_id IS NOT NULL"
            " WHEN 'TRAINING_TOKEN' THEN training_token_type_key IS NOT NULL"
            " WHEN 'PRODUCT' THEN product_id IS NOT NULL ELSE false END"
            " AND num_nonnulls(course_template_id, event_id, learning_path_id,"
            " training_token_type_key, product_id) = 1",
            name="kind",
        ),
        CheckConstraint("num_nonnulls(discount_rate, discount_fixed) <= 1", name="one_discount"),
        CheckConstraint("discount_rate BETWEEN 0 AND 1000000", name="discount_rate"),
        CheckConstraint("discount_fixed >= 0", name="discount_fixed"),
        CheckConstraint(
            "discount_amount BETWEEN 0 AND quantity * unit_amount", name="discount_amount"
        ),
        indexed("interest", "event_id", "id", postgresql_where=text("event_id IS NOT NULL")),
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


class SeatHold(Vouched, Numbered):
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
        indexed("seat_hold", "interest_id"),
        Index(
            "uq_seat_hold_held",
            "org_id",
            "interest_id",
            unique=True,
            postgresql_where=text("state = 'HELD'"),
        ),
    )
