"""`pipeline { … }`."""

from typing import Any

import strawberry

from pipeline_gql.api.migrations import MIGRATE, UNDO_MIGRATION


@strawberry.type(description="What can be done to pipelines.")
class PipelineMutations:
    migrate: Any = MIGRATE
    undo_migration: Any = UNDO_MIGRATION
