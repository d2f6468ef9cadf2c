"""Leads."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, told

_OPEN = {
    "NEW": "Nobody has talked to them yet.",
    "WORKING": "Somebody is talking to them.",
    "QUALIFIED": "They may buy.",
    "DISQUALIFIED": "They will not buy.",
}


@strawberry.enum(description="How far a lead has come.")
class LeadStatus(Enum):
    NEW = strawberry.enum_value("NEW", description=_OPEN["NEW"])
    WORKING = strawberry.enum_value("WORKING", description=_OPEN["WORKING"])
    QUALIFIED = strawberry.enum_value("QUALIFIED", description=_OPEN["QUALIFIED"])
    CONVERTED = strawberry.enum_value(
        "CONVERTED", description="It became an opportunity, and changes no more."
    )
    DISQUALIFIED = strawberry.enum_value("DISQUALIFIED", description=_OPEN["DISQUALIFIED"])


@strawberry.enum(description="How far people say that a lead has come; convert says the rest.")
class OpenLeadStatus(Enum):
    NEW = strawberry.enum_value("NEW", description=_OPEN["NEW"])
    WORKING = strawberry.enum_value("WORKING", description=_OPEN["WORKING"])
    QUALIFIED = strawberry.enum_value("QUALIFIED", description=_OPEN["QUALIFIED"])
    DISQUALIFIED = strawberry.enum_value("DISQUALIFIED", description=_OPEN["DISQUALIFIED"])


@strawberry.type(description="Somebody who may become a customer.")
class Lead(Node):
    name: str = told("The person's name.")
    company: str | None = told("The company's name.")
    email: str | None = told("The e-mail address.")
    phone: str | None = told("The telephone number.")
    job_title: str | None = told("The job title.")
    source: str | None = told("Where the lead came from.")
    status: LeadStatus = told("How far it has come.")
    description: str | None = told("What is worth knowing.")
    external_id: str | None = told("The key in another system.")
    owner: Any = maybe("User", "people", "Who is responsible.")
    created_by: Any = maybe("User", "people", "Who created it.")
    assigned_to: Any = connection("User", "people", "Who works on it.")
    teams: Any = connection("Team", "people", "The teams it is shared with.")
    tags: Any = connection("Tag", "people", "Its tags.")
    comments: Any = connection(
        "Comment", "comments", "What was said; once it is converted, the opportunity has it."
    )
    attachments: Any = connection(
        "Attachment", "attachments", "Files and links; once it is converted, the opportunity's."
    )
    is_converted: bool = told("Whether it became an opportunity.")
    converted_at: datetime | None = told("When it became an opportunity.")
    converted_by: Any = maybe("User", "people", "Who made an opportunity of it.")
    opportunity: Any = maybe(
        "Opportunity", "opportunities", "What it became; null where the viewer sees it not."
    )
    account: Any = maybe("Account", "people", "The account that it was found or made to be of.")
    contact: Any = maybe("Contact", "people", "The contact that it was found or made to be.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")
