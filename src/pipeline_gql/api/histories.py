"""`pipelineChanges`, `funnel`, `velocity`, `refusals`: their arguments."""

from datetime import date
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from pipeline_gql.api.connections import argument, searching
from pipeline_gql.api.types.changes import PipelineChanges
from pipeline_gql.api.types.funnels import Funnel, HistoryGroup, Velocity
from pipeline_gql.api.types.refusals import Refusals


def pipeline_changes() -> Any:
    field = StrawberryField(
        type_annotation=StrawberryAnnotation(PipelineChanges),
        description="What changed in the viewer's opportunities from the beginning of one day to "
        "the end of another, in the organisation's time zone. What is deleted counts nowhere.",
    )
    field.arguments = [
        needed("from", date, "The first day."),
        argument("to", date, "The last day; until now unless given."),
        argument("pipeline_id", strawberry.ID, "Only the opportunities of this pipeline."),
        *searching("Opportunity"),
    ]
    return field


def funnel() -> Any:
    return _report(
        Funnel,
        "How far the viewer's opportunities came that were created in a period, by what they "
        "are now. A pipeline that is not there has none.",
        "created",
    )


def velocity() -> Any:
    return _report(
        Velocity,
        "How long the viewer's opportunities stayed on the open steps of a pipeline, of the stays "
        "that began in a period. A pipeline that is not there has none.",
        "begun",
    )


def refusals() -> Any:
    return _report(
        Refusals,
        "Where the viewer's opportunities get stuck: the moves along a pipeline that were refused "
        "in a period, and why. A pipeline that is not there has none.",
        "refused",
    )


def _report(type: Any, description: str, what: str) -> Any:
    field = StrawberryField(type_annotation=StrawberryAnnotation(type), description=description)
    field.arguments = [
        needed("pipeline_id", strawberry.ID, "The pipeline."),
        argument("group_by", HistoryGroup, "What the opportunities are grouped by."),
        argument("from", date, f"Only what was {what} on this day or later."),
        argument("to", date, f"Only what was {what} on this day or earlier."),
        *searching("Opportunity"),
    ]
    return field


def needed(name: str, type: Any, description: str) -> StrawberryArgument:
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(type),
        description=description,
    )
