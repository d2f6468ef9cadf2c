"""What changed in a pipeline between two days."""

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import told, typed
from pipeline_gql.domain.changes import MEANINGS, Change

_kinds: Any = Enum(
    "PipelineChangeKind",
    {c.name: strawberry.enum_value(c.value, description=MEANINGS[c]) for c in Change},
)
PipelineChangeKind = strawberry.enum(
    _kinds, description="How an opportunity stands at the end of a period, beside its beginning."
)


@strawberry.type(description="The opportunities of one currency that changed in one way.")
class PipelineChange:
    kind: Any = typed(PipelineChangeKind, "How they changed.")
    currency: str = told("The ISO 4217 code of the currency that they have at the end.")
    count: int = told("How many they are.")
    value: Decimal = told("What they are worth at the end.")
    previous_value: Decimal = told(
        "What they were worth at the beginning, those that were there in this currency."
    )


@strawberry.type(description="The open opportunities of one currency at one moment.")
class PipelineStanding:
    currency: str = told("The ISO 4217 code of the currency.")
    count: int = told("How many are open.")
    value: Decimal = told("What they are worth.")
    weighted: Decimal = told("Value times probability, each rounded down.")


def _opportunities() -> Any:
    field = connection(
        "Opportunity", "opportunities", "Those that changed in one way, as they are now."
    )
    field.arguments.append(
        StrawberryArgument(
            python_name="kind",
            graphql_name=None,
            type_annotation=StrawberryAnnotation(PipelineChangeKind),
            description="How they changed.",
        )
    )
    return field


@strawberry.type(
    description="How opportunities stood at the beginning of a period, beside how they stand at "
    "its end; what they were in between makes no difference. One may have changed in several "
    "ways: what came and was won within the period is both new and won."
)
class PipelineChanges:
    changes: list[PipelineChange] = told(
        "The ways in which some changed, each with an entry for each currency, by its code."
    )
    opening: list[PipelineStanding] = told("What was open at the beginning, by currency.")
    closing: list[PipelineStanding] = told("What is open at the end, by currency.")
    opportunities: Any = _opportunities()
