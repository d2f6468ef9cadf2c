"""Places: the inputs of the verbs of `opportunities` that hold them and give them back."""

from datetime import datetime

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    OpportunityChangeInput,
    maybe_named,
    named,
    needed,
    optional,
)
from pipeline_gql.api.verbs import Call, Work, given
from pipeline_gql.domain.problems import missing
from pipeline_gql.operations import reservations


@strawberry.input(description="The interests to hold places for.")
class OpportunityReservePlacesForInterestsInput(ChangeInput):
    interest_ids: list[strawberry.ID] = needed("Interests in events, all of one opportunity.")
    opportunity_id: strawberry.ID | None = optional(
        "Their opportunity, whose version expectedVersion means; found by them unless given."
    )
    id: strawberry.ID | None = optional("The same as opportunityId.")


@strawberry.input(description="Until when an opportunity's places are held.")
class OpportunityExtendReservationsInput(OpportunityChangeInput):
    reservations_valid_until: datetime | None = optional(
        "A moment to come; null means no end. Must be given. "
        "Without an offset it is read in the organisation's time zone."
    )


@strawberry.input(description="The places to give back.")
class OpportunityReleaseReservationsInput(OpportunityChangeInput):
    interest_ids: list[strawberry.ID] | None = optional(
        "The interests whose places are given back; all of the opportunity's unless given."
    )


def reserve(input: OpportunityReservePlacesForInterestsInput, call: Call) -> Work:
    command = reservations.ReservePlacesForInterests(
        interest_ids=call.keys(input.interest_ids, "OpportunityInterest", "interest_ids"),
        opportunity_id=maybe_named(input, call, "Opportunity", "opportunity_id"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: reservations.reserve_places_for_interests(unit, call.viewer, command)


def extend(input: OpportunityExtendReservationsInput, call: Call) -> Work:
    if input.reservations_valid_until is strawberry.UNSET:
        call.refuse(missing(("reservations_valid_until",)))
    command = reservations.ExtendReservations(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        reservations_valid_until=given(input.reservations_valid_until),
        expected_version=given(input.expected_version),
    )
    return lambda unit: reservations.extend_reservations(unit, call.viewer, command)


def release(input: OpportunityReleaseReservationsInput, call: Call) -> Work:
    command = reservations.ReleaseReservations(
        opportunity_id=named(input, call, "Opportunity", "opportunity_id"),
        interest_ids=call.keys(input.interest_ids, "OpportunityInterest", "interest_ids"),
        expected_version=given(input.expected_version),
    )
    return lambda unit: reservations.release_reservations(unit, call.viewer, command)
