"""The places of events, counted: how many are left, and those that are taken.

A check of the database lets no event have more taken than it has.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Integer, and_, bindparam, case, select, update

from pipeline_gql.domain.facts import is_key
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question, each_of, only


async def left(unit: Unit, event_ids: Iterable[int]) -> dict[int, int]:
    """Places neither booked nor held, of those events that exist."""
    return {row["id"]: row["left"] for row in await unit.rows(which_left(event_ids))}


def which_left(event_ids: Iterable[int]) -> Asked:
    """What `left` asks."""
    ids = sorted({key for key in event_ids if is_key(key)})
    return (
        Asked(_LEFT_ON, {"event_id": ids[0]}) if len(ids) == 1 else Asked(_LEFT, {"event_ids": ids})
    )


async def take(unit: Unit, event_id: int, places: int, *, booked: int = 0) -> bool:
    """Counts `places` more (or, negative, fewer) as reserved, and so many more as booked, unless
    that many are not left."""
    taken = {"id": event_id, "places": places, "booked": booked}
    return bool(await unit.rows(Asked(_TAKE, taken)))


def count_on(unit: Unit, event_id: int, places: int) -> None:
    """Counts them as reserved on an event that was seen to be on sale and to have them, though
    nobody waits to see it again: if by now that is not so, all begins anew.

    The event is locked from then on; so call it last.
    """
    unit.say(Asked(_COUNT, {"id": event_id, "places": places}))


_EVENT: Any = bindparam("id", type_=BigInteger)
_PLACES: Any = bindparam("places", type_=Integer)


def _left(wanted: Any) -> Question:
    event = models.Event
    free = event.capacity - event.booked - event.reserved
    there = and_(event.org_id == ORG, event.id == wanted.c.key)
    return Question(select(event.id, free.label("left")).select_from(wanted).join(event, there))


def _take() -> Question:
    event, booked = models.Event, bindparam("booked", type_=Integer)
    return Question(
        update(event)
        .where(
            event.org_id == ORG,
            event.id == _EVENT,
            event.reserved + event.booked + _PLACES + booked <= event.capacity,
        )
        .values(reserved=event.reserved + _PLACES, booked=event.booked + booked)
        .returning(event.id)
    )


def _count() -> Question:
    event = models.Event
    # The check refuses a negative count as it does one that is too great.
    more = case((event.state == "PUBLISHED", event.reserved + _PLACES), else_=-1)
    return Question(
        update(event).where(event.org_id == ORG, event.id == _EVENT).values(reserved=more)
    )


_LEFT, _LEFT_ON = _left(each_of("event_ids", BigInteger)), _left(only("event_id", BigInteger))
_TAKE, _COUNT = _take(), _count()
