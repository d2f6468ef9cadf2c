"""Courses that can be asked for before a date is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import one_of
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.operations.pricing import PRICES, Price
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

COURSE_TEMPLATE = Noun(
    models.CourseTemplate,
    Permission.SET_UP,
    "course_template",
    {
        "code": Field("code", text.required_text, is_unique=True),
        "title": Field("title", text.required_text),
        "description": Field("description", partial(text.optional_text, limit=text.DESCRIPTION)),
        "state": Field("state", one_of("DRAFT", "PUBLISHED", "ARCHIVED")),
    },
    required=frozenset({"code", "title"}),
    lists=PRICES,
)


@dataclass(frozen=True, slots=True)
class CreateCourseTemplate:
    code: str | None = None
    title: str | None = None
    description: str | None = None
    state: str | None = None
    prices: Sequence[Price] | None = None


@dataclass(frozen=True, slots=True)
class UpdateCourseTemplate:
    """`changes` holds what was sent, under the names of `CreateCourseTemplate`; None clears."""

    course_template_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateCourseTemplate) -> Done:
    return Done({"course_template": await keeping.create(unit, viewer, COURSE_TEMPLATE, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateCourseTemplate) -> Done:
    key, changes = command.course_template_id, command.changes
    await keeping.update(unit, viewer, COURSE_TEMPLATE, key, changes, command.expected_version)
    return Done({"course_template": key})
