"""Pipelines, stages, steps."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, one, told


@strawberry.enum(description="How the sales stand whose opportunities are in a stage.")
class StageState(Enum):
    Open = strawberry.enum_value("Open", description="The sale is still under way.")
    Won = strawberry.enum_value("Won", description="The sale was made.")
    Lost = strawberry.enum_value("Lost", description="The sale was not made.")
    Archived = strawberry.enum_value("Archived", description="The sale was put aside.")


@strawberry.enum(description="Which moves a pipeline allows.")
class PipelineMode(Enum):
    GRAPH = strawberry.enum_value("GRAPH", description="Only along its transitions.")
    FREE = strawberry.enum_value("FREE", description="From any step to any other.")


@strawberry.type(description="A group of steps that mean the same for the sale.")
class OpportunityStage(Node):
    name: str = told("The stage's name.")
    state: StageState = told("How the sales stand whose opportunities are in it.")
    position: int = told("The place in the pipeline, counted from 1.")
    pipeline: Any = one("Pipeline", "pipelines", "The pipeline it belongs to.")
    steps: Any = connection("OpportunityStep", "pipelines", "The steps of the stage.")


@strawberry.type(description="A place in a pipeline where opportunities stand.")
class OpportunityStep(Node):
    name: str = told("The step's name.")
    position: int = told("The place in the pipeline, counted from 1.")
    probability: int = told("The probability of winning from here, in percent.")
    is_entry: bool = told("Whether an opportunity may start here.")
    is_default: bool = told("Whether it starts here unless told otherwise.")
    expected_days: int | None = told("How many days an opportunity should stay.")
    stalled_after_days: int | None = told("After how many days it counts as stalled.")
    stage: Any = one("OpportunityStage", "pipelines", "The stage it belongs to.")
    pipeline: Any = one("Pipeline", "pipelines", "The pipeline it belongs to.")
    opportunities: Any = connection(
        "Opportunity", "opportunities", "The opportunities that stand here and the viewer sees."
    )


@strawberry.type(description="A graph of steps that opportunities travel.")
class Pipeline(Node):
    key: str = told("The pipeline's key, which never changes.")
    name: str = told("The pipeline's name.")
    is_default: bool = told("Whether new opportunities go here unless told otherwise.")
    mode: PipelineMode | None = told("Which moves it allows; null before it is published.")
    published_version: int | None = told("The number of the published version.")
    published: Any = maybe(
        "PipelineVersion", "versions", "What it means now; null before it is published."
    )
    versions: Any = connection("PipelineVersion", "versions", "All its versions.")
    drafts: Any = connection(
        "PipelineVersion", "versions", "What may be published next; for who sees everything."
    )
    stages: Any = connection("OpportunityStage", "pipelines", "Its stages, as published.")
    steps: Any = connection("OpportunityStep", "pipelines", "Its steps, as published.")
    opportunities: Any = connection(
        "Opportunity", "opportunities", "The opportunities in it that the viewer sees."
    )
    created_at: datetime = told("When it was created.")
    updated_at: datetime = told("When it last changed.")
    version: int = told("Grows by one with every change, publications among them.")
