"""`forecast` and `calibration`: their arguments."""

from datetime import date
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from pipeline_gql.api.connections import CONDITIONS, argument
from pipeline_gql.api.filters import FILTERS
from pipeline_gql.api.types.forecasts import Calibration, Forecast, ForecastGroup, ForecastScenario

DATED = "An open opportunity closes when it is expected to, a won one when it was won."


def forecast() -> Any:
    condition = FILTERS["Opportunity"]
    field = StrawberryField(
        type_annotation=StrawberryAnnotation(Forecast),
        description=f"What the viewer's opportunities may bring and have brought. {DATED}",
    )
    field.arguments = [
        StrawberryArgument(
            python_name="group_by",
            graphql_name=None,
            type_annotation=StrawberryAnnotation(ForecastGroup),
            description="What the rows are grouped by.",
        ),
        argument("filters", list[condition], CONDITIONS),
        argument("search", str, "A text that is searched for."),
        argument("from", date, "Only what closes on this day or later; nothing without a date."),
        argument("to", date, "Only what closes on this day or earlier; nothing without a date."),
        argument("scenario", ForecastScenario, "What is supposed to be otherwise than it is."),
    ]
    return field


def calibration() -> Any:
    field = StrawberryField(
        type_annotation=StrawberryAnnotation(Calibration | None),
        description="What a pipeline's probabilities promise beside what came true, of the "
        "viewer's opportunities; null if the id names no pipeline. What was put aside counts "
        "nowhere.",
    )
    field.arguments = [
        StrawberryArgument(
            python_name="pipeline_id",
            graphql_name=None,
            type_annotation=StrawberryAnnotation(strawberry.ID),
            description="The pipeline.",
        ),
        argument("from", date, "Only what was won or lost on this day or later."),
        argument("to", date, "Only what was won or lost on this day or earlier."),
    ]
    return field
