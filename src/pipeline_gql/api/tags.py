"""`tag { … }`."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    named,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.usual import acting, creating, updating
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.operations import tags


@strawberry.input(description="The fields of a tag that may be empty.")
class TagFields:
    colour: str | None = optional("A colour as #rrggbb.")


@strawberry.input(description="A new tag.")
class TagCreateInput(TagFields, WriteInput):
    name: str = needed("The word itself, unique among tags, archived ones too.")


@strawberry.input(description="Which tag.")
class TagChangeInput(ChangeInput):
    tag_id: strawberry.ID | None = optional("The tag to change.")
    id: strawberry.ID | None = optional("The same as tagId.")


@strawberry.input(description="Changes of a tag: absent is untouched, null is cleared.")
class TagUpdateInput(TagFields, TagChangeInput):
    name: str | None = optional("The word itself, unique among tags, archived ones too.")


@strawberry.input(description="The tag that is to be put on nothing more.")
class TagArchiveInput(TagChangeInput):
    pass


@strawberry.input(description="The archived tag that is to be used again.")
class TagRestoreInput(TagChangeInput):
    pass


@strawberry.input(description="Two tags that are to be one: tagId goes, intoTagId stays.")
class TagMergeInput(TagChangeInput):
    into_tag_id: strawberry.ID = needed("The tag that everything gets instead.")


@strawberry.type(description="What a mutation of a tag answers.")
class TagPayload(Payload):
    tag: Any = of("Tag", "people", "tag")


FIELDS: Fields = {"name": plain, "colour": plain}


create = creating(tags.CreateTag, tags.create, FIELDS)
update = updating("Tag", tags.UpdateTag, tags.update, FIELDS)
archive = acting("Tag", tags.ArchiveTag, tags.archive)
restore = acting("Tag", tags.ArchiveTag, tags.restore)


def merge(input: TagMergeInput, call: Call) -> Work:
    command = tags.MergeTag(
        tag_id=named(input, call, "Tag", "tag_id"),
        into_tag_id=call.key(input.into_tag_id, "Tag", "into_tag_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: tags.merge(unit, call.viewer, command)


@strawberry.type(description="What can be done to tags, by managers and administrators.")
class TagMutations:
    create: Any = verb(TagCreateInput, TagPayload, create, "Creates a tag.")
    update: Any = verb(TagUpdateInput, TagPayload, update, "Renames or recolours a tag.")
    archive: Any = verb(
        TagArchiveInput, TagPayload, archive, "Leaves a tag where it is, and puts it on no more."
    )
    restore: Any = verb(TagRestoreInput, TagPayload, restore, "Undoes archive.")
    merge: Any = verb(
        TagMergeInput,
        TagPayload,
        merge,
        "Gives everything that has a tag another one instead, and deletes it; its name is free "
        "then. The payload's tag is the one that stays. Asked again, it answers the same.",
    )
