"""Places held for the events among an opportunity's interests, and until when.

A call that would do nothing is refused. One date holds for all places of an opportunity; once it
has passed they count for nothing, and `extendReservations` holds them again if they are left.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.reservations import end_of, is_over, require_open
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations import places, terms
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.opened import close, facts, facts_of, opened, opened_with
from pipeline_gql.store import events, holds, interests, models, offers, sales
from pipeline_gql.store.database import Unit

_INTERESTS = "interest_ids"


@dataclass(frozen=True, slots=True)
class ReservePlacesForInterests:
    """Without `opportunity_id` it is the first interest's; all must be of that one."""

    interest_ids: Sequence[int]
    opportunity_id: int | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ExtendReservations:
    """`reservations_valid_until` None means no end."""

    opportunity_id: int
    reservations_valid_until: datetime | None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseReservations:
    """Without `interest_ids`, all of the opportunity's."""

    opportunity_id: int
    interest_ids: Sequence[int] | None = None
    expected_version: int | None = None


async def reserve_places_for_interests(
    unit: Unit, viewer: Viewer, command: ReservePlacesForInterests
) -> Done:
    """Holds each interest's quantity, all or none."""
    named = _named(command.interest_ids)
    opportunity, chosen = await opened_with(
        unit, viewer, command.opportunity_id, named, command.expected_version
    )
    until = opportunity.reservations_valid_until
    require_open(opportunity.id, until, unit.now, (_INTERESTS,))
    asked = list(zip(chosen, [path for _, path in named], strict=True))
    await _require_unheld(unit, opportunity, asked)
    await places.require_left(unit, places.wishes(asked))
    before = await facts(unit, opportunity)
    held = holds.hold(unit, chosen)
    after = facts_of(opportunity, {}, {**before["places"], **held})
    verb, event = "reservePlacesForInterests", "places_reserved"
    close(unit, viewer, opportunity, verb, event, before, after)
    return _done(opportunity, [interest.id for interest in chosen])


async def extend_reservations(unit: Unit, viewer: Viewer, command: ExtendReservations) -> Done:
    """Moves the date; holds that have expired are held again, all or none."""
    opportunity = await opened(unit, viewer, command.opportunity_id, command.expected_version)
    path = ("reservations_valid_until",)
    until = end_of(command.reservations_valid_until, unit.now, viewer.time_zone, path)
    held = await holds.of(unit, opportunity.id)
    # A date that has passed may be moved even so: nothing can be reserved before.
    if not held and not is_over(opportunity.reservations_valid_until, unit.now):
        raise _nothing_held(opportunity, ("opportunity_id",))
    before = await facts(unit, opportunity)
    await events.locked(unit, {each.event_id for each in held})
    held = await holds.of(unit, opportunity.id)
    opportunity.reservations_valid_until = until
    expired = [each for each in held if each.state == "EXPIRED"]
    await _require_available(unit, expired, path)
    await places.hold_again(unit, expired, path)
    after = await facts(unit, opportunity)
    verb, event = "extendReservations", "reservations_extended"
    close(unit, viewer, opportunity, verb, event, before, after)
    return _done(opportunity, [each.interest_id for each in held])


async def release_reservations(unit: Unit, viewer: Viewer, command: ReleaseReservations) -> Done:
    """Gives places back, expired ones too; they can be reserved again later."""
    named = [] if command.interest_ids is None else _named(command.interest_ids)
    opportunity, _ = await opened_with(
        unit, viewer, command.opportunity_id, named, command.expected_version
    )
    held = {each.interest_id for each in await holds.of(unit, opportunity.id)}
    problems = Problems()
    idle = [(key, path) for key, path in named if key not in held]
    problem = "names an interest that holds no places"
    problems.add(*(invalid(path, problem, _ref(key)) for key, path in idle))
    problems.raise_if_any()
    if not held:
        raise _nothing_held(opportunity, ("opportunity_id",))
    before = await facts(unit, opportunity)
    ids = sorted(held if command.interest_ids is None else command.interest_ids)
    await events.release_holds(unit, opportunity.id, ids)
    after = await facts(unit, opportunity)
    verb, event = "releaseReservations", "reservations_released"
    close(unit, viewer, opportunity, verb, event, before, after)
    return _done(opportunity, ids)


def _named(interest_ids: Sequence[int]) -> list[tuple[int, Path]]:
    """The interests, each once, with its place in the input."""
    if not interest_ids:
        raise missing((_INTERESTS,))
    if max(Counter(interest_ids).values()) > 1:
        raise invalid((_INTERESTS,), "must name each interest once")
    return [(key, (_INTERESTS, place)) for place, key in enumerate(interest_ids)]


async def _require_unheld(
    unit: Unit, opportunity: models.Opportunity, asked: Sequence[tuple[models.Interest, Path]]
) -> None:
    """Refuses what has no places, is not on sale any more, or is held already."""
    held = {each.interest_id for each in await holds.of(unit, opportunity.id)}
    booked = await sales.registered(unit, [interest.id for interest, _ in asked])
    items = await offers.items(unit, [interests.item_of(interest) for interest, _ in asked])
    problems = Problems()
    for interest, path in asked:
        if interest.event_id is None:
            problems.add(
                invalid(
                    path, "must name interests in events: others have no places", _ref(interest.id)
                )
            )
            continue
        terms.require_item(items, Ref("Event", interest.event_id), path, problems)
        if interest.id in held | booked:
            how = "holds" if interest.id in held else "has booked"
            problem = f"names an interest that {how} its places already"
            problems.add(invalid(path, problem, _ref(interest.id)))
    problems.raise_if_any()


async def _require_available(unit: Unit, held: Sequence[models.SeatHold], path: Path) -> None:
    problems = Problems()
    named = [Ref("Event", key) for key in sorted({each.event_id for each in held})]
    items = await offers.items(unit, named)
    for ref in named:
        terms.require_item(items, ref, path, problems)
    problems.raise_if_any()


def _ref(interest_id: int) -> Ref:
    return Ref("OpportunityInterest", interest_id)


def _nothing_held(opportunity: models.Opportunity, path: Path) -> Exception:
    return invalid(
        path, "names an opportunity that holds no places", Ref("Opportunity", opportunity.id)
    )


def _done(opportunity: models.Opportunity, interest_ids: Sequence[int]) -> Done:
    return Done({"opportunity": opportunity.id, "interests": list(interest_ids)})
