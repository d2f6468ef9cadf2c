"""Events and their places.

Lock order, everywhere: the opportunity's row, then its events' rows by id. Whoever changes a hold
or a count holds the event's row, so what is read after `locked` stays true until the commit. A new
hold takes the row last of all (`seats.count_on`).
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, ColumnElement, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.problems import not_found
from pipeline_gql.store import holds, models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question


async def locked(
    unit: Unit, event_ids: Iterable[int], *, wholly: bool = False
) -> dict[int, models.Event]:
    """Those events that exist, held until the transaction ends, with expired holds let go.

    Only who changes what other tables refer to needs them `wholly`, for interests in them to wait.
    """
    ids = sorted({key for key in event_ids if is_key(key)})
    asked = Asked(_LOCKED[wholly], {"ids": ids})
    if not ids or not (events := await unit.found(models.Event, asked)):
        return {}
    if await holds.expire(unit, [event.id for event in events]):
        events = await unit.found(models.Event, asked)
    return {event.id: event for event in events}


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


async def locked_one(unit: Unit, event_id: int, *, wholly: bool = False) -> models.Event:
    """One event, as by `locked`; raises NotFound."""
    event = (await locked(unit, [event_id], wholly=wholly)).get(event_id)
    if event is None:
        raise not_found(Ref("Event", event_id), ("event_id",))
    return event


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
        await holds.end(unit, await _chosen(unit, opportunity_id, interest_ids), "RELEASED")
    return len(chosen)


async def _chosen(
    unit: Unit, opportunity_id: int, interest_ids: Sequence[int] | None
) -> list[models.SeatHold]:
    found = await holds.of(unit, opportunity_id)
    return [held for held in found if interest_ids is None or held.interest_id in interest_ids]


def _locked(*, wholly: bool) -> Question:
    wanted = bindparam("ids", type_=ARRAY(BigInteger))
    return Question(
        select(models.Event)
        .where(models.Event.org_id == ORG, models.Event.id == any_(wanted))
        .order_by(models.Event.id)
        # FOR NO KEY UPDATE: an interest's foreign key to the event must not wait for its places.
        .with_for_update(key_share=not wholly)
    )


_LOCKED = {wholly: _locked(wholly=wholly) for wholly in (False, True)}
