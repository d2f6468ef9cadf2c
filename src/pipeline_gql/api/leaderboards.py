"""`leaderboard`: its arguments."""

from datetime import date
from typing import Any

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from pipeline_gql.api.connections import FIRST, argument, searching
from pipeline_gql.api.types.goals import GoalMetric, Leaderboard, LeaderboardBy


def leaderboard() -> Any:
    field = StrawberryField(
        type_annotation=StrawberryAnnotation(Leaderboard),
        description="Users or teams by what they won: of what is won and was closed in a period.",
    )
    field.arguments = [
        _needed("metric", GoalMetric, "What is added up."),
        _needed("by", LeaderboardBy, "Whom to rank."),
        argument("from", date, "Only what was closed on this day or later."),
        argument("to", date, "Only what was closed on this day or earlier."),
        argument(
            "currency",
            str,
            "The ISO 4217 code of the currency that counts; unless given, the organisation's if "
            "the metric is REVENUE, any if it is COUNT.",
        ),
        argument("first", int, FIRST),
        *searching("Opportunity"),
    ]
    return field


def _needed(name: str, type: Any, description: str) -> StrawberryArgument:
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(type),
        description=description,
    )
