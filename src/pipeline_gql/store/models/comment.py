"""What people say about an opportunity or a lead."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed


class Comment(Numbered, Versioned):
    """A text under an opportunity or a lead, or (with `parent_id`) a reply to one of the same.

    A deleted one keeps its place for its replies, and none of its words.
    """

    __tablename__ = "comment"
    opportunity_id: Mapped[int | None]
    lead_id: Mapped[int | None]
    parent_id: Mapped[int | None]
    author_id: Mapped[int]
    body: Mapped[str]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None]
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        belongs("lead_id", "lead"),
        CheckConstraint("num_nonnulls(opportunity_id, lead_id) = 1", name="one_host"),
        UniqueConstraint("org_id", "opportunity_id", "id"),
        UniqueConstraint("org_id", "lead_id", "id"),
        ForeignKeyConstraint(
            ["org_id", "opportunity_id", "parent_id"],
            ["comment.org_id", "comment.opportunity_id", "comment.id"],
            name="fk_comment_parent",
        ),
        ForeignKeyConstraint(
            ["org_id", "lead_id", "parent_id"],
            ["comment.org_id", "comment.lead_id", "comment.id"],
            name="fk_comment_lead_parent",
        ),
        belongs("author_id", "app_user"),
        belongs("deleted_by_id", "app_user"),
        CheckConstraint("length(body) <= 10000", name="length"),
        CheckConstraint("(deleted_at IS NULL) = (body <> '')", name="deleted"),
        indexed("comment", "opportunity_id", "created_at", "id"),
        indexed("comment", "parent_id", "id"),
    )


class CommentMention(Tenant):
    """Somebody whom a comment addresses, `is_explicit` by id, else by an address in its text."""

    __tablename__ = "comment_mention"
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    is_explicit: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (
        belongs("comment_id", "comment"),
        belongs("user_id", "app_user"),
    )


class CommentEdit(Numbered):
    """What a comment said until `at`, when `editor_id` replaced it. Goes with the comment."""

    __tablename__ = "comment_edit"
    opportunity_id: Mapped[int | None]
    lead_id: Mapped[int | None]
    comment_id: Mapped[int]
    body: Mapped[str]
    editor_id: Mapped[int]
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "opportunity_id", "comment_id"],
            ["comment.org_id", "comment.opportunity_id", "comment.id"],
            name="fk_comment_edit_comment",
        ),
        # Deferred, since a comment that leaves its lead takes its edits along.
        ForeignKeyConstraint(
            ["org_id", "lead_id", "comment_id"],
            ["comment.org_id", "comment.lead_id", "comment.id"],
            name="fk_comment_edit_lead_comment",
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("num_nonnulls(opportunity_id, lead_id) = 1", name="one_host"),
        belongs("editor_id", "app_user"),
        indexed("comment_edit", "comment_id", "at", "id"),
    )
