"""Boards: a pipeline's steps as columns, with what stands in them."""

from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import one, several, told
from pipeline_gql.store.reads.boards import BOARD_ORDER


@strawberry.type(description="The opportunities on one step, as far as the board shows them.")
class BoardColumn:
    step: Any = one("OpportunityStep", "pipelines", "The step.")
    is_retired: bool = told(
        "Whether the published version has the step no more; then it is as the last version had "
        "it, and its column is there while an opportunity that the viewer sees stands on it."
    )
    count: int = told("How many opportunities the column has; counted only when selected.")
    totals: Any = several(
        "OpportunityTotals",
        "opportunities",
        "What they come to, an entry for each currency, by its code; added up only when selected.",
    )
    opportunities: Any = connection(
        "Opportunity",
        "opportunities",
        "The opportunities of the column, which conditions of its own may narrow further.",
        ordered=BOARD_ORDER,
    )


@strawberry.type(description="A pipeline's steps as columns.")
class Board:
    pipeline: Any = one("Pipeline", "pipelines", "The pipeline.")
    columns: Any = several(
        "BoardColumn",
        "boards",
        "The steps of the published version in their order, then the steps that it has no more "
        "and on which opportunities still stand: each opportunity of the pipeline has one.",
    )
