"""Tasks and meetings: made up, and what their fields mean."""

from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline_gql.store import models
from tests.conformance.meaning import Object, once
from tests.conformance.objects import Objects
from tests.conformance.rows import Row, moment

if TYPE_CHECKING:
    from tests.conformance.world import World


class Errands(Objects):
    @once
    def task(self, t: Row) -> Object:
        return self.own("Task", t) | {
            "dueDate": t.due_on and t.due_on.isoformat(),
            "dueAt": moment(t.due_at),
            "isOverdue": self.is_overdue(t),
            "isDone": t.done_at is not None,
            "doneAt": moment(t.done_at),
            "doneBy": self.lazily("User", t.done_by_id),
            "assignedTo": self.lazily("User", t.assigned_to_id),
            "priority": t.priority,
        }

    @once
    def meeting(self, m: Row) -> Object:
        users = [row.user_id for row in self.tables.where("meeting_user", meeting_id=m.id)]
        contacts = [row.contact_id for row in self.tables.where("meeting_contact", meeting_id=m.id)]
        return self.own("Meeting", m) | {
            "subject": m.subject,
            "startsAt": moment(m.starts_at),
            "endsAt": moment(m.ends_at),
            "location": m.location,
            "notes": m.notes,
            "users": self.listed("User", lambda: self.among("app_user", users)),
            "contacts": self.listed("Contact", lambda: self.among("contact", contacts)),
        }


async def write(world: "World") -> None:
    """Open, done, deleted, due at the same moment or never."""
    for i in range(1, 61):
        await _task(world, i)
    for i in range(1, 21):
        await _meeting(world, i)


async def _task(w: "World", i: int) -> None:
    due = w.random.choice([None, w.moment(), w.now + timedelta(days=i % 4 + 1)])
    done = w.maybe(w.moment(), 0.4)
    await w.rows(models.Task, [{
        "id": w.o.base + i, "opportunity_id": w.pick(list(range(1, 25))),
        "title": w.text(), "description": w.maybe(w.text()),
        "due_at": due, "due_on": w.maybe(w.day(), 0.4) if due else None,
        "priority": w.random.choice(["LOW", "NORMAL", "HIGH"]),
        "assigned_to_id": w.maybe(w.pick([1, 3, 6])),
        "created_by_id": w.maybe(w.pick([1, 3])),
        "done_at": done, "done_by_id": w.pick([1, 3]) if done else None,
        "deleted_at": w.maybe(w.now, 0.1),
    } | w.ages()])  # fmt: skip


async def _meeting(w: "World", i: int) -> None:
    id, starts = w.o.base + i, w.moment()
    await w.rows(models.Meeting, [{
        "id": id, "opportunity_id": w.pick(list(range(1, 25))),
        "subject": w.text(), "starts_at": starts,
        "ends_at": w.maybe(starts + timedelta(hours=1)),
        "location": w.maybe(w.text()), "notes": w.maybe(w.text()),
        "state": w.random.choice(["PLANNED", "HELD", "CANCELLED"]),
        "created_by_id": w.maybe(w.pick([1, 3])),
        "deleted_at": w.maybe(w.now, 0.1),
    } | w.ages()])  # fmt: skip
    for model, column in ((models.MeetingUser, "user"), (models.MeetingContact, "contact")):
        ids = w.random.sample(range(1, 4), w.random.randrange(3))
        links = [{"meeting_id": id, f"{column}_id": w.o.base + each} for each in ids]
        await w.rows(model, links)
