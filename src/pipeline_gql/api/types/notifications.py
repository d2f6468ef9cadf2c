"""Who asks, and what they were told."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, one, told, typed
from pipeline_gql.api.types.people import UserRole
from pipeline_gql.domain.notices import Kind

_MEANINGS = {
    Kind.ASSIGNED: "Somebody made the viewer responsible, or gave them something to do.",
    Kind.MENTIONED: "Somebody mentioned the viewer in a comment.",
    Kind.STALLED: "An opportunity of the viewer's is on its step for longer than that allows.",
    Kind.GOAL_REACHED: "A goal was reached.",
}
_kinds: Any = Enum(
    "NotificationKind",
    {kind.name: strawberry.enum_value(kind.value, description=_MEANINGS[kind]) for kind in Kind},
)
NotificationKind = strawberry.enum(_kinds, description="Why the viewer was told.")


@strawberry.enum(description="How far a notification's mail is.")
class MailState(Enum):
    WAITING = strawberry.enum_value("WAITING", description="It is to be sent, perhaps again.")
    SENT = strawberry.enum_value("SENT", description="A mail server took it.")
    GIVEN_UP = strawberry.enum_value(
        "GIVEN_UP", description="No mail server took it, however often it was tried."
    )
    DROPPED = strawberry.enum_value(
        "DROPPED",
        description="It was not needed any more: read before, or not the user's to know.",
    )


@strawberry.type(description="Something that the viewer was told, once.")
class Notification(Node):
    kind: Any = typed(NotificationKind, "Why the viewer was told.")
    at: datetime = told("When the viewer was told.")
    read_at: datetime | None = told("When the viewer read it; null while it is unread.")
    title: str = told("What happened, in one line, as it was called then.")
    text: str | None = told("What more there is to say.")
    opportunity: Any = maybe("Opportunity", "opportunities", "The opportunity it is about.")
    lead: Any = maybe("Lead", "leads", "The lead it is about.")
    comment: Any = maybe("Comment", "comments", "The comment; null once it is deleted.")
    task: Any = maybe("Task", "tasks", "The task; null once it is deleted.")
    mail_state: MailState | None = told("How far its mail is; null where none is sent.")


@strawberry.type(description="The organisation that the viewer is in.")
class Organisation:
    organization_id: str = told("What the header organization-id takes.")
    name: str = told("The organisation's name.")
    time_zone: str = told("The time zone in which its days turn.")
    currency: str = told("The ISO 4217 code of the currency that is used unless told otherwise.")


@strawberry.type(description="Which kinds of notifications come by mail, too.")
class MailChoice:
    assigned: bool = told("Those of kind ASSIGNED.")
    mentioned: bool = told("Those of kind MENTIONED.")
    stalled: bool = told("Those of kind STALLED.")
    goal_reached: bool = told("Those of kind GOAL_REACHED.")


@strawberry.type(description="Who asks: the user that the token belongs to.")
class Viewer:
    user: Any = one("User", "people", "The user.")
    organisation: Any = one("Organisation", "notifications", "The organisation.")
    role: Any = typed(UserRole, "What the viewer may see and do.")
    notifications: Any = connection("Notification", "notifications", "What the viewer was told.")
    unread_count: int = told("How many notifications the viewer has not read.")
    mail_choice: Any = one("MailChoice", "notifications", "What comes by mail, too.")
