"""`forecast`: its arguments."""

from datetime import date
from typing import Any

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from pipeline_gql.api.connections import CONDITIONS, argument
from pipeline_gql.api.filters import FILTERS
from pipeline_gql.api.types.forecasts import Forecast, ForecastGroup, ForecastScenario

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
