"""Leads: what their fields mean, what they can be filtered by, who sees them, and some of them."""

from typing import TYPE_CHECKING, Any

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.conformance.criteria import AGE_FIELDS, AGES, NAME, columns, identity
from tests.conformance.hanging import Hanging
from tests.conformance.lists import Field, Noun
from tests.conformance.meaning import Object, once
from tests.conformance.other_nouns import Others
from tests.conformance.rows import Row, moment

if TYPE_CHECKING:
    from tests.conformance.world import World

TIES = {"assignee": "app_user", "team": "team", "tag": "tag"}


class LeadObjects(Hanging):
    @once
    def sees_lead(self, lead: Row) -> bool:
        """As opportunities are seen: contract, section 8."""
        if self.viewer.role is not Role.MEMBER:
            return True
        me = self.viewer.user_id
        mine = {row.team_id for row in self.tables.where("team_member", user_id=me)}
        teams = {row.team_id for row in self.tables.where("lead_team", lead_id=lead.id)}
        assigned = self.tables.one("lead_assignee", lead_id=lead.id, user_id=me)
        return me in (lead.owner_id, lead.created_by_id) or bool(assigned) or bool(mine & teams)

    def sees_host(self, row: Row) -> bool:
        """What hangs on an opportunity or a lead is seen exactly if that is."""
        if row.get("lead_id") is None:
            return self.sees_what_hangs_on(row.opportunity_id)
        return self.sees_lead(self.tables.one("lead", id=row.lead_id))

    def lead_tied(self, lead: Row, tie: str) -> list[Row]:
        column = "user_id" if tie == "assignee" else f"{tie}_id"
        keys = [row[column] for row in self.tables.where(f"lead_{tie}", lead_id=lead.id)]
        return self.among(TIES[tie], keys)

    @once
    def lead(self, lead: Row) -> Object:
        became = self.tables.one("opportunity", id=lead.opportunity_id)
        return self.own("Lead", lead) | {
            "company": lead.company,
            "jobTitle": lead.job_title,
            "source": lead.source,
            "status": lead.status,
            "comments": self.listed(
                "Comment", lambda: self.tables.where("comment", lead_id=lead.id)
            ),
            "attachments": self.listed(
                "Attachment", lambda: self.tables.where("attachment", lead_id=lead.id)
            ),
            "isConverted": lead.converted_at is not None,
            "convertedAt": moment(lead.converted_at),
            "convertedBy": self.lazily("User", lead.converted_by_id),
            "opportunity": self.lazily("Opportunity", became and self.sees(became) and became.id),
            **{
                name: self.listed(noun, lambda tie=tie: self.lead_tied(lead, tie))
                for name, noun, tie in (
                    ("assignedTo", "User", "assignee"),
                    ("teams", "Team", "team"),
                    ("tags", "Tag", "tag"),
                )
            },
        }

    def origin(self, o: Row) -> Any:
        lead = self.tables.one("lead", opportunity_id=o.id)
        return self.lazily("Lead", lead.id if lead and self.sees_lead(lead) else None)


class LeadNouns(Others):
    def lead(self) -> Noun:
        def tied(tie: str, name: str) -> Any:
            return lambda row: [there[name] for there in self.r.lead_tied(row, tie)]

        fields = {
            "id": identity("Lead", "id"),
            **columns(
                "text", name="name", company="company", email="email", phone="phone",
                jobTitle="job_title", source="source", status="status", description="description",
                externalId="external_id",
            ),
            **columns("integer", version="version"),
            **columns("moment", convertedAt="converted_at"),
            "isConverted": Field("boolean", lambda row: row.converted_at is not None),
            "ownerId": identity("User", "owner_id"),
            "ownerName": self.name_of("app_user", "owner_id"),
            "createdById": identity("User", "created_by_id"),
            "convertedById": identity("User", "converted_by_id"),
            "accountId": identity("Account", "account_id"),
            "contactId": identity("Contact", "contact_id"),
            "assignedToId": self.many("id", tied("assignee", "id"), "User"),
            "assignedToName": self.many("text", tied("assignee", "name")),
            "assignedToEmail": self.many("text", tied("assignee", "email")),
            "teamId": self.many("id", tied("team", "id"), "Team"),
            "teamName": self.many("text", tied("team", "name")),
            "tag": self.many("text", tied("tag", "name")),
            "tagId": self.many("id", tied("tag", "id"), "Tag"),
            **AGE_FIELDS,
        }  # fmt: skip
        orders = AGES | NAME | {"company": ("company", "text")}
        return Noun(
            "Lead", "lead", "id", self.r.lead, fields, orders, self.r.sees_lead,
            lambda row, words: self.has(row, words, "name", "company", "email"),
        )  # fmt: skip


async def write(world: "World") -> None:
    """Some converted, into opportunities that not everybody sees."""
    b = world.o.base
    statuses = ("NEW", "WORKING", "QUALIFIED", "DISQUALIFIED")
    for i in range(1, 19):
        became: dict[str, Any] = {"status": world.random.choice(statuses)}
        if i % 3 == 0:
            became = {
                "status": "CONVERTED", "opportunity_id": b + i, "converted_at": world.moment(),
                "converted_by_id": world.maybe(b + 1), "account_id": world.maybe(b + 2),
                "contact_id": b + 2,
            }  # fmt: skip
        await world.rows(models.Lead, [{
            "id": b + i, "name": world.text(), "company": world.maybe(world.text()),
            "email": world.maybe(f"lead{i}@x"), "phone": world.maybe("1"),
            "job_title": world.maybe("Boss"), "source": world.maybe("Web"),
            "description": world.maybe(world.text()), "external_id": world.maybe(f"l{i}"),
            "owner_id": world.maybe(world.pick([1, 2, 3, 5])),
            "created_by_id": world.maybe(world.pick([1, 3]), 0.3),
        } | became | world.ages()])  # fmt: skip
        ids = world.random.sample(range(1, 4), world.random.randrange(4))
        for model, rows in (
            (models.LeadAssignee, [{"user_id": b + n} for n in ids if n != 2]),
            (models.LeadTeam, [{"team_id": b + n} for n in ids[:1]]),
            (models.LeadTag, [{"tag_id": b + n} for n in ids[1:]]),
        ):
            await world.rows(model, [{"lead_id": b + i} | row for row in rows])
        await _hang(world, i)


async def _hang(world: "World", i: int) -> None:
    """A comment, edited, a reply to it, and a link."""
    b = world.o.base
    on, author = {"lead_id": b + i}, {"author_id": world.pick([1, 2, 3, 6])}
    head, reply = b + 100 + 2 * i, b + 101 + 2 * i
    words = {"body": world.text(), "edited_at": world.moment()}
    await world.rows(models.Comment, [on | author | words | {"id": head} | world.ages()])
    answer = {"id": reply, "parent_id": head, "body": world.text()}
    await world.rows(models.Comment, [on | author | answer | world.ages()])
    edit = {"id": head * 10, "comment_id": head, "body": "x", "editor_id": b + 1}
    await world.rows(models.CommentEdit, [on | edit | {"at": world.moment()}])
    link = {"id": b + 100 + i, "kind": "LINK", "link_url": "https://x.example", "name": "L"}
    await world.rows(models.Attachment, [on | link])
