"""Goals: what a user, a team or the whole organisation is to win in a period."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Versioned, belongs, indexed

_TARGET = (
    "metric = 'REVENUE' AND target_amount > 0 AND currency IS NOT NULL AND target_count IS NULL"
    " OR metric = 'COUNT' AND target_count > 0 AND target_amount IS NULL AND currency IS NULL"
)


class Goal(Numbered, Versioned):
    """Of the user or the team, of everybody where neither is named. The period has both its days.

    Money is in ten-thousandths. `reached_at` is when the worker first saw it reached, and so told.
    """

    __tablename__ = "goal"
    name: Mapped[str | None]
    metric: Mapped[str]
    user_id: Mapped[int | None]
    team_id: Mapped[int | None]
    pipeline_id: Mapped[int | None]
    start_date: Mapped[date]
    end_date: Mapped[date]
    target_amount: Mapped[int | None]
    currency: Mapped[str | None]
    target_count: Mapped[int | None]
    is_archived: Mapped[bool] = mapped_column(server_default=text("false"))
    reached_at: Mapped[datetime | None]
    __table_args__ = (
        belongs("user_id", "app_user"),
        belongs("team_id", "team"),
        belongs("pipeline_id", "pipeline"),
        CheckConstraint("metric IN ('REVENUE', 'COUNT')", name="metric"),
        CheckConstraint("user_id IS NULL OR team_id IS NULL", name="owner"),
        CheckConstraint("end_date >= start_date", name="period"),
        CheckConstraint(_TARGET, name="target"),
        *(
            indexed("goal", column, "id")
            for column in ("start_date", "end_date", "created_at", "updated_at")
        ),
        indexed("goal", "user_id", "id"),
        indexed("goal", "team_id", "id"),
    )
