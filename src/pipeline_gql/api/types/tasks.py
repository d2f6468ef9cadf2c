"""Tasks and meetings as clients read them."""

from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, one, told


@strawberry.enum(description="How much a task matters.")
class TaskPriority(Enum):
    LOW = strawberry.enum_value("LOW", description="It can wait.")
    NORMAL = strawberry.enum_value("NORMAL", description="As most tasks.")
    HIGH = strawberry.enum_value("HIGH", description="Before the others.")


@strawberry.enum(description="Whether a meeting is still to come about, did, or will not.")
class MeetingState(Enum):
    PLANNED = strawberry.enum_value("PLANNED", description="It is to be held.")
    HELD = strawberry.enum_value("HELD", description="It was held.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="It will not be held.")


@strawberry.type(description="Something to be done about an opportunity.")
class Task(Node):
    title: str = told("What is to be done.")
    description: str | None = told("What is worth knowing.")
    due_date: date | None = told("The day until which it is to be done, where a day was named.")
    due_at: datetime | None = told(
        "The moment from which on it is overdue; of a day, its end where the organisation is."
    )
    is_overdue: bool = told("Whether it is open and too late.")
    is_done: bool = told("Whether it is done.")
    done_at: datetime | None = told("When it was done.")
    done_by: Any = maybe("User", "people", "Who said that it is done.")
    assigned_to: Any = maybe("User", "people", "Who is to do it.")
    priority: TaskPriority = told("How much it matters.")
    opportunity: Any = one("Opportunity", "opportunities", "What it hangs on.")
    created_by: Any = maybe("User", "people", "Who created it.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")


@strawberry.type(description="A meeting about an opportunity.")
class Meeting(Node):
    subject: str = told("What it is about.")
    starts_at: datetime = told("When it begins.")
    ends_at: datetime | None = told("When it ends.")
    location: str | None = told("Where it is held.")
    notes: str | None = told("What is worth knowing.")
    state: MeetingState = told("Whether it is still to be held.")
    users: Any = connection("User", "people", "The users who take part.")
    contacts: Any = connection("Contact", "people", "The contacts who take part.")
    opportunity: Any = one("Opportunity", "opportunities", "What it hangs on.")
    created_by: Any = maybe("User", "people", "Who created it.")
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change.")
