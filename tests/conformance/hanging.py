"""What every object shares, and what people hang on an opportunity."""

from typing import Any

from tests.conformance.meaning import Meaning, Object, once
from tests.conformance.rows import Row, global_id, moment
from tests.conformance.rows import money as decimal


class Hanging(Meaning):
    def own(self, type: str, row: Row, key: str = "id") -> Object:
        """What many types share, under the names that clients know."""
        common = {"__typename": type, "id": global_id(type, row[key])}
        if key == "id" and isinstance(row.get("id"), int):
            common["legacyId"] = row.id
        for name, column in (
            ("name", "name"), ("code", "code"), ("title", "title"), ("version", "version"),
            ("description", "description"), ("state", "state"), ("isActive", "is_active"),
            ("isArchived", "is_archived"),
            ("email", "email"), ("phone", "phone"), ("position", "position"), ("key", "key"),
            ("quantity", "quantity"), ("role", "role"), ("externalId", "external_id"),
            ("isDefault", "is_default"), ("number", "number"),
        ):  # fmt: skip
            if column in row:
                common[name] = row[column]
        for name in ("createdAt", "updatedAt", "expiresAt"):
            column = name.replace("A", "_a")
            if column in row:
                common[name] = moment(row[column])
        if isinstance(row.get("currency"), str):
            common["currency"] = row.currency
            common["financialUnit"] = lambda info: self.one("FinancialUnit", row.currency)
        for name, noun, column in (
            ("region", "Region", "region_code"), ("account", "Account", "account_id"),
            ("contact", "Contact", "contact_id"), ("owner", "User", "owner_id"),
            ("courseTemplate", "CourseTemplate", "course_template_id"),
            ("event", "Event", "event_id"), ("taxType", "TaxType", "tax_type_id"),
            ("tokenType", "TrainingTokenType", "training_token_type_key"),
            ("createdBy", "User", "created_by_id"),
            ("opportunity", "Opportunity", "opportunity_id"), ("lead", "Lead", "lead_id"),
            ("salesDocument", "Invoice", "active_invoice_id"),
        ):  # fmt: skip
            if column in row:
                common[name] = self.lazily(noun, row[column])
        return common

    def money(self, row: Row, **columns: str) -> Object:
        exponent = self.exponent(row.currency)
        return {name: decimal(row[column], exponent) for name, column in columns.items()}

    def lazily(self, noun: str, key: Any) -> Any:
        return lambda info: self.one(noun, key)

    def users(self, keys: list[int]) -> Any:
        return self.listed("User", lambda: self.among("app_user", keys))

    def is_shown(self, c: Row) -> bool:
        """A comment that was deleted is there for as long as it has replies."""
        replies = self.tables.where("comment", parent_id=c.id, deleted_at=None)
        return c.deleted_at is None or bool(replies)

    def mentioned(self, c: Row) -> list[int]:
        return [row.user_id for row in self.tables.where("comment_mention", comment_id=c.id)]

    @once
    def comment(self, c: Row) -> Object:
        return self.own("Comment", c) | {
            "author": self.lazily("User", c.author_id),
            "body": c.body,
            "mentions": self.users(self.mentioned(c)),
            "parent": self.lazily("Comment", c.parent_id),
            "replies": self.listed("Comment", lambda: self.tables.where("comment", parent_id=c.id)),
            "edits": self.listed(
                "CommentEdit", lambda: self.tables.where("comment_edit", comment_id=c.id)
            ),
            "editedAt": moment(c.edited_at),
            "deletedAt": moment(c.deleted_at),
        }

    @once
    def comment_edit(self, e: Row) -> Object:
        return self.own("CommentEdit", e) | {
            "body": e.body,
            "editor": self.lazily("User", e.editor_id),
            "at": moment(e.at),
        }

    @once
    def attachment(self, a: Row) -> Object:
        here = "/attachments/" + global_id("Attachment", a.id)
        return self.own("Attachment", a) | {
            "kind": a.kind,
            "size": a.size,
            "contentType": a.content_type,
            "sha256": a.sha256,
            "url": here if a.kind == "FILE" else a.link_url,
        }
