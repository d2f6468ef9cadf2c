"""Assignments, contacts and tags: the inputs of the verbs of `opportunities` that change them."""

import strawberry

from pipeline_gql.api.inputs import (
    Fields,
    OpportunityChangeInput,
    key,
    keys,
    named,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.verbs import Call, Work, given
from pipeline_gql.domain.opportunities import ROLES
from pipeline_gql.operations import parts

ROLE = (
    f"The part: {', '.join(ROLES)}, or any other text. "
    "The usual ones are kept in this spelling, whatever their case."
)


@strawberry.input(
    description="Who is to look after an opportunity: absent is untouched, null is cleared. "
    "One of the two must be given."
)
class OpportunityAssignInput(OpportunityChangeInput):
    owner_id: strawberry.ID | None = optional("The user who is responsible.")
    assigned_to_ids: list[strawberry.ID] | None = optional(
        "The users who work on it: the whole list, at most 500."
    )


@strawberry.input(
    description="A contact who gets a part in an opportunity, or has one that changes."
)
class OpportunityAddContactInput(OpportunityChangeInput):
    contact_id: strawberry.ID = needed("The contact.")
    role: str | None = optional(
        f"{ROLE} Of a contact who is there already, absent is untouched and null is cleared."
    )
    primary: bool | None = optional(
        "Whether it becomes the main contact, of which there is one; the first one is it anyway."
    )


@strawberry.input(
    description="The contact who has no part any more. If it was the main one, the contact with "
    "the lowest number takes over."
)
class OpportunityRemoveContactInput(OpportunityChangeInput):
    contact_id: strawberry.ID = needed("The contact.")


@strawberry.input(description="The tag to put on an opportunity.")
class OpportunityAddTagInput(OpportunityChangeInput):
    tag_id: strawberry.ID = needed("The tag.")


@strawberry.input(description="The tag to take off an opportunity.")
class OpportunityRemoveTagInput(OpportunityChangeInput):
    tag_id: strawberry.ID = needed("The tag.")


PEOPLE: Fields = {"owner_id": key("User"), "assigned_to_ids": keys("User")}
PART: Fields = {"role": plain, "primary": plain}


def assign(input: OpportunityAssignInput, call: Call) -> Work:
    command = parts.Assign(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        changes=sent(input, call, PEOPLE),
        expected_version=given(input.expected_version),
    )
    return lambda unit: parts.assign(unit, call.viewer, command)


def add_contact(input: OpportunityAddContactInput, call: Call) -> Work:
    command = parts.AddContact(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        contact_id=call.key(input.contact_id, "Contact", "contact_id"),
        changes=sent(input, call, PART),
        expected_version=given(input.expected_version),
    )
    return lambda unit: parts.add_contact(unit, call.viewer, command)


def remove_contact(input: OpportunityRemoveContactInput, call: Call) -> Work:
    command = parts.RemoveContact(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        contact_id=call.key(input.contact_id, "Contact", "contact_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: parts.remove_contact(unit, call.viewer, command)


def add_tag(input: OpportunityAddTagInput, call: Call) -> Work:
    command = parts.AddTag(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        tag_id=call.key(input.tag_id, "Tag", "tag_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: parts.add_tag(unit, call.viewer, command)


def remove_tag(input: OpportunityRemoveTagInput, call: Call) -> Work:
    command = parts.RemoveTag(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        tag_id=call.key(input.tag_id, "Tag", "tag_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: parts.remove_tag(unit, call.viewer, command)
