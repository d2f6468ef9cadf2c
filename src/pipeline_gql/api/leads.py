"""`lead { … }`."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from pipeline_gql.api import attachments, comments
from pipeline_gql.api.attributes import OpportunityAttributeInput, values
from pipeline_gql.api.hosting import LeadChangeInput
from pipeline_gql.api.inputs import (
    Fields,
    WriteInput,
    currency,
    filled,
    key,
    keys,
    member,
    named,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.types.leads import OpenLeadStatus
from pipeline_gql.api.types.node import maybe
from pipeline_gql.api.usual import creating, updating
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.operations import converting, leads


@strawberry.input(description="The fields of a lead that may be empty.")
class LeadFields:
    company: str | None = optional("The company's name.")
    email: str | None = optional("The e-mail address.")
    phone: str | None = optional("The telephone number.")
    job_title: str | None = optional("The job title.")
    source: str | None = optional("Where the lead came from.")
    status: OpenLeadStatus | None = optional("How far it has come; NEW unless given.")
    description: str | None = optional("What is worth knowing.")
    external_id: str | None = optional("The key in another system, unique among leads.")
    owner_id: strawberry.ID | None = optional(
        "The user who is responsible; whoever creates it unless given."
    )
    assigned_to_ids: list[strawberry.ID] | None = optional(
        "The users who work on it: the whole list."
    )
    team_ids: list[strawberry.ID] | None = optional(
        "The teams that it is shared with: the whole list."
    )
    tags: list[strawberry.ID] | None = optional("The ids of its tags: the whole list.")


@strawberry.input(description="A new lead; only the name is required.")
class LeadCreateInput(LeadFields, WriteInput):
    name: str = needed("The person's name.")


@strawberry.input(
    description="Changes of a lead that is not converted: absent is untouched, null is cleared."
)
class LeadUpdateInput(LeadFields, LeadChangeInput):
    name: str | None = optional("The person's name.")


@strawberry.input(
    description="The lead that becomes an opportunity. Owner, assignees, teams, tags, source and "
    "description come along."
)
class LeadConvertInput(LeadChangeInput):
    account_id: strawberry.ID | None = optional(
        "Who buys; unless given, the account of the company's name in any case, made if there is "
        "none; null for a lead without a company."
    )
    contact_id: strawberry.ID | None = optional(
        "The lead's contact; unless given, the one with its e-mail address in any case, made if "
        "there is none."
    )
    first_name: str | None = optional(
        "Of a contact that is made; all words of the lead's name but the last unless given."
    )
    last_name: str | None = optional(
        "Of a contact that is made; the last word of the lead's name unless given."
    )
    contact_role: str | None = optional("The contact's part in the opportunity.")
    name: str | None = optional("The opportunity's name; the company's or the person's if absent.")
    pipeline_id: strawberry.ID | None = optional(
        "The pipeline it travels; the default one, or the step's, unless given."
    )
    entry_step_id: strawberry.ID | None = optional(
        "The step it starts on, which must be an entry step; the default one unless given."
    )
    region_id: strawberry.ID | None = optional("Where it is sold.")
    financial_unit_id: strawberry.ID | None = optional(
        "The currency: a code such as USD, or its id. "
        "Unless given the region's, else the organisation's."
    )
    amount: Decimal | None = optional("The value, which counts while it has no interests.")
    expected_close_date: date | None = optional("When it should close.")
    attributes: list[OpportunityAttributeInput] | None = optional(
        "Values for what opportunities may have beside; those required at creation are needed."
    )


@strawberry.type(description="What a mutation of a lead answers.")
class LeadPayload(Payload):
    lead: Any = of("Lead", "leads", "lead")
    comment: Any = maybe(
        "Comment",
        "comments",
        "The comment that was added, changed or deleted; "
        "null if the mutation is not about a comment, or was refused.",
    )
    attachment: Any = maybe(
        "Attachment", "attachments", "The attachment that was added; null in all other cases."
    )


FIELDS: Fields = {
    "name": plain,
    "company": plain,
    "email": plain,
    "phone": plain,
    "job_title": plain,
    "source": plain,
    "status": member,
    "description": plain,
    "external_id": plain,
    "owner_id": key("User"),
    "assigned_to_ids": keys("User"),
    "team_ids": keys("Team"),
    "tags": keys("Tag"),
}
CONVERTING: Fields = {
    "account_id": key("Account"),
    "contact_id": key("Contact"),
    "first_name": plain,
    "last_name": plain,
    "contact_role": plain,
    "name": plain,
    "pipeline_id": key("Pipeline"),
    "entry_step_id": key("OpportunityStep"),
    "region_id": key("Region"),
    "financial_unit_id": currency,
    "amount": plain,
    "expected_close_date": plain,
    "attributes": values,
}


create = creating(leads.CreateLead, leads.create, FIELDS)
update = updating("Lead", leads.UpdateLead, leads.update, FIELDS)


def convert(input: LeadConvertInput, call: Call) -> Work:
    command = converting.ConvertLead(
        lead_id=named(input, call, "Lead", "lead_id"),
        expected_version=given(input.expected_version),
        **filled(input, call, CONVERTING),
    )
    return lambda unit: converting.convert(unit, call.viewer, command)


@strawberry.type(description="What can be done to leads.")
class LeadMutations:
    create: Any = verb(LeadCreateInput, LeadPayload, create, "Creates a lead.")
    update: Any = verb(LeadUpdateInput, LeadPayload, update, "Changes a lead.")
    convert: Any = verb(
        LeadConvertInput,
        LeadPayload,
        convert,
        "Makes an opportunity of a lead, once, and finds or makes its account and contact.",
    )
    add_comment: Any = verb(
        comments.LeadAddCommentInput, LeadPayload, comments.add, "Says something about a lead."
    )
    edit_comment: Any = verb(
        comments.LeadEditCommentInput, LeadPayload, comments.edit, "Changes a comment on a lead."
    )
    delete_comment: Any = verb(
        comments.LeadDeleteCommentInput,
        LeadPayload,
        comments.delete,
        "Takes a comment on a lead back.",
    )
    add_attachment: Any = verb(
        attachments.LeadAddAttachmentInput,
        LeadPayload,
        attachments.add,
        "Attaches a file or a link to a lead.",
    )
    delete_attachment: Any = verb(
        attachments.LeadDeleteAttachmentInput,
        LeadPayload,
        attachments.delete,
        "Deletes an attachment of a lead.",
    )
