"""`opportunities { … }`: what can be said of an opportunity itself, and the namespace."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from pipeline_gql.api import attachments, boards, comments, interests, linking, parts, reservations
from pipeline_gql.api.attributes import OpportunityAttributeInput, values
from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    OpportunityChangeInput,
    WriteInput,
    currency,
    filled,
    key,
    keys,
    named,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.moving import MovingInput, moved
from pipeline_gql.api.opportunity_payload import OpportunityPayload
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.opportunities import Part
from pipeline_gql.operations import opportunities


@strawberry.input(description="A contact's part in an opportunity.")
class OpportunityContactInput:
    contact_id: strawberry.ID = needed("The contact.")
    role: str | None = optional(parts.ROLE)
    primary: bool | None = optional(
        "Whether it is the main contact, of which there is one; the first unless said otherwise."
    )


@strawberry.input(description="The fields of an opportunity that may be empty.")
class OpportunityFields:
    region_id: strawberry.ID | None = optional("Where it is sold.")
    financial_unit_id: strawberry.ID | None = optional(
        "The currency: a code such as USD, or its id. "
        "Unless given the region's, else the organisation's."
    )
    account_id: strawberry.ID | None = optional("Who buys.")
    contact_ids: list[OpportunityContactInput] | None = optional(
        "The people who have a part in it: the whole list."
    )
    owner_id: strawberry.ID | None = optional(
        "The user who is responsible; whoever creates it unless given."
    )
    assigned_to_ids: list[strawberry.ID] | None = optional(
        "The users who work on it: the whole list."
    )
    team_ids: list[strawberry.ID] | None = optional(
        "The teams that it is shared with: the whole list."
    )
    tags: list[strawberry.ID] | None = optional("The ids of its tags: the whole list.")
    amount: Decimal | None = optional("The value, which counts while it has no interests.")
    probability: int | None = optional(
        "The probability of winning in percent, by hand; the step's unless given."
    )
    expected_close_date: date | None = optional("When it should close.")
    lead_source: str | None = optional("Where it came from.")
    description: str | None = optional("What is worth knowing.")
    next_step: str | None = optional("What is to be done next.")
    forecast_category: str | None = optional("The forecast category.")
    external_id: str | None = optional("The key in another system, unique among opportunities.")
    attributes: list[OpportunityAttributeInput] | None = optional(
        "Values for what the organisation defined: those that are not named stay as they are. A "
        "null in place of the list clears them all. A new opportunity needs those that are "
        "required at creation."
    )


@strawberry.input(description="A new opportunity; only the name is required.")
class OpportunityCreateInput(OpportunityFields, WriteInput):
    name: str = needed("The opportunity's name.")
    pipeline_id: strawberry.ID | None = optional(
        "The pipeline it travels; the default one, or the step's, unless given."
    )
    entry_step_id: strawberry.ID | None = optional(
        "The step it starts on, which must be an entry step; the default one unless given."
    )


@strawberry.input(
    description="Changes of an opportunity: absent is untouched, null is cleared. "
    "Its step moves by progress alone."
)
class OpportunityUpdateInput(OpportunityFields, ChangeInput):
    id: strawberry.ID | None = optional("The opportunity to change.")
    opportunity_id: strawberry.ID | None = optional("The same as id.")
    name: str | None = optional("The opportunity's name.")


@strawberry.input(description="Where an opportunity is to go.")
class OpportunityProgressInput(MovingInput):
    step_id: strawberry.ID | None = optional("The step to go to.")
    noop: bool | None = optional(
        "Whether it may stand on the step already; then it stays, and takes the attributes."
    )


@strawberry.input(description="The opportunity to delete.")
class OpportunityDeleteInput(OpportunityChangeInput):
    pass


@strawberry.input(description="The deleted opportunity to bring back.")
class OpportunityRestoreInput(OpportunityChangeInput):
    pass


def _parts(call: Call, value: Sequence[OpportunityContactInput], path: Path) -> object:
    return tuple(
        Part(
            contact_id=call.key(each.contact_id, "Contact", *path, place, "contact_id"),
            role=given(each.role),
            primary=bool(given(each.primary)),
        )
        for place, each in enumerate(value)
    )


FIELDS: Fields = {
    "name": plain,
    "region_id": key("Region"),
    "financial_unit_id": currency,
    "account_id": key("Account"),
    "contact_ids": _parts,
    "owner_id": key("User"),
    "assigned_to_ids": keys("User"),
    "team_ids": keys("Team"),
    "tags": keys("Tag"),
    "amount": plain,
    "probability": plain,
    "expected_close_date": plain,
    "lead_source": plain,
    "description": plain,
    "next_step": plain,
    "forecast_category": plain,
    "external_id": plain,
    "attributes": values,
}
CREATED: Fields = {
    **FIELDS,
    "pipeline_id": key("Pipeline"),
    "entry_step_id": key("OpportunityStep"),
}


def create(input: OpportunityCreateInput, call: Call) -> Work:
    command = opportunities.Create(**filled(input, call, CREATED))
    return lambda unit: opportunities.create(unit, call.viewer, command)


def update(input: OpportunityUpdateInput, call: Call) -> Work:
    command = opportunities.Update(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        changes=sent(input, call, FIELDS),
        expected_version=given(input.expected_version),
    )
    return lambda unit: opportunities.update(unit, call.viewer, command)


def progress(input: OpportunityProgressInput, call: Call) -> Work:
    command = opportunities.Progress(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        **moved(input, call),
        noop=bool(given(input.noop)),
        expected_version=given(input.expected_version),
    )
    return lambda unit: opportunities.progress(unit, call.viewer, command)


def delete(input: OpportunityDeleteInput, call: Call) -> Work:
    command = opportunities.Delete(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: opportunities.delete(unit, call.viewer, command)


def restore(input: OpportunityRestoreInput, call: Call) -> Work:
    command = opportunities.Restore(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: opportunities.restore(unit, call.viewer, command)


def _verb(input: Any, read: Any, description: str, *, foresees: bool = False) -> Any:
    return verb(input, OpportunityPayload, read, description, foresees=foresees)


@strawberry.type(description="What can be done to opportunities.")
class OpportunityMutations:
    create: Any = _verb(OpportunityCreateInput, create, "Creates an opportunity.", foresees=True)
    update: Any = _verb(OpportunityUpdateInput, update, "Changes an opportunity.")
    progress: Any = _verb(
        OpportunityProgressInput, progress, "Moves an opportunity along a transition."
    )
    place: Any = _verb(
        boards.OpportunityPlaceInput,
        boards.place,
        "Puts an opportunity somewhere on the board; its version stays unless it moves.",
    )
    assign: Any = _verb(
        parts.OpportunityAssignInput, parts.assign, "Says who is responsible and who works on it."
    )
    add_contact: Any = _verb(
        parts.OpportunityAddContactInput,
        parts.add_contact,
        "Adds a contact, or changes the part of one who is there.",
    )
    remove_contact: Any = _verb(
        parts.OpportunityRemoveContactInput, parts.remove_contact, "Removes a contact."
    )
    add_tag: Any = _verb(parts.OpportunityAddTagInput, parts.add_tag, "Puts a tag on it.")
    remove_tag: Any = _verb(
        parts.OpportunityRemoveTagInput, parts.remove_tag, "Takes a tag off it."
    )
    add_interest: Any = _verb(
        interests.OpportunityAddInterestInput,
        interests.add,
        "Adds what the customer wants, one interest or several, all or none.",
    )
    update_interest: Any = _verb(
        interests.OpportunityUpdateInterestInput, interests.update, "Changes an interest."
    )
    reorder_interests: Any = _verb(
        interests.OpportunityReorderInterestsInput,
        interests.reorder,
        "Gives all interests their order.",
    )
    remove_interest: Any = _verb(
        interests.OpportunityRemoveInterestInput,
        interests.remove,
        "Removes an interest and gives its places back.",
    )
    reserve_places_for_interests: Any = _verb(
        reservations.OpportunityReservePlacesForInterestsInput,
        reservations.reserve,
        "Holds each interest's quantity of places on its event, all or none.",
    )
    extend_reservations: Any = _verb(
        reservations.OpportunityExtendReservationsInput,
        reservations.extend,
        "Sets until when places are held; expired ones are held again if they are left.",
    )
    release_reservations: Any = _verb(
        reservations.OpportunityReleaseReservationsInput,
        reservations.release,
        "Gives held places back; they can be reserved again.",
    )
    add_comment: Any = _verb(
        comments.OpportunityAddCommentInput, comments.add, "Says something about it, or replies."
    )
    edit_comment: Any = _verb(
        comments.OpportunityEditCommentInput, comments.edit, "Changes a comment; see its edits."
    )
    delete_comment: Any = _verb(
        comments.OpportunityDeleteCommentInput,
        comments.delete,
        "Takes back what a comment says and said; its replies stay.",
    )
    link: Any = _verb(
        linking.OpportunityLinkInput,
        linking.link,
        "Moves a task or a meeting here from the opportunity it hangs on, or attaches a document.",
    )
    add_attachment: Any = _verb(
        attachments.OpportunityAddAttachmentInput,
        attachments.add,
        "Adds a file, or the address of a document that is kept elsewhere.",
    )
    delete_attachment: Any = _verb(
        attachments.OpportunityDeleteAttachmentInput,
        attachments.delete,
        "Deletes an attachment: one's own, or any as an administrator.",
    )
    delete: Any = _verb(
        OpportunityDeleteInput,
        delete,
        "Hides an opportunity from everybody and gives its places back; restore undoes it.",
    )
    restore: Any = _verb(
        OpportunityRestoreInput,
        restore,
        "Brings a deleted opportunity back; its places must be reserved anew.",
    )
