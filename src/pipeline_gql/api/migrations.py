"""`pipeline { … }`: what is done to the opportunities of a pipeline that was published anew."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import ChangeInput, named, needed, optional
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.types.migrations import MigrationPolicy
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.domain.migrating import STEP, Pair, Policy
from pipeline_gql.operations import migrating


@strawberry.input(description="Where the opportunities of a removed step go.")
class StepMappingInput:
    from_step_id: strawberry.ID = needed("A step that the new version lacks.")
    to_step_id: strawberry.ID = needed("A step that it has.")


@strawberry.input(description="How the opportunities of a pipeline follow it.")
class FollowingInput:
    mapping: list[StepMappingInput] | None = optional(
        "Where the opportunities of removed steps go, each step once."
    )
    policy: MigrationPolicy | None = optional(
        "What becomes of opportunities on removed steps; MAP unless given."
    )


@strawberry.input(description="The pipeline whose opportunities are to follow it.")
class PipelineMigrateInput(FollowingInput, ChangeInput):
    pipeline_id: strawberry.ID | None = optional("The pipeline.")
    id: strawberry.ID | None = optional("The same as pipelineId.")


@strawberry.input(description="The migration to undo.")
class PipelineUndoMigrationInput(ChangeInput):
    migration_id: strawberry.ID | None = optional("The migration.")
    id: strawberry.ID | None = optional("The same as migrationId.")


@strawberry.type(description="What a migration of a pipeline's opportunities answers.")
class PipelineMigrationPayload(Payload):
    pipeline: Any = of("Pipeline", "pipelines", "pipeline")
    migration: Any = of("PipelineMigration", "migrations", "migration")


def mapped(input: Any, call: Call) -> list[Pair]:
    """The mapping of an input, which must have one as here."""
    return [
        Pair(
            call.key(each.from_step_id, STEP, "mapping", index, "from_step_id"),
            call.key(each.to_step_id, STEP, "mapping", index, "to_step_id"),
        )
        for index, each in enumerate(given(input.mapping) or ())
    ]


def policy(input: Any) -> Policy:
    chosen = given(input.policy)
    return Policy.MAP if chosen is None else Policy(chosen.value)


def _migrate(input: PipelineMigrateInput, call: Call) -> Work:
    command = migrating.Migrate(
        named(input, call, "Pipeline", "pipeline_id"),
        mapped(input, call),
        policy(input),
        given(input.expected_version),
    )
    return lambda unit: migrating.migrate(unit, call.viewer, command)


def _undo(input: PipelineUndoMigrationInput, call: Call) -> Work:
    command = migrating.UndoMigration(
        named(input, call, "PipelineMigration", "migration_id"), given(input.expected_version)
    )
    return lambda unit: migrating.undo(unit, call.viewer, command)


MIGRATE = verb(
    PipelineMigrateInput,
    PipelineMigrationPayload,
    _migrate,
    "Brings the opportunities to the published version that older ones hold yet: at once if they "
    "are few, else in batches that follow.",
)
UNDO_MIGRATION = verb(
    PipelineUndoMigrationInput,
    PipelineMigrationPayload,
    _undo,
    "Puts the opportunities back that are still where a migration put them; possible until the "
    "pipeline is published again.",
)
