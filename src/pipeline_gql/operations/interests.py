"""Interests: what a customer wants, and the opportunity's value as their sum.

Each verb changes the opportunity: its lock comes first, then those of its events by id.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.facts import whole_number
from pipeline_gql.domain.interests import CONTENTS, Kind, Wanted
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.reservations import require_open
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations import ordering, places, terms
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.opened import close, facts, opened, opened_with, revalue
from pipeline_gql.operations.terms import Terms
from pipeline_gql.store import events, interests, models, sales
from pipeline_gql.store.catalogue import ITEM_COLUMNS
from pipeline_gql.store.database import Unit

MOST_AT_ONCE = 100
_MONEY = frozenset({"quantity", "unit_amount", "discount", "tax_id"})


@dataclass(frozen=True, slots=True)
class AddInterest:
    """One interest as `interest_details`, or several as `interests`: all or nothing."""

    opportunity_id: int
    interest_details: Wanted | None = None
    interests: Sequence[Wanted] | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateInterest:
    """`changes` holds what was sent, under the names of `Wanted` and without the item.

    None clears; for `unit_amount` it means the item's price as it is now. `cleared` are the kinds
    whose block was sent as None. Without `opportunity_id` it is the interest's.
    """

    interest_id: int
    changes: Mapping[str, object]
    details_kind: str | None = None
    cleared: Collection[Kind] = ()
    opportunity_id: int | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RemoveInterest:
    """Without `opportunity_id` it is the interest's."""

    interest_id: int
    opportunity_id: int | None = None
    expected_version: int | None = None


async def add_interest(unit: Unit, viewer: Viewer, command: AddInterest) -> Done:
    """The payload's interests are the ones just added."""
    opportunity = await opened(unit, viewer, command.opportunity_id, command.expected_version)
    asked = _asked(command)
    problems = Problems()
    had = await interests.order(unit, opportunity.id)
    for last, (wanted, path) in enumerate(asked, start=len(had) + 1):
        problems.check(ordering.require_position, wanted.position, last, path)
        if wanted.reserve:
            until = opportunity.reservations_valid_until
            problems.check(require_open, opportunity.id, until, unit.now, (*path, "reserve"))
    await events.locked_to_hold(unit, _events_to_hold(wanted for wanted, _ in asked))
    granted = await terms.judged(unit, opportunity, asked, viewer.time_zone, problems)
    before = await facts(unit, opportunity)
    positions = await ordering.make_room(unit, opportunity.id, had, granted)
    rows = [
        await _add(unit, opportunity, each, position)
        for each, position in zip(granted, positions, strict=True)
    ]
    paths = [path for _, path in asked]
    reserving = [
        (row, (*path, "quantity"))
        for row, each, path in zip(rows, granted, paths, strict=True)
        if each.wanted.reserve
    ]
    await places.hold(unit, reserving)
    await revalue(unit, opportunity, (*paths[-1], "unit_amount"))
    after = await facts(unit, opportunity, rows)
    close(unit, viewer, opportunity, "addInterest", "interest_added", before, after)
    return Done({"opportunity": opportunity.id, "interests": [row.id for row in rows]})


async def update_interest(unit: Unit, viewer: Viewer, command: UpdateInterest) -> Done:
    """What is held follows the quantity; `reserve` holds places or gives them back."""
    path = ("interest_id",)
    opportunity, (interest,) = await opened_with(
        unit,
        viewer,
        command.opportunity_id,
        [(command.interest_id, path)],
        command.expected_version,
    )
    if interest.event_id is not None:
        await events.locked(unit, [interest.event_id])
    changes, problems = _changes(interest, command), Problems()
    order = await interests.order(unit, opportunity.id) if "position" in changes else []
    if order:
        problems.check(whole_number, changes["position"], ("position",), 1, len(order))
    before, version = await facts(unit, opportunity, [interest]), interest.version
    amended = await terms.amended(
        unit, opportunity, interest, changes, command.details_kind, viewer.time_zone, problems
    )
    if order:
        await ordering.move(unit, interest, order, amended.wanted.position)
    _apply(interest, amended, changes)
    if {"existing_learners", "new_learners"} & set(changes):
        wanted = amended.wanted
        await interests.set_learners(
            unit, interest.id, wanted.existing_learners, wanted.new_learners
        )
    await _follow(unit, opportunity, interest, changes.get("reserve"))
    await revalue(unit, opportunity, ("unit_amount",))
    after = await facts(unit, opportunity, [interest])
    if before != after:
        interest.version = version + 1
        interest.updated_at = unit.now
    close(unit, viewer, opportunity, "updateInterest", "interest_updated", before, after)
    return Done({"opportunity": opportunity.id, "interests": [interest.id]})


