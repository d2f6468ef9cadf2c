"""Drafts: what a pipeline may mean next. There may be several, and nobody sells by them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline_gql.domain import documents
from pipeline_gql.domain.documents import Document
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import below, invalid
from pipeline_gql.domain.text import DESCRIPTION, optional_text, required_text
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.judging import TYPE
from pipeline_gql.operations.publishing import PATH
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import models, pipelines, publishing, rows, versions
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts, snapshot
from pipeline_gql.store.versions import About

Source = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CreateDraft:
    """`source` is a whole document, which the call has at the place `at`; `parts` are members of
    one that replace those of the version copied: `copy_of`, or the one in force."""

    pipeline_id: int
    source: Source | None = None
    at: Path = ()
    parts: Source = field(default_factory=dict[str, object])
    copy_of: int | None = None
    note: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateDraft:
    """As for `CreateDraft`, the draft being what is copied; `note` is in `changes` if it was
    sent. `rebase` makes the version in force its base: what that changed, the draft undoes."""

    version_id: int
    source: Source | None = None
    at: Path = ()
    parts: Source = field(default_factory=dict[str, object])
    changes: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    rebase: bool = False
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class DiscardDraft:
    version_id: int
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateDraft) -> Done:
    """Begins a draft; its base is what is in force, whatever it copies."""
    viewer.require(Permission.SET_UP, "draft", "Pipeline")
    pipeline = await rows.locked(unit, models.Pipeline, command.pipeline_id, ("pipeline_id",))
    await check_version(unit, Ref("Pipeline", pipeline.id), pipeline, command.expected_version)
    note = optional_text(command.note, ("note",), DESCRIPTION)
    last = await publishing.in_force(unit, pipeline.id)
    model = last if command.copy_of is None else await _copied(unit, pipeline, command.copy_of)
    document = await _meant(unit, pipeline, model, command)
    about = About(_renamed(pipeline, document), note, viewer.user_id)
    draft = await versions.add_draft(unit, pipeline.id, document.graph, about, last)
    _record(unit, viewer, draft, "createDraft", "drafted", None)
    return _done(draft)


async def update(unit: Unit, viewer: Viewer, command: UpdateDraft) -> Done:
    """Makes the draft what was sent; what was not sent stays."""
    viewer.require(Permission.SET_UP, "change", TYPE)
    pipeline, draft = await _locked(unit, command.version_id)
    await check_version(unit, Ref(TYPE, draft.id), draft, command.expected_version)
    before = snapshot(draft)
    document = await _meant(unit, pipeline, draft, command)
    if "note" in command.changes:
        draft.note = optional_text(command.changes["note"], ("note",), DESCRIPTION)
    draft.name = _renamed(pipeline, document)
    if command.rebase:
        last = await publishing.in_force(unit, pipeline.id)
        draft.based_on_id = last.id if last else None
    if documents.content_hash(document.graph) != draft.content_hash:
        await versions.rewrite(unit, draft, document.graph)
    await unit.session.flush()
    if snapshot(draft) != before:
        _record(unit, viewer, draft, "updateDraft", "changed", before)
    return _done(draft)


async def discard(unit: Unit, viewer: Viewer, command: DiscardDraft) -> Done:
    """Removes a draft for good."""
    viewer.require(Permission.SET_UP, "discard", TYPE)
    pipeline, draft = await _locked(unit, command.version_id)
    await check_version(unit, Ref(TYPE, draft.id), draft, command.expected_version)
    before = snapshot(draft)
    _record(unit, viewer, draft, "discardDraft", "discarded", before | {"is_discarded": False})
    await versions.drop(unit, draft)
    return Done({"pipeline": pipeline.id})


async def _locked(unit: Unit, version_id: int) -> tuple[models.Pipeline, models.PipelineVersion]:
    pipeline, draft = await publishing.locked_version(unit, version_id, PATH)
    if draft.state != "DRAFT":
        raise invalid(PATH, "must name a draft", Ref(TYPE, draft.id))
    return pipeline, draft


async def _copied(unit: Unit, pipeline: models.Pipeline, version_id: int) -> models.PipelineVersion:
    path: Path = ("copy_of",)
    _, row = await publishing.locked_version(unit, version_id, path)
    if row.pipeline_id != pipeline.id:
        raise invalid(path, "must name a version of the same pipeline", Ref(TYPE, version_id))
    return row


async def _meant(
    unit: Unit,
    pipeline: models.Pipeline,
    model: models.PipelineVersion | None,
    command: CreateDraft | UpdateDraft,
) -> Document:
    """The document that was sent, or the model's with parts replaced."""
    if (source := command.source) is None:
        copied: dict[str, Any] = {"stages": []}
        if model is not None:
            graph = (await pipelines.version(unit, model.id)).graph
            copied = documents.export(Document(pipeline.key, model.name or pipeline.name, graph))
        source = {"key": pipeline.key, "name": pipeline.name, **copied, **command.parts}
    with below(command.at):
        document = documents.read(source)
        if document.key != pipeline.key:
            problem = f"must be {pipeline.key}, the key of the pipeline"
            raise invalid(("key",), problem, document.key)
    return document


def _renamed(pipeline: models.Pipeline, document: Document) -> str | None:
    name = required_text(document.name, ("name",))
    return None if name == pipeline.name else name


def _done(draft: models.PipelineVersion) -> Done:
    return Done({"pipeline": draft.pipeline_id, "pipeline_version": draft.id})


def _record(
    unit: Unit,
    viewer: Viewer,
    draft: models.PipelineVersion,
    verb: str,
    event: str,
    before: Facts | None,
) -> None:
    record(
        unit,
        viewer,
        Ref(TYPE, draft.id),
        draft,
        verb=verb,
        event=f"pipeline_version.{event}",
        before=before,
        after=snapshot(draft) | ({"is_discarded": True} if event == "discarded" else {}),
        payload={"pipeline_id": draft.pipeline_id},
    )
