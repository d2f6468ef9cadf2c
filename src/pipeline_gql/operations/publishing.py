"""Publishing: a draft, or what an older version meant, becomes what the pipeline means."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_gql.domain.errors import DraftIsBehind, Path, Ref, Remedy
from pipeline_gql.domain.migrating import Pair, Policy
from pipeline_gql.domain.problems import invalid
from pipeline_gql.domain.text import DESCRIPTION, optional_text
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import migrating
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.judging import TYPE, require_sound
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import models, pipelines, publishing, versions
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import snapshot
from pipeline_gql.store.versions import About

PATH: Path = ("pipeline_version_id",)


@dataclass(frozen=True, slots=True)
class Publish:
    """`expected_base` is the number of the version that is believed to be in force; `mapping` and
    `policy` say what becomes of opportunities on steps that the version lacks."""

    version_id: int
    mapping: Sequence[Pair] = ()
    policy: Policy = Policy.MAP
    expected_base: int | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Revert:
    """To a version that was in force before; opportunities as for `Publish`."""

    version_id: int
    mapping: Sequence[Pair] = ()
    policy: Policy = Policy.MAP
    expected_base: int | None = None
    note: str | None = None
    expected_version: int | None = None


async def publish(unit: Unit, viewer: Viewer, command: Publish) -> Done:
    """Puts a draft in force."""
    viewer.require(Permission.SET_UP, "publish", TYPE)
    pipeline, draft = await publishing.locked_version(unit, command.version_id, PATH)
    await migrating.require_steps(unit, pipeline.id, command.mapping)
    await check_version(unit, Ref(TYPE, draft.id), draft, command.expected_version)
    if draft.state != "DRAFT":
        raise invalid(PATH, "must name a draft", Ref(TYPE, draft.id))
    last = await publishing.in_force(unit, pipeline.id)
    _require_current(draft, last, command.expected_base)
    await require_sound(unit, (await pipelines.version(unit, draft.id)).graph)
    await put_in_force(unit, viewer, pipeline, last, draft, "publish")
    return await _followed(unit, viewer, draft, command)


async def revert(unit: Unit, viewer: Viewer, command: Revert) -> Done:
    """Puts in force a new version that means what an older one meant."""
    viewer.require(Permission.SET_UP, "revert", TYPE)
    pipeline, older = await publishing.locked_version(unit, command.version_id, PATH)
    await migrating.require_steps(unit, pipeline.id, command.mapping)
    await check_version(unit, Ref(TYPE, older.id), older, command.expected_version)
    if older.state != "RETIRED":
        raise invalid(PATH, "must name a retired version", Ref(TYPE, older.id))
    note = optional_text(command.note, ("note",), DESCRIPTION)
    last = await publishing.in_force(unit, pipeline.id)
    _require_expected(last, command.expected_base)
    graph = (await pipelines.version(unit, older.id)).graph
    await require_sound(unit, graph)
    about = About(older.name, note, viewer.user_id)
    draft = await versions.add_draft(unit, pipeline.id, graph, about, last)
    await put_in_force(unit, viewer, pipeline, last, draft, "revert")
    return await _followed(unit, viewer, draft, command)


async def _followed(
    unit: Unit, viewer: Viewer, draft: models.PipelineVersion, command: Publish | Revert
) -> Done:
    """The opportunities of the pipeline are on their way to what is in force now."""
    version = await pipelines.version(unit, draft.id)
    started = await migrating.begin(unit, viewer, version, command.mapping, command.policy)
    done = {"pipeline": draft.pipeline_id, "pipeline_version": draft.id, "migration": started.id}
    return Done(done)


async def put_in_force(
    unit: Unit,
    viewer: Viewer | None,
    pipeline: models.Pipeline,
    last: models.PipelineVersion | None,
    draft: models.PipelineVersion,
    verb: str,
) -> None:
    """The one way in which a version comes to be published; the pipeline must be locked."""
    before = snapshot(pipeline) | {"published_version_id": last and last.id}
    await publishing.succeed(unit, last, draft)
    pipeline.name = draft.name or pipeline.name
    record(
        unit,
        viewer,
        Ref("Pipeline", pipeline.id),
        pipeline,
        verb=verb,
        event="pipeline.published",
        before=before,
        after=snapshot(pipeline)
        | {"published_version_id": draft.id, "content_hash": draft.content_hash},
        payload={"number": draft.number},
    )
    await unit.session.flush()


def _require_current(
    draft: models.PipelineVersion, last: models.PipelineVersion | None, expected: int | None
) -> None:
    """The draft must have begun from what is in force now."""
    if last is not None and draft.based_on_id != last.id:
        title = f"Rebase the draft; publishing it changes back what version {last.number} changed"
        input = {"pipeline_version_id": Ref(TYPE, draft.id), "rebase": True}
        remedy = Remedy(title, "pipeline.updateDraft", input)
        raise DraftIsBehind(number=last.number, path=PATH, remedies=[remedy])
    _require_expected(last, expected)


def _require_expected(last: models.PipelineVersion | None, expected: int | None) -> None:
    """Who expects another version than the one in force has not seen what that changed."""
    number = last.number if last else None
    if expected is None or expected == number:
        return
    told, remedy = "no version is in force yet", "Leave expectedBase out"
    if number is not None:
        told = f"version {number} is in force"
        remedy = f"Read version {number}, then send expectedBase: {number}"
    refusal = DraftIsBehind(
        number=number, value=expected, path=("expected_base",), remedies=[Remedy(remedy)]
    )
    refusal.told = f"expectedBase is {expected}, but {told}"
    raise refusal
