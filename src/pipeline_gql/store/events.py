"""Events and their places.

Lock order, everywhere: the opportunity's row, then its events' rows by id. Whoever changes a hold
or a count holds the event's row, so what is read after `locked` stays true until the commit.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, func, select, update

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.problems import not_found
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

LIVE = ("HELD", "EXPIRED")


async def locked(unit: Unit, event_ids: Iterable[int]) -> dict[int, models.Event]:
    """Those events that exist, held until the transaction ends, with expired holds let go."""
    events = await locked_to_hold(unit, event_ids)
    if events and await _expire(unit, events):
        await locked_to_hold(unit, events)
    return events


async def locked_to_hold(unit: Unit, event_ids: Iterable[int]) -> dict[int, models.Event]:
    """As `locked`, for `hold` alone, which lets expired holds go only where their places are
    needed: whoever looks through all holds of an event lets everybody else wait for it."""
    ids = {key for key in event_ids if is_key(key)}
    if not ids:
        return {}
    # FOR NO KEY UPDATE: an interest's foreign key to the event must not wait for its places.
    statement = (
        select(models.Event)
        .where(models.Event.org_id == unit.org_id, models.Event.id.in_(ids))
        .order_by(models.Event.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {event.id: event for event in await unit.session.scalars(statement)}


async def expire_due(unit: Unit, most: int = 100) -> bool:
    """Lets expired holds go on some events; whether there may be more.

    They count for nothing already: this only says so in the rows.
    """
    hold, opportunity = models.SeatHold, models.Opportunity
    found = await unit.session.scalars(
        select(hold.event_id)
        .distinct()
        .join(opportunity, opportunity.id == hold.opportunity_id)
        .where(
            hold.org_id == unit.org_id,
            opportunity.org_id == unit.org_id,
            hold.state == "HELD",
            opportunity.reservations_valid_until <= unit.now,
        )
        .order_by(hold.event_id)
        .limit(most)
    )
    event_ids = found.all()
    await locked(unit, event_ids)
    return len(event_ids) == most


async def locked_one(unit: Unit, event_id: int) -> models.Event:
    """One event, as by `locked`; raises NotFound."""
    event = (await locked(unit, [event_id])).get(event_id)
    if event is None:
        raise not_found(Ref("Event", event_id), ("event_id",))
    return event


async def holds(unit: Unit, opportunity_id: int) -> list[models.SeatHold]:
    """The holds of an opportunity that are neither given up nor converted, by interest."""
    rows = await unit.session.scalars(
        select(models.SeatHold)
        .where(
            models.SeatHold.org_id == unit.org_id,
            models.SeatHold.opportunity_id == opportunity_id,
            models.SeatHold.state.in_(LIVE),
        )
        .order_by(models.SeatHold.interest_id)
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def hold_of(unit: Unit, interest: models.Interest) -> models.SeatHold | None:
    """The hold of an interest that is neither given up nor converted."""
    found = [
        held
        for held in await holds(unit, interest.opportunity_id)
        if held.interest_id == interest.id
    ]
    return found[0] if found else None


async def hold(unit: Unit, interest: models.Interest) -> bool:
    """Holds the interest's places on its event, locked before; False when too few are left."""
    assert interest.event_id is not None
    taken = await take(unit, interest.event_id, interest.quantity)
    if not taken and await _expire(unit, [interest.event_id]):
        taken = await take(unit, interest.event_id, interest.quantity)
    if not taken:
        return False
    unit.session.add(
        models.SeatHold(
            org_id=unit.org_id,
            opportunity_id=interest.opportunity_id,
            interest_id=interest.id,
            event_id=interest.event_id,
            quantity=interest.quantity,
            state="HELD",
            created_at=unit.now,
        )
    )
    await unit.session.flush()
    return True


async def book(unit: Unit, interest: models.Interest) -> bool:
    """Books the interest's places on its event, locked before; False when too few are left.

    What is held for it is taken first; a hold that has expired, or none, takes them anew.
    """
    assert interest.event_id is not None
    held = await hold_of(unit, interest)
    freed = held.quantity if held is not None and held.state == "HELD" else 0
    if not await take(unit, interest.event_id, -freed, booked=interest.quantity):
        return False
    if held is not None:
        held.state, held.ended_at = "CONVERTED", unit.now
        await unit.session.flush()
    return True


async def hold_again(unit: Unit, held: models.SeatHold) -> bool:
    """Revives an expired hold; False when too few places are left."""
    if not await take(unit, held.event_id, held.quantity):
        return False
    held.state, held.ended_at = "HELD", None
    await unit.session.flush()
    return True


