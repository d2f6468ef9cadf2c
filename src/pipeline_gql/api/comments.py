"""Comments: the inputs of `addComment editComment deleteComment` of opportunities and leads."""

import strawberry

from pipeline_gql.api.hosting import LeadChangeInput, may_host, must_host
from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    OpportunityChangeInput,
    keys,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.verbs import Call, Work, given
from pipeline_gql.domain.comments import BODY
from pipeline_gql.domain.opportunities import MOST_LINKS
from pipeline_gql.operations import comments

TEXT = (
    f"The text, at most {BODY:,} characters. An @ before the e-mail address of a user who may see "
    "what it is about mentions that user."
)
MENTIONED = (
    f"Users to mention beside those whose address is in the text: the whole list, at most "
    f"{MOST_LINKS}. Each must be able to see what it is about."
)


@strawberry.input(description="What is said.")
class NewCommentFields:
    body: str = needed(TEXT)
    parent_id: strawberry.ID | None = optional(
        "The comment on the same record to reply to, which is no reply itself."
    )
    mentioned_ids: list[strawberry.ID] | None = optional(MENTIONED)


@strawberry.input(description="A new comment on an opportunity.")
class OpportunityAddCommentInput(NewCommentFields, OpportunityChangeInput):
    pass


@strawberry.input(description="A new comment on a lead.")
class LeadAddCommentInput(NewCommentFields, LeadChangeInput):
    pass


@strawberry.input(description="Which comment of which opportunity.")
class CommentInput(ChangeInput):
    comment_id: strawberry.ID = needed("The comment; expectedVersion means its version.")
    opportunity_id: strawberry.ID | None = optional(
        "Its opportunity; found by the comment unless given."
    )
    id: strawberry.ID | None = optional("The same as opportunityId.")


@strawberry.input(description="Which comment of which lead.")
class LeadCommentInput(ChangeInput):
    comment_id: strawberry.ID = needed("The comment; expectedVersion means its version.")
    lead_id: strawberry.ID | None = optional("Its lead; found by the comment unless given.")
    id: strawberry.ID | None = optional("The same as leadId.")


@strawberry.input(description="What a comment is to say.")
class CommentFields:
    body: str | None = optional(TEXT)
    mentioned_ids: list[strawberry.ID] | None = optional(MENTIONED)


@strawberry.input(
    description="Changes of a comment, by its author or an administrator: absent is untouched."
)
class OpportunityEditCommentInput(CommentFields, CommentInput):
    pass


@strawberry.input(
    description="Changes of a comment, by its author or an administrator: absent is untouched."
)
class LeadEditCommentInput(CommentFields, LeadCommentInput):
    pass


@strawberry.input(description="The comment to delete, by its author or an administrator.")
class LeadDeleteCommentInput(LeadCommentInput):
    pass


@strawberry.input(description="The comment to delete, by its author or an administrator.")
class OpportunityDeleteCommentInput(CommentInput):
    pass


CHANGES: Fields = {"body": plain, "mentioned_ids": keys("User")}


def add(input: OpportunityAddCommentInput | LeadAddCommentInput, call: Call) -> Work:
    command = comments.AddComment(
        **must_host(input, call),
        body=input.body,
        parent_id=call.key(input.parent_id, "Comment", "parent_id"),
        mentioned_ids=call.keys(input.mentioned_ids, "User", "mentioned_ids"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: comments.add_comment(unit, call.viewer, command)


def edit(input: OpportunityEditCommentInput | LeadEditCommentInput, call: Call) -> Work:
    command = comments.EditComment(
        comment_id=call.key(input.comment_id, "Comment", "comment_id"),
        changes=sent(input, call, CHANGES),
        **may_host(input, call),
        expected_version=given(input.expected_version),
    )
    return lambda unit: comments.edit_comment(unit, call.viewer, command)


def delete(input: OpportunityDeleteCommentInput | LeadDeleteCommentInput, call: Call) -> Work:
    command = comments.DeleteComment(
        comment_id=call.key(input.comment_id, "Comment", "comment_id"),
        **may_host(input, call),
        expected_version=given(input.expected_version),
    )
    return lambda unit: comments.delete_comment(unit, call.viewer, command)
