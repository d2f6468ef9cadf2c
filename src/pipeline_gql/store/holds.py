"""Places held for interests: made, made anew, ended.

Whoever ends or revives a hold, or changes its size, has locked its event.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, DateTime, any_, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline_gql.store import models, seats
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question
from pipeline_gql.store.records import Facts

LIVE = ("HELD", "EXPIRED")


async def of(unit: Unit, opportunity_id: int) -> list[models.SeatHold]:
    """The holds of an opportunity that are neither given up nor converted, by interest."""
    return await unit.found(models.SeatHold, Asked(_OF, {"opportunity_id": opportunity_id}))


async def of_interest(unit: Unit, interest: models.Interest) -> models.SeatHold | None:
    """The hold of an interest that is neither given up nor converted."""
    found = [
        held for held in await of(unit, interest.opportunity_id) if held.interest_id == interest.id
    ]
    return found[0] if found else None


async def facts(unit: Unit, opportunity_id: int) -> Facts:
    """For an audit: what `of` finds, by interest."""
    return {
        str(row["interest_id"]): _facts(row["quantity"], row["state"])
        for row in await unit.rows(which_facts(opportunity_id))
    }


def which_facts(opportunity_id: int) -> Asked:
    """What `facts` asks."""
    return Asked(_FACTS, {"opportunity_id": opportunity_id})


def hold(unit: Unit, interests: Sequence[models.Interest]) -> Facts:
    """Holds the interests' places on their events, which were seen to be left; as an audit keeps
    them."""
    for interest in interests:
        unit.add(
            models.SeatHold,
            org_id=unit.org_id,
            opportunity_id=interest.opportunity_id,
            interest_id=interest.id,
            event_id=interest.event_id,
            quantity=interest.quantity,
            state="HELD",
            created_at=unit.now,
        )
    wanted = Counter[int]()
    for interest in interests:
        assert interest.event_id is not None
        wanted[interest.event_id] += interest.quantity
    for event_id, places in sorted(wanted.items()):
        seats.count_on(unit, event_id, places)
    return {str(interest.id): _facts(interest.quantity, "HELD") for interest in interests}


def _facts(quantity: int, state: str) -> Facts:
    return {"quantity": quantity, "state": state}


async def book(unit: Unit, interest: models.Interest) -> bool:
    """Books the interest's places on its event, locked before; False when too few are left.

    What is held for it is taken first; a hold that has expired, or none, takes them anew.
    """
    assert interest.event_id is not None
    held = await of_interest(unit, interest)
    freed = held.quantity if held is not None and held.state == "HELD" else 0
    if not await seats.take(unit, interest.event_id, -freed, booked=interest.quantity):
        return False
    if held is not None:
        held.state, held.ended_at = "CONVERTED", unit.now
        await unit.settle()
    return True


async def hold_again(unit: Unit, held: models.SeatHold) -> bool:
    """Revives an expired hold; False when too few places are left."""
    if not await seats.take(unit, held.event_id, held.quantity):
        return False
    held.state, held.ended_at = "HELD", None
    await unit.settle()
    return True


async def resize(unit: Unit, held: models.SeatHold, quantity: int) -> bool:
    """Gives a hold another size; False when too few places are left for a larger one."""
    more = quantity - held.quantity
    if held.state == "HELD" and not await seats.take(unit, held.event_id, more):
        return False
    held.quantity = quantity
    await unit.settle()
    return True


async def expire(unit: Unit, event_ids: Collection[int]) -> bool:
    """Ends the holds on locked events whose opportunity's date has passed; whether there were."""
    due = {"event_ids": sorted(event_ids), "now": unit.now}
    expired = await unit.found(models.SeatHold, Asked(_DUE, due))
    await end(unit, expired, "EXPIRED")
    return bool(expired)


async def end(unit: Unit, ending: Iterable[models.SeatHold], state: str) -> None:
    """Only what was held gives places back."""
    freed = Counter[int]()
    for held in ending:
        if held.state == "HELD":
            freed[held.event_id] += held.quantity
        held.state, held.ended_at = state, unit.now
    await unit.settle()
    for event_id, places in freed.items():
        await seats.take(unit, event_id, -places)


def _of(*columns: Any) -> Question:
    hold = models.SeatHold
    return Question(
        select(*columns)
        .where(
            hold.org_id == ORG,
            hold.opportunity_id == bindparam("opportunity_id", type_=BigInteger),
            hold.state.in_([literal_column(f"'{state}'") for state in LIVE]),
        )
        .order_by(hold.interest_id)
    )


def _due() -> Question:
    hold, opportunity = models.SeatHold, models.Opportunity
    return Question(
        select(hold)
        .join(opportunity, opportunity.id == hold.opportunity_id)
        .where(
            hold.org_id == ORG,
            opportunity.org_id == ORG,
            hold.event_id == any_(bindparam("event_ids", type_=ARRAY(BigInteger))),
            hold.state == "HELD",
            opportunity.reservations_valid_until <= bindparam("now", type_=DateTime(timezone=True)),
        )
        .order_by(hold.id)
    )


_OF, _DUE = _of(models.SeatHold), _due()
_FACTS = _of(models.SeatHold.interest_id, models.SeatHold.quantity, models.SeatHold.state)
