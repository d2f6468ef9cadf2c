"""Comments, whom they mention, and what they said before."""

from typing import Any

from sqlalchemy import Text, and_, exists, func, literal_column, or_, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, UPDATED, by, creation, inside, order, related
from pipeline_gql.store.reads.interests import of_seen
from pipeline_gql.store.reads.shapes import (
    Element,
    Many,
    Row,
    Scope,
    Shape,
    identity,
    moment,
    number,
    text,
    to_many,
    to_one,
)


def _shown(row: Row, scope: Scope) -> Element:
    """A deleted comment is there for as long as something answers it."""
    reply: Any = models.Comment.__table__.alias()
    answered = select(1).where(
        reply.c.org_id == scope.org, reply.c.parent_id == row.id, reply.c.deleted_at.is_(None)
    )
    return or_(row.deleted_at.is_(None), exists(answered))


def _base(row: Row, scope: Scope) -> list[Element]:
    return [_shown(row, scope), *of_seen(row, scope)]


def on_opportunity(here: Row, there: Row, scope: Scope) -> Element:
    return and_(there.opportunity_id == here.id, _shown(there, scope))


def on_lead(here: Row, there: Row, scope: Scope) -> Element:
    return and_(there.lead_id == here.id, _shown(there, scope))


def _replies(here: Row, there: Row, scope: Scope) -> Element:
    return and_(there.parent_id == here.id, there.deleted_at.is_(None))


def _mentioned(here: Row, there: Row, scope: Scope) -> Element:
    mention: Any = models.CommentMention.__table__.alias()
    users = select(mention.c.user_id).where(
        mention.c.org_id == scope.org, mention.c.comment_id == here.id
    )
    return there.id.in_(users)


def _mentions(row: Row, scope: Scope) -> tuple[Any, Any, list[Any]]:
    mention: Any = models.CommentMention.__table__.alias()
    return mention, mention.c, [mention.c.org_id == scope.org, mention.c.comment_id == row.id]


def _saying(row: Row, scope: Scope, words: Element) -> Element:
    """No index: a list of comments is one opportunity's."""
    del scope
    escaped = func.regexp_replace(words, _text(r"([\\%_])"), _text(r"\\\1"), _text("g"), type_=Text)
    return row.body.ilike(_text("%") + escaped + _text("%"))


def _text(constant: str) -> Element:
    return literal_column(f"'{constant}'", Text)


COMMENT = Shape(
    "Comment",
    models.Comment,
    {
        "id": identity("Comment"),
        "opportunity": to_one("Opportunity", "opportunity_id"),
        "lead": to_one("Lead", "lead_id"),
        "author": to_one("User", "author_id", nullable=False),
        "body": text("body"),
        "mentions": Many("User", _mentioned),
        "parent": to_one("Comment", "parent_id"),
        "replies": Many("Comment", _replies, covered=True),
        "edits": to_many("CommentEdit", "comment_id", covered=True),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "editedAt": moment("edited_at", nullable=True),
        "deletedAt": moment("deleted_at", nullable=True),
        "version": number("version"),
    },
    base=_base,
    filters={
        "id": by(Kind.ID, "id", "The comment's id.", type="Comment"),
        "opportunityId": by(Kind.ID, "opportunity_id", "The opportunity's id.", type="Opportunity"),
        "leadId": by(Kind.ID, "lead_id", "The lead's id.", type="Lead"),
        "parentId": by(
            Kind.ID, "parent_id", "The id of the comment that it replies to.", type="Comment"
        ),
        "authorId": by(Kind.ID, "author_id", "The author's id.", type="User"),
        "authorName": related(Kind.TEXT, models.User, "name", "author_id", "The author's name."),
        "mentionedId": inside(
            Kind.ID, "The mentioned users' ids (a list).", lambda c: c.user_id, _mentions,
            type="User",
        ),
        "body": by(Kind.TEXT, "body", "The text."),
        "editedAt": by(Kind.TIMESTAMP, "edited_at", "When its text last changed."),
        "deletedAt": by(Kind.TIMESTAMP, "deleted_at", "When it was deleted."),
        **creation(),
    },
    orders={"createdAt": CREATED, "updatedAt": UPDATED},
    search=_saying,
)  # fmt: skip

EDIT = Shape(
    "CommentEdit",
    models.CommentEdit,
    {
        "id": identity("CommentEdit"),
        "body": text("body"),
        "editor": to_one("User", "editor_id", nullable=False),
        "at": moment("at"),
    },
    base=of_seen,
    filters={
        "id": by(Kind.ID, "id", "The edit's id.", type="CommentEdit"),
        "editorId": by(Kind.ID, "editor_id", "The id of who changed it.", type="User"),
        "body": by(Kind.TEXT, "body", "The text as it was before."),
        "at": by(Kind.TIMESTAMP, "at", "When it was changed."),
    },
    orders={"at": order(Kind.TIMESTAMP, "at", "By the time of the change.")},
)

SHAPES = (COMMENT, EDIT)