async def resize(unit: Unit, held: models.SeatHold, quantity: int) -> bool:
    """Gives a hold another size; False when too few places are left for a larger one."""
    more = quantity - held.quantity
    if held.state == "HELD" and not await take(unit, held.event_id, more):
        return False
    held.quantity = quantity
    await unit.session.flush()
    return True


async def take(unit: Unit, event_id: int, places: int, *, booked: int = 0) -> bool:
    """Counts `places` more (or, negative, fewer) as reserved, and so many more as booked, unless
    that many are not left."""
    event = models.Event
    taken = await unit.session.execute(
        update(event)
        .where(
            event.org_id == unit.org_id,
            event.id == event_id,
            event.reserved + event.booked + places + booked <= event.capacity,
        )
        .values(reserved=event.reserved + places, booked=event.booked + booked)
        .returning(event.id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


async def remaining(unit: Unit, event_id: int) -> int:
    """Places neither booked nor held."""
    event = models.Event
    left = await unit.session.scalar(
        select(event.capacity - event.booked - event.reserved).where(
            event.org_id == unit.org_id, event.id == event_id
        )
    )
    return left or 0


async def other_dates(
    unit: Unit, event: models.Event, places: int, most: int = 5
) -> list[tuple[models.Event, int]]:
    """Later events of the same course that can be sold, and their places: at least `places`.

    The soonest first. Expired holds count for nothing, though nobody has let them go yet.
    """
    if event.course_template_id is None:
        return []
    other = models.Event
    left = other.capacity - other.booked - other.reserved + _expired_on(unit, other)
    rows = await unit.session.execute(
        select(other, left)
        .where(
            other.org_id == unit.org_id,
            other.course_template_id == event.course_template_id,
            other.id != event.id,
            other.state == "PUBLISHED",
            other.start_date > unit.now.date(),
            left >= places,
        )
        .order_by(other.start_date, other.id)
        .limit(most)
    )
    return [(found, places_left) for found, places_left in rows]


def _expired_on(unit: Unit, event: type[models.Event]) -> ColumnElement[int]:
    hold, opportunity = models.SeatHold, models.Opportunity
    expired = (
        select(func.coalesce(func.sum(hold.quantity), 0))
        .join(opportunity, opportunity.id == hold.opportunity_id)
        .where(
            hold.org_id == unit.org_id,
            opportunity.org_id == unit.org_id,
            hold.event_id == event.id,
            hold.state == "HELD",
            opportunity.reservations_valid_until <= unit.now,
        )
    )
    return expired.correlate(event).scalar_subquery()


async def release_holds(
    unit: Unit, opportunity_id: int, interest_ids: Sequence[int] | None = None
) -> int:
    """Gives up an opportunity's holds, all or those of some interests; how many there were.

    The opportunity must be locked.
    """
    chosen = await _chosen(unit, opportunity_id, interest_ids)
    if chosen:
        await locked(unit, {held.event_id for held in chosen})
        # Read again: until their events were locked, somebody else could end expired ones.
        await _end(unit, await _chosen(unit, opportunity_id, interest_ids), "RELEASED")
    return len(chosen)


async def _chosen(
    unit: Unit, opportunity_id: int, interest_ids: Sequence[int] | None
) -> list[models.SeatHold]:
    rows = await holds(unit, opportunity_id)
    return [held for held in rows if interest_ids is None or held.interest_id in interest_ids]


async def _expire(unit: Unit, event_ids: Collection[int]) -> bool:
    """Ends the holds on locked events whose opportunity's date has passed."""
    hold, opportunity = models.SeatHold, models.Opportunity
    rows = await unit.session.scalars(
        select(hold)
        .join(opportunity, opportunity.id == hold.opportunity_id)
        .where(
            hold.org_id == unit.org_id,
            opportunity.org_id == unit.org_id,
            hold.event_id.in_(event_ids),
            hold.state == "HELD",
            opportunity.reservations_valid_until <= unit.now,
        )
        .order_by(hold.id)
        .execution_options(populate_existing=True)
    )
    expired = list(rows)
    await _end(unit, expired, "EXPIRED")
    return bool(expired)


async def _end(unit: Unit, ending: Sequence[models.SeatHold], state: str) -> None:
    """Ends holds whose events are locked; only what was held gives places back."""
    freed = Counter[int]()
    for held in ending:
        if held.state == "HELD":
            freed[held.event_id] += held.quantity
        held.state, held.ended_at = state, unit.now
    await unit.session.flush()
    for event_id, places in freed.items():
        await take(unit, event_id, -places)
