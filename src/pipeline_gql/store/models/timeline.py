"""What happened to an opportunity, all kinds in one order."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Tenant, Vouched, belongs, indexed

KINDS = ("MOVE", "CHANGE", "COMMENT", "FILE", "TASK", "MEETING")
"""Of entries. An entry's id is its subject's times 8, plus the place of its kind from 1 on."""


class TimelineEntry(Vouched, Tenant):
    """That something stands in a table of its own: `subject_id` there, `at` and by whom.

    Triggers keep it (migration 0003) with what it tells of, so that a page of the whole history
    is one range of one index, however many tables it comes from.
    """

    __tablename__ = "timeline_entry"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opportunity_id: Mapped[int]
    kind: Mapped[str]
    subject_id: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("actor_id", "app_user"),
        CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name="kind"),
        indexed("timeline_entry", "opportunity_id", "at", "id"),
        indexed("timeline_entry", "opportunity_id", "kind", "at", "id"),
    )