async def remove_interest(unit: Unit, viewer: Viewer, command: RemoveInterest) -> Done:
    """Releases the places held for it. What was registered or issued for stays."""
    path = ("interest_id",)
    opportunity, (interest,) = await opened_with(
        unit,
        viewer,
        command.opportunity_id,
        [(command.interest_id, path)],
        command.expected_version,
    )
    if await interests.is_fulfilled(unit, interest.id):
        problem = "names an interest that is registered, issued or on an invoice already"
        raise invalid(path, problem, Ref("OpportunityInterest", interest.id))
    before = await facts(unit, opportunity, [interest])
    order = await interests.order(unit, opportunity.id)
    await events.release_holds(unit, opportunity.id, [interest.id])
    await interests.remove(unit, interest)
    order.remove(command.interest_id)
    await interests.arrange(unit, opportunity.id, order)
    await revalue(unit, opportunity, path)
    after = await facts(unit, opportunity)
    close(unit, viewer, opportunity, "removeInterest", "interest_removed", before, after)
    return Done({"opportunity": opportunity.id, "interests": []})


def _asked(command: AddInterest) -> list[tuple[Wanted, Path]]:
    """What is wanted, each with its place in the input."""
    one, several = command.interest_details, command.interests
    if one is not None and several is not None:
        raise invalid(("interests",), "must be absent beside interestDetails")
    if one is not None:
        return [(one, ("interest_details",))]
    if not several:
        raise missing(("interest_details",))
    if len(several) > MOST_AT_ONCE:
        raise invalid(("interests",), f"must name at most {MOST_AT_ONCE}", len(several))
    return [(wanted, ("interests", place)) for place, wanted in enumerate(several)]


def _events_to_hold(wishes: Iterable[Wanted]) -> list[int]:
    items = [wanted.item for wanted in wishes if wanted.reserve]
    return [item.key for item in items if item.type == "Event" and isinstance(item.key, int)]


def _changes(interest: models.Interest, command: UpdateInterest) -> Mapping[str, object]:
    """What was sent; a block that was sent as None is None all through."""
    kind = Kind(interest.kind)
    contents = CONTENTS[kind] if kind in command.cleared else ()
    return {**dict.fromkeys(contents), **command.changes}


def _apply(interest: models.Interest, amended: Terms, changes: Collection[str]) -> None:
    """Amounts stay as they are where nothing was sent that they depend on."""
    interest.expires_at = amended.wanted.expires_at
    if not _MONEY & set(changes):
        return
    interest.quantity = amended.wanted.quantity
    interest.unit_amount = amended.unit_amount
    interest.discount_rate = amended.discount.rate
    interest.discount_fixed = amended.discount.fixed
    interest.discount_amount = amended.amounts.discount
    interest.tax_type_id = amended.wanted.tax_id
    interest.tax_amount = amended.amounts.tax


async def _follow(
    unit: Unit, opportunity: models.Opportunity, interest: models.Interest, reserve: object
) -> None:
    """Holds, resizes or gives back the places of an interest whose event is locked."""
    held = await events.hold_of(unit, interest)
    if reserve is False:
        await events.release_holds(unit, opportunity.id, [interest.id])
        return
    if reserve and held is None and await sales.registered(unit, [interest.id]):
        raise invalid(("reserve",), "must be absent: the places are booked already", reserve)
    if reserve and (held is None or held.state == "EXPIRED"):
        until = opportunity.reservations_valid_until
        require_open(opportunity.id, until, unit.now, ("reserve",))
    if held is not None:
        await places.resize(unit, held, interest.quantity, ("quantity",))
    elif reserve:
        await places.hold(unit, [(interest, ("quantity",))])


async def _add(
    unit: Unit, opportunity: models.Opportunity, each: Terms, position: int
) -> models.Interest:
    wanted = each.wanted
    interest = models.Interest(
        org_id=unit.org_id,
        opportunity_id=opportunity.id,
        position=position,
        kind=each.kind.value,
        quantity=wanted.quantity,
        unit_amount=each.unit_amount,
        currency=opportunity.currency,
        discount_rate=each.discount.rate,
        discount_fixed=each.discount.fixed,
        discount_amount=each.amounts.discount,
        tax_type_id=wanted.tax_id,
        tax_amount=each.amounts.tax,
        expires_at=wanted.expires_at,
        **{ITEM_COLUMNS[wanted.item.type]: wanted.item.key},
    )
    unit.session.add(interest)
    await unit.session.flush()
    if wanted.existing_learners or wanted.new_learners:
        await interests.set_learners(
            unit, interest.id, wanted.existing_learners, wanted.new_learners
        )
    return interest
