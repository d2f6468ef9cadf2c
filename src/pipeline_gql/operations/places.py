"""Holding an event's places for interests. The opportunity and the events are locked before."""

from collections.abc import Iterable

from pipeline_gql.domain.errors import NotEnoughPlaces, Path, Ref, Remedy
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.spelling import counted
from pipeline_gql.store import events, models, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts


async def hold(unit: Unit, wanted: Iterable[tuple[models.Interest, Path]]) -> None:
    """All or none; raises NotEnoughPlaces for each that finds too few."""
    problems = Problems()
    for interest, path in wanted:
        if not await events.hold(unit, interest):
            assert interest.event_id is not None
            problems.add(await _too_few(unit, interest.event_id, interest.quantity, path))
    problems.raise_if_any()


async def book(unit: Unit, wanted: Iterable[tuple[models.Interest, Path]]) -> None:
    """As `hold`, for good; what is held for an interest is taken first."""
    problems = Problems()
    for interest, path in wanted:
        if not await events.book(unit, interest):
            assert interest.event_id is not None
            problems.add(await _too_few(unit, interest.event_id, interest.quantity, path))
    problems.raise_if_any()


async def hold_again(unit: Unit, expired: Iterable[models.SeatHold], path: Path) -> None:
    """As `hold`, for holds that have expired."""
    problems = Problems()
    for held in expired:
        if not await events.hold_again(unit, held):
            problems.add(await _too_few(unit, held.event_id, held.quantity, path))
    problems.raise_if_any()


async def resize(unit: Unit, held: models.SeatHold, quantity: int, path: Path) -> None:
    """Holds more or fewer places; raises NotEnoughPlaces, which counts only those asked on top."""
    more = quantity - held.quantity
    if not await events.resize(unit, held, quantity):
        raise await _too_few(unit, held.event_id, more, path, quantity)


async def facts(unit: Unit, opportunity_id: int) -> Facts:
    """For an audit: what is held, by interest."""
    return {
        str(held.interest_id): {"quantity": held.quantity, "state": held.state}
        for held in await events.holds(unit, opportunity_id)
    }


async def _too_few(
    unit: Unit, event_id: int, asked: int, path: Path, in_all: int | None = None
) -> NotEnoughPlaces:
    """Another date must have room for all of them, `in_all` where only more were asked."""
    event = await rows.find(unit, models.Event, event_id)
    left = await events.remaining(unit, event_id)
    return NotEnoughPlaces(
        event=event.title if event else "The event",
        left=left,
        places=counted(left, "place"),
        asked=asked,
        value=Ref("Event", event_id),
        path=path,
        remedies=await _other_dates(unit, event, in_all or asked) if event else (),
    )


async def _other_dates(unit: Unit, event: models.Event, places: int) -> list[Remedy]:
    return [
        Remedy(
            f"{other.start_date} {other.title}, id {encode(Ref('Event', other.id))}:"
            f" {counted(left, 'place')} left"
        )
        for other, left in await events.other_dates(unit, event, places)
    ]
