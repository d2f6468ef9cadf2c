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
from pipeline_gql.operations.opened import (
    close,
    facts,
    facts_of,
    opened,
    opened_with,
    revalue,
)
from pipeline_gql.operations.terms import Terms
from pipeline_gql.store import events, holds, interests, mapping, models, offers, sales, seats
from pipeline_gql.store.catalogue import ITEM_COLUMNS
from pipeline_gql.store.database import Unit
from pipeline_gql.store.interests import Sum
from pipeline_gql.store.records import Facts

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
    await _foresee(unit, opportunity, asked)
    had, total = await interests.order_and_sum(unit, opportunity.id)
    granted = await _granted(unit, viewer, opportunity, asked, len(had))
    before = await facts(unit, opportunity)
    await places.require_left(unit, _places(asked))
    positions = await ordering.make_room(unit, opportunity.id, had, granted)
    new = zip(positions, granted, strict=True)
    rows = [_interest(unit, opportunity, *each) for each in new]
    added = await _store(unit, rows, granted)
    revalue(opportunity, _with(total, granted), (*asked[-1][1], "unit_amount"))
    reserving = zip(rows, granted, strict=True)
    held = holds.hold(unit, [row for row, each in reserving if each.wanted.reserve])
    after = facts_of(opportunity, added, {**before["places"], **held})
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
    revalue(opportunity, await interests.sum_of(unit, opportunity.id), ("unit_amount",))
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
    revalue(opportunity, await interests.sum_of(unit, opportunity.id), path)
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


async def _foresee(
    unit: Unit, opportunity: models.Opportunity, asked: Sequence[tuple[Wanted, Path]]
) -> None:
    """What is looked at before any interest is added, and the keys of all, in one statement."""
    await unit.foresee(
        interests.which_order(opportunity.id),
        holds.which_facts(opportunity.id),
        seats.which_left(wish.event_id for wish in _places(asked)),
        *offers.which(terms.sought(opportunity, (wanted for wanted, _ in asked))),
        key=models.Interest,
        count=len(asked),
    )


async def _granted(
    unit: Unit,
    viewer: Viewer,
    opportunity: models.Opportunity,
    asked: Sequence[tuple[Wanted, Path]],
    had: int,
) -> list[Terms]:
    problems = Problems()
    for last, (wanted, path) in enumerate(asked, start=had + 1):
        problems.check(ordering.require_position, wanted.position, last, path)
        if wanted.reserve:
            until = opportunity.reservations_valid_until
            problems.check(require_open, opportunity.id, until, unit.now, (*path, "reserve"))
    return await terms.judged(unit, opportunity, asked, viewer.time_zone, problems)


def _places(asked: Iterable[tuple[Wanted, Path]]) -> list[places.Wish]:
    return [
        places.Wish(wanted.item.key, wanted.quantity, (*path, "quantity"))
        for wanted, path in asked
        if wanted.reserve and wanted.item.type == "Event" and isinstance(wanted.item.key, int)
    ]


def _with(total: Sum, granted: Sequence[Terms]) -> Sum:
    """What it comes to once these are added."""
    net, tax = sum(each.amounts.net for each in granted), sum(each.amounts.tax for each in granted)
    return Sum(total.count + len(granted), total.net + net, total.tax + tax)


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
    held = await holds.of_interest(unit, interest)
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
        await places.require_left(unit, places.wishes([(interest, ("quantity",))]))
        holds.hold(unit, [interest])


async def _store(unit: Unit, rows: Sequence[models.Interest], granted: Sequence[Terms]) -> Facts:
    """With their learners; as an audit keeps them."""
    added: Facts = {}
    for row, each in zip(rows, granted, strict=True):
        await unit.insert(row)
        people = each.wanted.existing_learners, each.wanted.new_learners
        added |= interests.facts_of(row, interests.add_learners(unit, row.id, *people))
    return added


def _interest(
    unit: Unit, opportunity: models.Opportunity, position: int, each: Terms
) -> models.Interest:
    wanted = each.wanted
    columns = {
        "org_id": unit.org_id,
        "opportunity_id": opportunity.id,
        "position": position,
        "kind": each.kind.value,
        "quantity": wanted.quantity,
        "unit_amount": each.unit_amount,
        "currency": opportunity.currency,
        "discount_rate": each.discount.rate,
        "discount_fixed": each.discount.fixed,
        "discount_amount": each.amounts.discount,
        "tax_type_id": wanted.tax_id,
        "tax_amount": each.amounts.tax,
        "expires_at": wanted.expires_at,
        "version": 1,
        "created_at": unit.now,
        "updated_at": unit.now,
        ITEM_COLUMNS[wanted.item.type]: wanted.item.key,
    }
    return mapping.loaded(models.Interest, columns)
