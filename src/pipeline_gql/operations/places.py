"""Places of events for interests of an opportunity, which is locked; so are its events before
anything but a new hold is made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline_gql.domain.errors import NotEnoughPlaces, Path, Ref, Remedy
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.spelling import counted
from pipeline_gql.store import events, holds, models, rows, seats
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class Wish:
    """So many places on an event; `path` is where they are asked for."""

    event_id: int
    places: int
    path: Path


async def require_left(unit: Unit, wishes: Sequence[Wish]) -> None:
    """Raises NotEnoughPlaces for each that finds too few, those before it having theirs.

    Only where too few seem to be left the events are locked, for what has expired to be let go:
    who looks through all holds of an event lets everybody else wait for it.
    """
    ids = {wish.event_id for wish in wishes}
    if not wishes or not list(_short(wishes, await seats.left(unit, ids))):
        return
    await events.locked(unit, ids)
    problems = Problems()
    for wish, left in _short(wishes, await seats.left(unit, ids)):
        problems.add(await _too_few(unit, wish.event_id, left, wish.places, wish.path))
    problems.raise_if_any()


def _short(wishes: Iterable[Wish], left: Mapping[int, int]) -> Iterator[tuple[Wish, int]]:
    """Those that find too few, with what they find."""
    free = dict(left)
    for wish in wishes:
        found = free.get(wish.event_id, 0)
        if found < wish.places:
            yield wish, found
        else:
            free[wish.event_id] = found - wish.places


def wishes(asked: Iterable[tuple[models.Interest, Path]]) -> list[Wish]:
    """For interests in events, as many places as each wants."""
    return [
        Wish(interest.event_id, interest.quantity, path)
        for interest, path in asked
        if interest.event_id is not None
    ]


async def book(unit: Unit, wanted: Iterable[tuple[models.Interest, Path]]) -> None:
    """All or none, for good; what is held for an interest is taken first. Raises NotEnoughPlaces
    for each that finds too few."""
    problems = Problems()
    for interest, path in wanted:
        if not await holds.book(unit, interest):
            assert interest.event_id is not None
            problems.add(await _sold_out(unit, interest.event_id, interest.quantity, path))
    problems.raise_if_any()


async def hold_again(unit: Unit, expired: Iterable[models.SeatHold], path: Path) -> None:
    """As `book`, for holds that have expired."""
    problems = Problems()
    for held in expired:
        if not await holds.hold_again(unit, held):
            problems.add(await _sold_out(unit, held.event_id, held.quantity, path))
    problems.raise_if_any()


async def resize(unit: Unit, held: models.SeatHold, quantity: int, path: Path) -> None:
    """Holds more or fewer places; raises NotEnoughPlaces, which counts only those asked on top."""
    more = quantity - held.quantity
    if not await holds.resize(unit, held, quantity):
        raise await _sold_out(unit, held.event_id, more, path, quantity)


async def _sold_out(
    unit: Unit, event_id: int, asked: int, path: Path, in_all: int | None = None
) -> NotEnoughPlaces:
    left = (await seats.left(unit, [event_id])).get(event_id, 0)
    return await _too_few(unit, event_id, left, asked, path, in_all)


async def _too_few(
    unit: Unit, event_id: int, left: int, asked: int, path: Path, in_all: int | None = None
) -> NotEnoughPlaces:
    """Another date must have room for all of them, `in_all` where only more were asked."""
    event = await rows.find(unit, models.Event, event_id)
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
