"""Courses on a date. Whether there are places left is judged under the event's row lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import one_of
from pipeline_gql.domain.facts import optional_date, whole_number
from pipeline_gql.domain.problems import invalid
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun, reference
from pipeline_gql.operations.pricing import PRICES, Price
from pipeline_gql.store import events, models
from pipeline_gql.store.database import Unit

MOST_PLACES = 1_000_000


def _fits_together(event: models.Event) -> None:
    if event.start_date and event.end_date and event.end_date < event.start_date:
        raise invalid(("end_date",), "must not be before startDate", event.end_date)
    # A row that is not stored yet has no counts; its columns' defaults come with the flush.
    capacity, taken = event.capacity or 0, (event.booked or 0) + (event.reserved or 0)
    if capacity < taken:
        problem = f"must be at least {taken}: {event.booked} booked, {event.reserved} reserved"
        raise invalid(("max_places",), problem, capacity)


EVENT = Noun(
    models.Event,
    Permission.SET_UP,
    "event",
    {
        "code": Field("code", text.required_text, is_unique=True),
        "title": Field("title", text.required_text),
        "course_template_id": reference("course_template_id", models.CourseTemplate),
        "region_id": reference("region_code", models.Region),
        "location": Field("location", text.optional_text),
        "start_date": Field("start_date", optional_date),
        "end_date": Field("end_date", optional_date),
        "max_places": Field("capacity", partial(whole_number, most=MOST_PLACES)),
        "state": Field("state", one_of("DRAFT", "PUBLISHED", "CANCELLED")),
    },
    required=frozenset({"code", "title"}),
    whole=_fits_together,
    lists=PRICES,
)


@dataclass(frozen=True, slots=True)
class CreateEvent:
    code: str | None = None
    title: str | None = None
    course_template_id: int | None = None
    region_id: str | None = None
    location: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    max_places: int | None = None
    state: str | None = None
    prices: Sequence[Price] | None = None


@dataclass(frozen=True, slots=True)
class UpdateEvent:
    """`changes` holds what was sent, under the names of `CreateEvent`; None clears."""

    event_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateEvent) -> Done:
    return Done({"event": await keeping.create(unit, viewer, EVENT, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateEvent) -> Done:
    viewer.require(EVENT.permission, "change", "Event")
    key, changes = command.event_id, command.changes
    await events.locked_one(unit, key, wholly="code" in changes)
    await keeping.update(unit, viewer, EVENT, key, changes, command.expected_version)
    return Done({"event": key})
