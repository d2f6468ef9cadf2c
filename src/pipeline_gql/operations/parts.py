"""Who has a part in an opportunity, and its tags: one at a time, where `update` takes whole lists.

Each verb changes the opportunity, under its lock; what changes nothing is no change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline_gql.domain import parts
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.notices import newly_assigned
from pipeline_gql.domain.parts import Parts
from pipeline_gql.domain.problems import Problems, missing, not_found
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations import drafting, named
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.opened import opened
from pipeline_gql.operations.recording import record
from pipeline_gql.store import models, opportunities
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts

CONTACTS, TAGS = ("contact_ids",), ("tags",)


@dataclass(frozen=True, slots=True)
class Assign:
    """`changes` holds `owner_id`, `assigned_to_ids` or both, as they were sent."""

    opportunity_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class AddContact:
    """`changes` holds what was sent of `role` and `primary`."""

    opportunity_id: int
    contact_id: int
    changes: Mapping[str, object] = field(default_factory=dict[str, object])
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RemoveContact:
    opportunity_id: int
    contact_id: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class AddTag:
    opportunity_id: int
    tag_id: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RemoveTag:
    opportunity_id: int
    tag_id: int
    expected_version: int | None = None


async def assign(unit: Unit, viewer: Viewer, command: Assign) -> Done:
    """Says who is responsible, who works on it, or both."""
    row = await opened(unit, viewer, command.opportunity_id, command.expected_version)
    if not command.changes:
        raise missing(("owner_id",))
    before = await opportunities.facts(unit, row, command.changes)
    await drafting.change(unit, viewer, row, command.changes)
    after = await opportunities.facts(unit, row, command.changes)
    return _done(unit, viewer, row, "assign", "assigned", before, after)


async def add_contact(unit: Unit, viewer: Viewer, command: AddContact) -> Done:
    """Adds a contact, or changes the part of one that is there."""
    row = await opened(unit, viewer, command.opportunity_id, command.expected_version)
    had = await opportunities.parts(unit, row)
    is_new = command.contact_id not in {part.contact_id for part in had}
    if is_new:
        await _require(unit, "contact_id", Ref("Contact", command.contact_id))
    before = await opportunities.facts(unit, row, CONTACTS)
    await _set_contacts(unit, row, parts.joined(had, command.contact_id, command.changes))
    after = await opportunities.facts(unit, row, CONTACTS)
    event = "contact_added" if is_new else "contact_changed"
    return _done(unit, viewer, row, "addContact", event, before, after)


async def remove_contact(unit: Unit, viewer: Viewer, command: RemoveContact) -> Done:
    """Another contact becomes the primary one where this one was."""
    row = await opened(unit, viewer, command.opportunity_id, command.expected_version)
    had = await opportunities.parts(unit, row)
    if command.contact_id not in {part.contact_id for part in had}:
        raise not_found(Ref("Contact", command.contact_id), ("contact_id",))
    before = await opportunities.facts(unit, row, CONTACTS)
    await _set_contacts(unit, row, parts.left(had, command.contact_id))
    after = await opportunities.facts(unit, row, CONTACTS)
    return _done(unit, viewer, row, "removeContact", "contact_removed", before, after)


async def add_tag(unit: Unit, viewer: Viewer, command: AddTag) -> Done:
    row = await opened(unit, viewer, command.opportunity_id, command.expected_version)
    before = await opportunities.facts(unit, row, TAGS)
    had = await opportunities.links(unit, "tags", row.id)
    if command.tag_id not in had:
        await _require(unit, "tag_id", Ref("Tag", command.tag_id))
        parts.require_room(len(had), "tag_id")
    await opportunities.set_links(unit, row.id, "tags", [*had, command.tag_id])
    after = await opportunities.facts(unit, row, TAGS)
    return _done(unit, viewer, row, "addTag", "tagged", before, after)


async def remove_tag(unit: Unit, viewer: Viewer, command: RemoveTag) -> Done:
    row = await opened(unit, viewer, command.opportunity_id, command.expected_version)
    before = await opportunities.facts(unit, row, TAGS)
    had = await opportunities.links(unit, "tags", row.id)
    if command.tag_id not in had:
        raise not_found(Ref("Tag", command.tag_id), ("tag_id",))
    await opportunities.set_links(unit, row.id, "tags", set(had) - {command.tag_id})
    after = await opportunities.facts(unit, row, TAGS)
    return _done(unit, viewer, row, "removeTag", "untagged", before, after)


async def _set_contacts(unit: Unit, row: models.Opportunity, wanted: Parts) -> None:
    await opportunities.set_contacts(unit, row.id, wanted)
    row.contact_id = parts.primary_of(wanted)


async def _require(unit: Unit, name: str, ref: Ref) -> None:
    problems = Problems()
    await named.check(unit, {(name,): ref}, problems)
    problems.raise_if_any()


def _done(
    unit: Unit,
    viewer: Viewer,
    row: models.Opportunity,
    verb: str,
    event: str,
    before: Facts,
    after: Facts,
) -> Done:
    if before != after:
        record(
            unit,
            viewer,
            Ref(opportunities.TYPE, row.id),
            row,
            verb=verb,
            event=f"opportunity.{event}",
            before=before,
            after=after,
            payload={"assigned": newly_assigned(before, after)},
        )
    return Done({"opportunity": row.id})
