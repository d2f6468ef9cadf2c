"""Comments, and what they said before."""

from datetime import datetime
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, one, told


@strawberry.type(description="What somebody says about an opportunity or a lead.")
class Comment(Node):
    opportunity: Any = maybe("Opportunity", "opportunities", "What it is about.")
    lead: Any = maybe("Lead", "leads", "What it is about, where that is a lead.")
    author: Any = one("User", "people", "Who says it.")
    body: str = told("The text; empty once it is deleted.")
    mentions: Any = connection(
        "User", "people", "Whom it mentions, of those who could see the opportunity then."
    )
    parent: Any = maybe("Comment", "comments", "The comment that it replies to.")
    replies: Any = connection("Comment", "comments", "The replies to it, which have none.")
    edits: Any = connection("CommentEdit", "comments", "What it said before.")
    created_at: datetime = told("When it was said.")
    updated_at: datetime = told("When it last changed.")
    edited_at: datetime | None = told("When its text last changed; null if it never did.")
    deleted_at: datetime | None = told(
        "When it was deleted: it is shown without its text for as long as it has replies."
    )
    version: int = told("Grows by one with every change.")


@strawberry.type(description="What a comment said before it was edited.")
class CommentEdit(Node):
    body: str = told("The text as it was before.")
    editor: Any = one("User", "people", "Who changed it.")
    at: datetime = told("When it was changed.")
