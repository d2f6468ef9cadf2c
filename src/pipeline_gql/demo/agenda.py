"""What is to be done for the open deals of the demo, and who meets whom."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline_gql.demo.deals import Deal
from pipeline_gql.demo.people import MEMBER
from pipeline_gql.demo.rows import Rows, since
from pipeline_gql.domain.pipeline import State
from pipeline_gql.store import models

TASKS = (
    "Call the buyer back",
    "Send the revised offer",
    "Ask for the purchase order",
    "Confirm the dates with the trainer",
    "Collect the names of the learners",
)
SUBJECTS = ("Kick-off", "Review of the offer", "Visit of the rooms", "Contract")


def add_agenda(rows: Rows, deal: Deal, time_zone: str) -> None:
    """Deal 1 has a task due in three days and a meeting; other open ones something now and then."""
    if deal.state is not State.OPEN:
        return
    if deal.id == 1:
        _add_task(rows, deal, "Send the revised offer", 3, "HIGH", time_zone)
        _add_task(
            rows, deal, "Confirm the dates with the trainer", -2, "NORMAL", time_zone, done=True
        )
        _add_meeting(rows, deal, "Kick-off", 6)
        return
    if deal.chance(0.5):
        due = deal.random.randrange(-10, 30)
        urgency = deal.random.choice(("LOW", "NORMAL", "HIGH"))
        _add_task(rows, deal, deal.random.choice(TASKS), due, urgency, time_zone)
    if deal.chance(0.2):
        _add_meeting(rows, deal, deal.random.choice(SUBJECTS), deal.random.randrange(1, 25))


def _add_task(
    rows: Rows, deal: Deal, title: str, due: int, priority: str, zone: str, *, done: bool = False
) -> None:
    owner = deal.row["owner_id"]
    day = rows.day(due)
    ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    rows.numbered(
        models.Task,
        opportunity_id=deal.id,
        title=title,
        description=None,
        due_on=day,
        due_at=ends,
        priority=priority,
        assigned_to_id=owner,
        created_by_id=owner,
        done_at=rows.at(due - 1) if done else None,
        done_by_id=owner if done else None,
        deleted_at=None,
        deleted_by_id=None,
        **since(_after(rows, deal, hours=3)),
    )


def _add_meeting(rows: Rows, deal: Deal, subject: str, in_days: int) -> None:
    starts = rows.at(in_days, 10)
    meeting = rows.numbered(
        models.Meeting,
        opportunity_id=deal.id,
        subject=subject,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        location="Their office",
        notes=None,
        state="PLANNED",
        created_by_id=deal.row["owner_id"],
        deleted_at=None,
        deleted_by_id=None,
        **since(_after(rows, deal, hours=4)),
    )
    host = deal.row["owner_id"] or MEMBER
    rows.add(models.MeetingUser, meeting_id=meeting["id"], user_id=host)
    if contact_id := deal.row["contact_id"]:
        rows.add(models.MeetingContact, meeting_id=meeting["id"], contact_id=contact_id)


def _after(rows: Rows, deal: Deal, hours: int) -> datetime:
    """So long after its last move, but not in the future."""
    return max(deal.stops[-1].at, min(deal.stops[-1].at + timedelta(hours=hours), rows.at(0, 0)))
