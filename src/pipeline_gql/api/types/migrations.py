"""Migrations of pipelines' records."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import connection
from pipeline_gql.api.types.node import Node, maybe, one, told


@strawberry.enum(
    description="What becomes of opportunities on steps that a new version of the pipeline lacks."
)
class MigrationPolicy(Enum):
    MAP = strawberry.enum_value(
        "MAP",
        description="The mapping says where they go; a step that it leaves out must hold none.",
    )
    GRANDFATHER = strawberry.enum_value(
        "GRANDFATHER",
        description="Where the mapping says nothing they keep their version until they leave.",
    )
    BLOCK = strawberry.enum_value("BLOCK", description="There must be none.")


@strawberry.enum(description="How far a migration has come.")
class MigrationState(Enum):
    RUNNING = strawberry.enum_value("RUNNING", description="Opportunities are on their way.")
    DONE = strawberry.enum_value("DONE", description="All have arrived.")
    UNDOING = strawberry.enum_value("UNDOING", description="Opportunities are on their way back.")
    UNDONE = strawberry.enum_value("UNDONE", description="All are back.")
    SUPERSEDED = strawberry.enum_value(
        "SUPERSEDED", description="It ended where it was, since another began."
    )


@strawberry.type(description="The opportunities of a pipeline on their way to one of its versions.")
class PipelineMigration(Node):
    pipeline: Any = one("Pipeline", "pipelines", "The pipeline.")
    pipeline_version: Any = one("PipelineVersion", "versions", "The version it leads to.")
    policy: MigrationPolicy = told("What became of opportunities on steps that the version lacks.")
    state: MigrationState = told("How far it has come.")
    moved: int = told(
        "How many opportunities it put on another step, those among them that are deleted too."
    )
    kept: int = told("How many it left on their step, in the new version.")
    stayed: int = told("How many stayed in the version in which they were.")
    undone: int = told("How many are back where they were; who was moved since stays where it is.")
    brought_along: Any = connection(
        "Opportunity",
        "opportunities",
        "The opportunities that it brought to its version, wherever they are by now.",
    )
    left_behind: Any = connection(
        "Opportunity",
        "opportunities",
        "The opportunities that are in an older version: on their way while it runs, put back by "
        "an undoing, or on a step that no mapping names, until they leave it.",
    )
    created_by: Any = maybe("User", "people", "Who began it; null for the server itself.")
    created_at: datetime = told("When it was begun.")
    updated_at: datetime = told("When it was last begun, or undone.")
    ended_at: datetime | None = told("When it ended; null while it is under way.")
    version: int = told("Grows by one with every change, its progress left aside.")
