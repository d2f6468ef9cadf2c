"""Interests: the inputs of `opportunities { addInterest updateInterest removeInterest }`."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    OpportunityChangeInput,
    key,
    keys,
    maybe_named,
    named,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.verbs import Call, Work, given, legible
from pipeline_gql.domain.discounts import Discount
from pipeline_gql.domain.errors import NotFound, Path, Ref
from pipeline_gql.domain.ids import decode
from pipeline_gql.domain.interests import DETAILS, KINDS, Learner, Wanted
from pipeline_gql.domain.problems import field_name, invalid
from pipeline_gql.operations import interests, ordering


@strawberry.input(description="Somebody who will learn and is no contact yet.")
class NewLearnerInput:
    first_name: str = needed("The first name.")
    last_name: str = needed("The last name.")
    email: str | None = optional("The e-mail address.")


@strawberry.input(description="Who will learn; never more people than the quantity.")
class LearnersInput:
    existing_learners: list[strawberry.ID] | None = optional("The ids of contacts: the whole list.")
    new_learners: list[NewLearnerInput] | None = optional(
        "People who are no contacts yet: the whole list."
    )


@strawberry.input(description="What belongs to an interest in a course template.")
class CourseDetailsInput(LearnersInput):
    pass


@strawberry.input(description="What belongs to an interest in an event.")
class EventDetailsInput(LearnersInput):
    pass


@strawberry.input(description="What belongs to an interest in a learning path.")
class LearningPathDetailsInput(LearnersInput):
    pass


@strawberry.input(description="What belongs to an interest in training tokens.")
class TrainingTokenDetailsInput:
    expires_at: datetime | None = optional(
        "When the tokens expire; without an offset, in the organisation's time zone."
    )


@strawberry.input(description="What is taken off a total amount: one of the two.")
class DiscountInput:
    percentage: Decimal | None = optional("A percentage of it, at most 100.")
    amount: Decimal | None = optional("A fixed amount, at most all of it.")


@strawberry.input(description="How many are wanted, for how much, and by whom.")
class InterestFields:
    quantity: int | None = optional("How many are wanted; 1 in a new interest unless given.")
    unit_amount: Decimal | None = optional(
        "The price of one, before discount and tax; the item's price in the region unless given."
    )
    discount: DiscountInput | None = optional(
        "What is taken off the total amount, before tax; none unless given."
    )
    tax_id: strawberry.ID | None = optional("The tax type; none unless given.")
    position: int | None = optional(
        "Its place among the interests of the opportunity, counted from 1; others make room. "
        "A new interest comes last unless given."
    )
    reserve: bool | None = optional(
        "True holds the quantity in places on the event; false gives held places back."
    )
    course_details: CourseDetailsInput | None = optional("Only for a course template.")
    event_details: EventDetailsInput | None = optional("Only for an event.")
    learning_path_details: LearningPathDetailsInput | None = optional("Only for a learning path.")
    training_token_details: TrainingTokenDetailsInput | None = optional(
        "Only for a training token type."
    )


@strawberry.input(description="One thing that the customer wants.")
class InterestDetailsInput(InterestFields):
    id: strawberry.ID = needed(
        "What is wanted: a course template, an event, a learning path, a training token type "
        "or a product."
    )


@strawberry.input(description="What the customer wants, as interestDetails or as interests.")
class OpportunityAddInterestInput(OpportunityChangeInput):
    interest_details: InterestDetailsInput | None = optional("One interest.")
    interests: list[InterestDetailsInput] | None = optional("Several, all or none; at most 100.")


@strawberry.input(
    description="Changes of an interest: absent is untouched, null is cleared. "
    "What is held follows the quantity."
)
class OpportunityUpdateInterestInput(InterestFields, ChangeInput):
    interest_id: strawberry.ID = needed("The interest.")
    opportunity_id: strawberry.ID | None = optional(
        "Its opportunity, whose version expectedVersion means; found by the interest unless given."
    )
    id: strawberry.ID | None = optional("The same as opportunityId.")


@strawberry.input(description="The order of an opportunity's interests.")
class OpportunityReorderInterestsInput(OpportunityChangeInput):
    interest_ids: list[strawberry.ID] = needed("All its interests, each once.")


@strawberry.input(description="The interest to remove.")
class OpportunityRemoveInterestInput(ChangeInput):
    interest_id: strawberry.ID = needed("The interest.")
    opportunity_id: strawberry.ID | None = optional(
        "Its opportunity, whose version expectedVersion means; found by the interest unless given."
    )
    id: strawberry.ID | None = optional("The same as opportunityId.")


def _new_learners(call: Call, value: Sequence[NewLearnerInput], path: Path) -> object:
    return tuple(Learner(each.first_name, each.last_name, given(each.email)) for each in value)


def _discount(call: Call, value: DiscountInput, path: Path) -> object:
    return Discount(given(value.percentage), given(value.amount))


FIELDS: Fields = {
    "quantity": plain,
    "unit_amount": plain,
    "discount": _discount,
    "position": plain,
    "tax_id": key("TaxType"),
    "reserve": plain,
}
LEARNERS: Fields = {"existing_learners": keys("Contact"), "new_learners": _new_learners}
TOKENS: Fields = {"expires_at": plain}


def add(input: OpportunityAddInterestInput, call: Call) -> Work:
    one, several = given(input.interest_details), given(input.interests) or []
    command = interests.AddInterest(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        interest_details=one and _wanted(one, call, ("interest_details",)),
        interests=[_wanted(each, call, ("interests", i)) for i, each in enumerate(several)] or None,
        expected_version=given(input.expected_version),
    )
    return lambda unit: interests.add_interest(unit, call.viewer, command)


def update(input: OpportunityUpdateInterestInput, call: Call) -> Work:
    details_kind, changes = _said(input, call, ())
    command = interests.UpdateInterest(
        interest_id=call.key(input.interest_id, "OpportunityInterest", "interest_id"),
        changes=changes,
        details_kind=details_kind,
        cleared=frozenset(kind for kind, name in DETAILS.items() if getattr(input, name) is None),
        opportunity_id=maybe_named(input, call, "Opportunity", "opportunity_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: interests.update_interest(unit, call.viewer, command)


def reorder(input: OpportunityReorderInterestsInput, call: Call) -> Work:
    command = ordering.ReorderInterests(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        interest_ids=call.keys(input.interest_ids, "OpportunityInterest", "interest_ids"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: ordering.reorder_interests(unit, call.viewer, command)


def remove(input: OpportunityRemoveInterestInput, call: Call) -> Work:
    command = interests.RemoveInterest(
        interest_id=call.key(input.interest_id, "OpportunityInterest", "interest_id"),
        opportunity_id=maybe_named(input, call, "Opportunity", "opportunity_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: interests.remove_interest(unit, call.viewer, command)


def _wanted(input: InterestDetailsInput, call: Call, path: Path) -> Wanted:
    details_kind, said = _said(input, call, path)
    known = {name: value for name, value in said.items() if value is not None}
    return Wanted(_item(input.id, call, (*path, "id")), details_kind=details_kind, **known)


def _item(id: str, call: Call, path: Path) -> Any:
    """The prefix of the id says what kind of thing is wanted."""
    ref = decode(id)
    if ref is None or ref.type not in KINDS:
        call.refuse(NotFound(type="Item", id=legible(id), value=legible(id), path=path))
        return Ref("Event", 0)
    return ref


def _said(input: InterestFields, call: Call, path: Path) -> tuple[str | None, dict[str, Any]]:
    """The kind whose details were sent, and the members sent, those of the details among them."""
    said = sent(input, call, FIELDS, path)
    kinds = [kind for kind, name in DETAILS.items() if given(getattr(input, name)) is not None]
    for kind in kinds[1:]:
        first = DETAILS[kinds[0]]
        call.refuse(
            invalid((*path, DETAILS[kind]), f"must be absent beside {field_name((first,))}")
        )
    if not kinds:
        return None, said
    block = DETAILS[kinds[0]]
    fields = TOKENS if block == "training_token_details" else LEARNERS
    return kinds[0], said | sent(getattr(input, block), call, fields, (*path, block))
