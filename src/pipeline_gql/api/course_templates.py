"""`courseTemplate { … }`."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    member,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.prices import PriceInput, prices
from pipeline_gql.api.types.catalogue import CourseTemplateState
from pipeline_gql.api.usual import creating, updating
from pipeline_gql.api.verbs import verb
from pipeline_gql.operations import course_templates


@strawberry.input(description="The fields of a course template that may be left out.")
class CourseTemplateFields:
    description: str | None = optional("What the course is about.")
    state: CourseTemplateState | None = optional(
        "Whether it can be sold; not yet in a new template unless given."
    )
    prices: list[PriceInput] | None = optional("What it costs: the whole list.")


@strawberry.input(description="A new course template.")
class CourseTemplateCreateInput(CourseTemplateFields, WriteInput):
    code: str = needed("The template's code, unique among templates.")
    title: str = needed("The title.")


@strawberry.input(description="Changes of a course template: absent is untouched, null is cleared.")
class CourseTemplateUpdateInput(CourseTemplateFields, ChangeInput):
    course_template_id: strawberry.ID | None = optional("The course template to change.")
    id: strawberry.ID | None = optional("The same as courseTemplateId.")
    code: str | None = optional("The template's code, unique among templates.")
    title: str | None = optional("The title.")


@strawberry.type(description="What a mutation of a course template answers.")
class CourseTemplatePayload(Payload):
    course_template: Any = of("CourseTemplate", "catalogue", "course template")


FIELDS: Fields = {
    "code": plain,
    "title": plain,
    "description": plain,
    "state": member,
    "prices": prices,
}


create = creating(course_templates.CreateCourseTemplate, course_templates.create, FIELDS)
update = updating(
    "CourseTemplate", course_templates.UpdateCourseTemplate, course_templates.update, FIELDS
)


@strawberry.type(description="What can be done to course templates.")
class CourseTemplateMutations:
    create: Any = verb(
        CourseTemplateCreateInput, CourseTemplatePayload, create, "Creates a course template."
    )
    update: Any = verb(
        CourseTemplateUpdateInput, CourseTemplatePayload, update, "Changes a course template."
    )
