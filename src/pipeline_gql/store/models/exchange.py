"""What a currency is worth in another, from a day on."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from pipeline_gql.store.models.base import Numbered, Versioned, indexed
from pipeline_gql.store.models.opportunity import STANDING


class ExchangeRate(Numbered, Versioned):
    """One of `from_currency` is `rate` of `to_currency`, in ten-thousand-millionths, from `day` on
    until the next rate of the two."""

    __tablename__ = "exchange_rate"
    from_currency: Mapped[str]
    to_currency: Mapped[str]
    day: Mapped[date]
    rate: Mapped[int]
    deleted_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("from_currency ~ '^[A-Z]{3}$'", name="from_currency"),
        CheckConstraint("to_currency ~ '^[A-Z]{3}$'", name="to_currency"),
        CheckConstraint("from_currency <> to_currency", name="currencies"),
        CheckConstraint("rate > 0", name="rate"),
        Index(
            "uq_exchange_rate_day",
            "org_id",
            "from_currency",
            "to_currency",
            "day",
            unique=True,
            postgresql_where=STANDING,
        ),
        *(
            indexed("exchange_rate", column, "id", postgresql_where=STANDING)
            for column in ("day", "created_at", "updated_at")
        ),
    )
