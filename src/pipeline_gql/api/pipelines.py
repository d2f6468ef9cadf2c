"""`pipeline { … }`: what a pipeline is and will be."""

from collections.abc import Mapping
from typing import Any, cast

import strawberry

from pipeline_gql import templates
from pipeline_gql.api import sheets
from pipeline_gql.api.inputs import ChangeInput, WriteInput, maybe_named, named, optional
from pipeline_gql.api.migrations import (
    MIGRATE,
    UNDO_MIGRATION,
    FollowingInput,
    mapped,
    policy,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.shaping import KEY, PipelineParts, PipelineTemplate, Shaped
from pipeline_gql.api.simulations import SIMULATE
from pipeline_gql.api.types.node import maybe, typed
from pipeline_gql.api.types.versions import PipelineFlawCode
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.domain.problems import invalid, missing
from pipeline_gql.operations import drafts, judging, pipelines, publishing
from pipeline_gql.operations.attributes import CreateAttribute

EXPECTED_BASE = (
    "The number of the version that was read as the published one: refused if it is another by now."
)


@strawberry.input(description="A new pipeline.")
class PipelineCreateInput(PipelineParts, WriteInput):
    template: PipelineTemplate | None = optional(
        "A pipeline to begin from; other members replace what it says."
    )
    key: str | None = optional(
        f"{KEY}: what names the pipeline in documents, for ever. "
        "The document's or the template's unless given."
    )
    note: str | None = optional("What its first version is for.")
    publish: bool | None = optional(
        "Whether to publish it at once; unless given its first version is a draft."
    )


@strawberry.input(
    description="A new draft of a pipeline: a copy of a version, with the members that are given "
    "in place of the copy's."
)
class PipelineCreateDraftInput(PipelineParts, ChangeInput):
    pipeline_id: strawberry.ID | None = optional("The pipeline.")
    id: strawberry.ID | None = optional("The same as pipelineId.")
    copy_of: strawberry.ID | None = optional("The version to copy; the published one unless given.")
    note: str | None = optional("What it is for.")


@strawberry.input(description="The version of a pipeline to change.")
class PipelineVersionChangeInput(ChangeInput):
    pipeline_version_id: strawberry.ID | None = optional("The version.")
    id: strawberry.ID | None = optional("The same as pipelineVersionId.")


@strawberry.input(
    description="Changes of a draft: stages are replaced as a whole, and so are transitions; "
    "what is absent or null stays, a null note is cleared."
)
class PipelineUpdateDraftInput(PipelineParts, PipelineVersionChangeInput):
    note: str | None = optional("What it is for.")
    rebase: bool | None = optional(
        "Whether to base it on the version that is published now: what that changed since the "
        "draft began, publishing the draft changes back."
    )


@strawberry.input(description="The draft to discard.")
class PipelineDiscardDraftInput(PipelineVersionChangeInput):
    pass


@strawberry.input(
    description="What to judge: a stored version, or a document, which is not stored."
)
class PipelineValidateInput(WriteInput):
    pipeline_version_id: strawberry.ID | None = optional("The version.")
    id: strawberry.ID | None = optional("The same as pipelineVersionId.")
    document: str | None = optional("The document in YAML or JSON.")


@strawberry.input(description="The draft to publish.")
class PipelinePublishInput(FollowingInput, PipelineVersionChangeInput):
    expected_base: int | None = optional(EXPECTED_BASE)


@strawberry.input(description="The version to go back to, which was published before.")
class PipelineRevertInput(FollowingInput, PipelineVersionChangeInput):
    expected_base: int | None = optional(EXPECTED_BASE)
    note: str | None = optional("Why.")


@strawberry.type(description="What a mutation of a pipeline answers.")
class PipelinePayload(Payload):
    pipeline: Any = of("Pipeline", "pipelines", "pipeline")
    pipeline_version: Any = of("PipelineVersion", "versions", "version that was made or changed")
    migration: Any = maybe(
        "PipelineMigration",
        "migrations",
        "Its opportunities on their way; null where nothing was put in force.",
    )


@strawberry.type(description="What is wrong, or looks wrong, with a pipeline.")
class PipelineFlaw:
    code: Any = typed(PipelineFlawCode, "The kind of flaw, for programs.")
    message: str = strawberry.field(description="One sentence for people.")
    path: list[str] = strawberry.field(
        description="Where it stands in the document, as that spells it; lists count from 0."
    )


@strawberry.type(description="What is to be said of a pipeline before it is published.")
class PipelineValidatePayload(PipelinePayload):
    problems: list[PipelineFlaw] | None = strawberry.field(
        description="What would keep it from being published; null if the mutation was refused."
    )
    warnings: list[PipelineFlaw] | None = strawberry.field(
        description="What looks wrong and would keep nobody; null if the mutation was refused."
    )


def create(input: PipelineCreateInput, call: Call) -> Work:
    shaped, key, template = Shaped(input, call), given(input.key), given(input.template)
    begun = {} if template is None else _begun(template)
    if template is not None and given(input.document) is not None:
        call.refuse(invalid(("template",), "must be absent beside document"))
    if template is None and given(input.document) is None and key is None:
        call.refuse(missing(("key",)))
    note, publish = given(input.note), bool(given(input.publish))
    attributes = [CreateAttribute(key, **it) for key, it in _required(begun).items()]

    def work(unit: Any) -> Any:
        source = {**begun, **(shaped.source or {}), **shaped.parts}
        command = pipelines.CreatePipeline(source, key, shaped.at, note, publish, attributes)
        return pipelines.create(unit, call.viewer, command)

    return work


def _begun(template: PipelineTemplate) -> dict[str, Any]:
    return cast(dict[str, Any], templates.source(cast(str, template.value)))


def _required(template: dict[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Definitions of the attributes that a template requires, by key."""
    edges = template.get("transitions", [])
    keys = {key for edge in edges for key in edge.get("required_attributes", [])}
    return templates.attributes(keys)


def create_draft(input: PipelineCreateDraftInput, call: Call) -> Work:
    shaped = Shaped(input, call)
    pipeline_id = named(input, call, "Pipeline", "pipeline_id")
    copy_of = call.key(input.copy_of, "PipelineVersion", "copy_of")
    if copy_of is not None and given(input.document) is not None:
        call.refuse(invalid(("copy_of",), "must be absent beside document"))
    return lambda unit: drafts.create(
        unit,
        call.viewer,
        drafts.CreateDraft(
            pipeline_id=pipeline_id,
            source=shaped.source,
            at=shaped.at,
            parts=shaped.parts,
            copy_of=copy_of,
            note=given(input.note),
            expected_version=given(input.expected_version),
        ),
    )


def update_draft(input: PipelineUpdateDraftInput, call: Call) -> Work:
    shaped, version_id = Shaped(input, call), _version(input, call)
    changes = {} if input.note is strawberry.UNSET else {"note": input.note}
    return lambda unit: drafts.update(
        unit,
        call.viewer,
        drafts.UpdateDraft(
            version_id=version_id,
            source=shaped.source,
            at=shaped.at,
            parts=shaped.parts,
            changes=changes,
            rebase=bool(given(input.rebase)),
            expected_version=given(input.expected_version),
        ),
    )


def discard_draft(input: PipelineDiscardDraftInput, call: Call) -> Work:
    command = drafts.DiscardDraft(_version(input, call), given(input.expected_version))
    return lambda unit: drafts.discard(unit, call.viewer, command)


def publish(input: PipelinePublishInput, call: Call) -> Work:
    command = publishing.Publish(
        version_id=_version(input, call),
        mapping=mapped(input, call),
        policy=policy(input),
        expected_base=given(input.expected_base),
        expected_version=given(input.expected_version),
    )
    return lambda unit: publishing.publish(unit, call.viewer, command)


def revert(input: PipelineRevertInput, call: Call) -> Work:
    command = publishing.Revert(
        version_id=_version(input, call),
        mapping=mapped(input, call),
        policy=policy(input),
        expected_base=given(input.expected_base),
        note=given(input.note),
        expected_version=given(input.expected_version),
    )
    return lambda unit: publishing.revert(unit, call.viewer, command)


def validate(input: PipelineValidateInput, call: Call) -> Work:
    text = given(input.document)
    read = sheets.Reading(text)
    if text is not None:
        call.prepare(read)
    version_id = maybe_named(input, call, "PipelineVersion", "pipeline_version_id")
    if version_id is not None and text is not None:
        call.refuse(invalid(("document",), "must be absent beside pipelineVersionId"))
    return lambda unit: judging.validate(
        unit, call.viewer, judging.Validate(version_id, read.source)
    )


def _version(input: PipelineVersionChangeInput, call: Call) -> Any:
    return named(input, call, "PipelineVersion", "pipeline_version_id")


@strawberry.type(description="What can be done to pipelines; by administrators alone.")
class PipelineMutations:
    create: Any = verb(PipelineCreateInput, PipelinePayload, create, "Creates a pipeline.")
    create_draft: Any = verb(
        PipelineCreateDraftInput,
        PipelinePayload,
        create_draft,
        "Begins a draft of what a pipeline may mean next; there may be several.",
    )
    update_draft: Any = verb(
        PipelineUpdateDraftInput, PipelinePayload, update_draft, "Changes a draft."
    )
    discard_draft: Any = verb(
        PipelineDiscardDraftInput,
        PipelinePayload,
        discard_draft,
        "Discards a draft for good; the payload's version is null.",
    )
    validate: Any = verb(
        PipelineValidateInput,
        PipelineValidatePayload,
        validate,
        "Tells what is wrong with a version or a document and what looks wrong; stores nothing.",
    )
    publish: Any = verb(
        PipelinePublishInput,
        PipelinePayload,
        publish,
        "Makes a draft what its pipeline means; its opportunities follow, at once if they are few, "
        "else in batches.",
    )
    revert: Any = verb(
        PipelineRevertInput,
        PipelinePayload,
        revert,
        "Publishes a new version that means what an older one meant; its opportunities follow.",
    )
    simulate: Any = SIMULATE
    migrate: Any = MIGRATE
    undo_migration: Any = UNDO_MIGRATION
