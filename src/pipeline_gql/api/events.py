"""`event { … }`."""

from datetime import date
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    key,
    member,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.prices import PriceInput, prices
from pipeline_gql.api.types.catalogue import EventState
from pipeline_gql.api.usual import creating, updating
from pipeline_gql.api.verbs import verb
from pipeline_gql.operations import events


@strawberry.input(description="The fields of an event that may be left out.")
class EventFields:
    course_template_id: strawberry.ID | None = optional("The course that is held.")
    region_id: strawberry.ID | None = optional("Where it is sold.")
    location: str | None = optional("Where it takes place.")
    start_date: date | None = optional("The first day.")
    end_date: date | None = optional("The last day, not before the first.")
    max_places: int | None = optional("How many places there are; 0 in a new event unless given.")
    state: EventState | None = optional("Whether it can be sold; yes in a new event unless given.")
    prices: list[PriceInput] | None = optional("What a place costs: the whole list.")


@strawberry.input(description="A new event.")
class EventCreateInput(EventFields, WriteInput):
    code: str = needed("The event's code, unique among events.")
    title: str = needed("The title.")


@strawberry.input(description="Changes of an event: absent is untouched, null is cleared.")
class EventUpdateInput(EventFields, ChangeInput):
    event_id: strawberry.ID | None = optional("The event to change.")
    id: strawberry.ID | None = optional("The same as eventId.")
    code: str | None = optional("The event's code, unique among events.")
    title: str | None = optional("The title.")


@strawberry.type(description="What a mutation of an event answers.")
class EventPayload(Payload):
    event: Any = of("Event", "catalogue", "event")


FIELDS: Fields = {
    "code": plain,
    "title": plain,
    "course_template_id": key("CourseTemplate"),
    "region_id": key("Region"),
    "location": plain,
    "start_date": plain,
    "end_date": plain,
    "max_places": plain,
    "state": member,
    "prices": prices,
}


create = creating(events.CreateEvent, events.create, FIELDS)
update = updating("Event", events.UpdateEvent, events.update, FIELDS)


@strawberry.type(description="What can be done to events.")
class EventMutations:
    create: Any = verb(EventCreateInput, EventPayload, create, "Creates an event.")
    update: Any = verb(EventUpdateInput, EventPayload, update, "Changes an event.")
