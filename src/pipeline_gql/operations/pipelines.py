"""Pipelines: begun from a document, made the default, and published outright by the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline_gql.domain import documents
from pipeline_gql.domain.documents import Document
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.problems import below, invalid
from pipeline_gql.domain.text import DESCRIPTION, optional_text
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import attributes
from pipeline_gql.operations.attributes import CreateAttribute
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.judging import require_sound
from pipeline_gql.operations.publishing import put_in_force
from pipeline_gql.operations.recording import record
from pipeline_gql.store import models, pipelines, publishing, rows, versions
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import snapshot
from pipeline_gql.store.versions import NOTHING, About, Ids


@dataclass(frozen=True, slots=True)
class CreatePipeline:
    """`source` is a document, which the call has at the place `at`; `key` replaces its own.
    `publish` says whether its first version is to be in force. `attributes` are what it requires,
    defined where they are not yet."""

    source: Mapping[str, object]
    key: str | None = None
    at: Path = ()
    note: str | None = None
    publish: bool = False
    attributes: Sequence[CreateAttribute] = ()


async def create(unit: Unit, viewer: Viewer, command: CreatePipeline) -> Done:
    """A pipeline with a draft, or with a published version."""
    viewer.require(Permission.SET_UP, "create", "Pipeline")
    chosen = {} if command.key is None else {"key": command.key}
    beside: list[Path] = [(name,) for name in chosen]
    with below(command.at, *beside):
        document = documents.read({**command.source, **chosen})
    note = optional_text(command.note, ("note",), DESCRIPTION)
    if await rows.is_taken(unit, models.Pipeline, "key", document.key, None):
        with below(command.at, *beside):
            raise invalid(("key",), "is already used", document.key)
    for attribute in command.attributes:
        if not await rows.is_taken(unit, models.AttributeDefinition, "key", attribute.key, None):
            await attributes.create(unit, viewer, attribute)
    pipeline = await publishing.add_pipeline(unit, document.key, document.name, None)
    about = About(document.name, note, viewer.user_id)
    draft = await versions.add_draft(unit, pipeline.id, document.graph, about, None)
    ref, after = Ref("Pipeline", pipeline.id), snapshot(pipeline)
    record(
        unit, viewer, ref, pipeline, verb="create", event="pipeline.created",
        before=None, after=after,
    )  # fmt: skip
    if command.publish:
        with below(command.at):
            await require_sound(unit, document.graph)
        await put_in_force(unit, viewer, pipeline, None, draft, "create")
    return Done({"pipeline": pipeline.id, "pipeline_version": draft.id})


async def publish_document(
    unit: Unit,
    viewer: Viewer | None,
    document: Document,
    ids: Ids | None = None,
    note: str | None = None,
) -> Version:
    """Makes the document what its pipeline means from now on; the pipeline if it is new.

    Opportunities stay in the version they stand in. Without a viewer it is the server's own
    doing (an organisation being set up). `documents.parse` gives the document.
    """
    if viewer is not None:
        viewer.require(Permission.SET_UP, "publish", "pipeline")
    ids = ids or NOTHING
    pipeline = await publishing.locked_pipeline(unit, document.key)
    if pipeline is None:
        key, name = document.key, document.name
        pipeline = await publishing.add_pipeline(unit, key, name, ids.pipeline)
    last = await publishing.in_force(unit, pipeline.id)
    about = About(document.name, note, viewer.user_id if viewer else None)
    draft = await versions.add_draft(unit, pipeline.id, document.graph, about, last, ids)
    await put_in_force(unit, viewer, pipeline, last, draft, "publish")
    return await pipelines.version(unit, draft.id)
