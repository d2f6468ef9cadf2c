"""Who asks, and what they were told."""

from typing import TYPE_CHECKING

from pipeline_gql.store import models
from tests.conformance.criteria import columns, identity
from tests.conformance.lists import Field, Noun
from tests.conformance.meaning import Object, once
from tests.conformance.objects import Objects
from tests.conformance.rows import Row, moment

if TYPE_CHECKING:
    from tests.conformance.world import World

CHOICES = {
    "assigned": "ASSIGNED",
    "mentioned": "MENTIONED",
    "stalled": "STALLED",
    "goalReached": "GOAL_REACHED",
}


class Viewers(Objects):
    def is_told(self, n: Row) -> bool:
        mine = n.user_id == self.viewer.user_id
        is_free = n.opportunity_id is None and n.lead_id is None
        return mine and (is_free or self.sees_host(n))

    @once
    def notification(self, n: Row) -> Object:
        mail = self.tables.one("mail", notification_id=n.id)
        return self.own("Notification", n) | {
            "kind": n.kind,
            "at": moment(n.at),
            "readAt": moment(n.read_at),
            "text": n.text,
            "comment": lambda info: self._about(n, "Comment"),
            "task": lambda info: self._about(n, "Task"),
            "mailState": mail and mail.state,
        }

    def _about(self, n: Row, noun: str) -> Object | None:
        """What is not deleted, and of the same opportunity."""
        key = n[f"{noun.lower()}_id"]
        row = self.tables.one(noun.lower(), id=key, opportunity_id=n.opportunity_id)
        return None if row is None or row.deleted_at else self.one(noun, key)

    @once
    def viewing(self, u: Row) -> Object:
        def own() -> list[Row]:
            return self.tables.where("notification", user_id=u.id)

        return {
            "__typename": "Viewer",
            "user": lambda info: self.user(u),
            "organisation": lambda info: self.organisation(),
            "role": u.role,
            "notifications": self.listed("Notification", own),
            "unreadCount": len([n for n in own() if n.read_at is None and self.is_told(n)]),
            "mailChoice": {
                name: self.tables.one("mail_refusal", user_id=u.id, kind=kind) is None
                for name, kind in CHOICES.items()
            },
        }

    def organisation(self) -> Object:
        row = self.tables["organisation"][0]
        return {
            "organizationId": str(row.org_id),
            "name": row.name,
            "timeZone": row.time_zone,
            "currency": row.currency,
        }

    def me(self) -> Object | None:
        row = self.tables.one("app_user", id=self.viewer.user_id)
        return row and self.viewing(row)

    def told(self) -> list[Noun]:
        """The nouns of this module."""
        fields = {
            "id": identity("Notification", "id"),
            "opportunityId": identity("Opportunity", "opportunity_id"),
            "leadId": identity("Lead", "lead_id"),
            "isUnread": Field("boolean", lambda n: n.read_at is None),
            "at": Field("moment", lambda n: n.at),
            **columns("text", kind="kind"),
        }
        return [
            Noun(
                "Notification", "notification", "id", self.notification, fields,
                {"at": ("at", "moment")}, self.is_told,
            ),
            Noun("Viewer", "app_user", "id", self.viewing, {}, {}),
        ]  # fmt: skip


async def write(world: "World") -> None:
    """Of every kind, to everybody, about everything; mails in every state."""
    b, random = world.o.base, world.random
    for i in range(1, 81):
        at = world.moment()
        told = {"kind": random.choice([*CHOICES.values()]), "cause": f"c{i}", "at": at}
        read = {"read_at": world.maybe(at), "title": world.text(), "text": world.maybe("t")}
        about = {"opportunity_id": world.maybe(world.pick([*range(1, 41)]), 0.9)}
        if about["opportunity_id"] is None:
            about |= {"lead_id": world.maybe(world.pick([*range(1, 9)]), 0.7)}
        about |= {"comment_id": world.maybe(world.pick([*range(1, 30)]), 0.3)}
        about |= {"task_id": world.maybe(world.pick([*range(1, 30)]), 0.3)}
        whom = {"id": b + i, "user_id": world.pick([1, 2, 3, 4, 5])}
        await world.rows(models.Notification, [whom | told | read | about])
        if i % 2:
            mail = {"state": random.choice(["WAITING", "SENT", "GIVEN_UP", "DROPPED"])}
            times = {"due_at": at, "created_at": at}
            await world.rows(models.Mail, [{"notification_id": b + i} | mail | times])
    refused = [{"user_id": b + i, "kind": [*CHOICES.values()][i % 4]} for i in range(1, 5)]
    await world.rows(models.MailRefusal, refused)
