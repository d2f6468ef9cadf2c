"""Words that group opportunities: one vocabulary for the whole organisation."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import flag
from pipeline_gql.domain.errors import ItemNotAvailable, Ref
from pipeline_gql.domain.problems import invalid, not_found
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import models, records, tags
from pipeline_gql.store.database import Unit

TAG = Noun(
    models.Tag,
    Permission.ORGANISE,
    "tag",
    {
        "name": Field("name", text.required_text, is_unique=True),
        "colour": Field("colour", text.optional_colour),
        "is_archived": Field("is_archived", flag),
    },
)


@dataclass(frozen=True, slots=True)
class CreateTag:
    name: str | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateTag:
    """`changes` holds what was sent, under the names of `CreateTag`; None clears."""

    tag_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ArchiveTag:
    tag_id: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class MergeTag:
    """`expected_version` is of the tag that goes."""

    tag_id: int
    into_tag_id: int
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateTag) -> Done:
    return Done({"tag": await keeping.create(unit, viewer, TAG, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateTag) -> Done:
    key, changes = command.tag_id, command.changes
    await keeping.update(unit, viewer, TAG, key, changes, command.expected_version)
    return Done({"tag": key})


async def archive(unit: Unit, viewer: Viewer, command: ArchiveTag) -> Done:
    """It stays on what has it, and is put on nothing more."""
    return await _archived(unit, viewer, command, "archive")


async def restore(unit: Unit, viewer: Viewer, command: ArchiveTag) -> Done:
    return await _archived(unit, viewer, command, "restore")


async def _archived(unit: Unit, viewer: Viewer, command: ArchiveTag, verb: str) -> Done:
    key, changes = command.tag_id, {"is_archived": verb == "archive"}
    await keeping.update(unit, viewer, TAG, key, changes, command.expected_version, verb)
    return Done({"tag": key})


async def merge(unit: Unit, viewer: Viewer, command: MergeTag) -> Done:
    """What has the tag has the other instead; the tag is no more, and its name is free.

    Once it is done it is done: asked again, it answers the same and changes nothing. The versions
    of what is tagged stay, as when a tag is renamed.
    """
    viewer.require(TAG.permission, "merge", "Tag")
    if command.tag_id == command.into_tag_id:
        raise invalid(("into_tag_id",), "must be another tag", Ref("Tag", command.into_tag_id))
    old, into = await tags.locked(unit, command.tag_id, command.into_tag_id)
    if old is None:
        if await tags.merged_into(unit, command.tag_id) != into.id:
            raise not_found(Ref("Tag", command.tag_id), ("tag_id",))
        return Done({"tag": into.id})
    await check_version(unit, TAG.ref(old), old, command.expected_version)
    if into.is_archived:
        ref = TAG.ref(into)
        raise ItemNotAvailable(item=into.name, state="archived", value=ref, path=("into_tag_id",))
    await _merge(unit, viewer, old, into)
    return Done({"tag": into.id})


async def _merge(unit: Unit, viewer: Viewer, old: models.Tag, into: models.Tag) -> None:
    before = records.snapshot(old)
    moved = await tags.moved(unit, old, into)
    record(
        unit,
        viewer,
        TAG.ref(old),
        old,
        verb="merge",
        event="tag.merged",
        before=before,
        after={"merged_into_id": into.id, **moved},
        payload={"into": into.id},
    )
    await tags.remove(unit, old)
