"""Cards put by hand: within a column, or into another, which is a move like any other.

Manual order is no fact of a deal: it raises no version and is not audited. The feed tells it as
of an aggregate of its own, whose sequence counts how often the card was put somewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline_gql.domain import placing
from pipeline_gql.domain.attributes import Given
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import invalid, not_found
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.moving import Progress
from pipeline_gql.operations.opportunities import progress
from pipeline_gql.operations.recording import check_version
from pipeline_gql.store import boards, models, opportunities
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts, add_event

TYPE = opportunities.TYPE
REACHES = (50, 500, 5_000, None)
"""How many cards on either side get new keys where the keys have become long; at last all."""


@dataclass(frozen=True, slots=True)
class Place:
    """Right behind or before another, else on top; first to a step, or along a transition, if one
    is named that leads elsewhere. What else comes along is for that move alone."""

    opportunity_id: int
    after_id: int | None = None
    before_id: int | None = None
    step_id: int | None = None
    transition_id: int | None = None
    reason: str | None = None
    expected_version: int | None = None
    attributes: Sequence[Given] = ()
    comment: str | None = None
    override: bool = False


async def place(unit: Unit, viewer: Viewer, command: Place) -> Done:
    """Puts an opportunity where it is wanted on the board; what lies there already stays."""
    viewer.require(Permission.SELL, "move", TYPE)
    row = await opportunities.locked(unit, viewer, command.opportunity_id)
    await check_version(unit, Ref(TYPE, row.id), row, command.expected_version)
    beside = await _beside(unit, viewer, command)
    done = Done({"opportunity": row.id})
    if command.transition_id is not None or command.step_id not in (None, row.step_id):
        done = await progress(unit, viewer, _move(command))
    if beside is not None and beside.step_id != row.step_id:
        path, other = _neighbour(command)
        raise invalid(path, "must name an opportunity in the same column", other)
    await _put(unit, row, beside, after=command.after_id is not None)
    return done


def _move(command: Place) -> Progress:
    return Progress(
        command.opportunity_id,
        step_id=command.step_id,
        transition_id=command.transition_id,
        reason=command.reason,
        attributes=command.attributes,
        comment=command.comment,
        override=command.override,
    )


async def _beside(unit: Unit, viewer: Viewer, command: Place) -> boards.Spot | None:
    """Where the neighbour stands that the card is put beside."""
    if command.after_id is not None and command.before_id is not None:
        raise invalid(("before_id",), "must be absent beside afterId", Ref(TYPE, command.before_id))
    if command.after_id is None and command.before_id is None:
        return None
    path, other = _neighbour(command)
    if other.key == command.opportunity_id:
        raise invalid(path, "must name another opportunity", other)
    found = await boards.spot(unit, viewer, int(other.key))
    if found is None:
        raise not_found(other, path)
    return found


def _neighbour(command: Place) -> tuple[Path, Ref]:
    if command.after_id is not None:
        return ("after_id",), Ref(TYPE, command.after_id)
    assert command.before_id is not None
    return ("before_id",), Ref(TYPE, command.before_id)


async def _put(
    unit: Unit, row: models.Opportunity, beside: boards.Spot | None, *, after: bool
) -> None:
    own = await boards.key_of(unit, row.id)
    key = None if beside is None else beside.key
    low, high = await _bounds(unit, row, key, after=after)
    if (low is None or low < own) and (high is None or own < high):
        return
    wanted = _between(low, high, row.id, unit.now)
    pivot = low or high
    if len(wanted) > placing.LONGEST and pivot is not None:
        await _make_room(unit, row, pivot)
        key = None if beside is None else await boards.key_of(unit, beside.id)
        low, high = await _bounds(unit, row, key, after=after)
        wanted = _between(low, high, row.id, unit.now)
    row.board_place, row.board_moves = wanted, row.board_moves + 1
    told: Facts = {"type": TYPE, "key": row.id, "fields": []}
    told |= {"opportunity": row.id, "step": row.step_id}
    add_event(unit, Ref("OpportunityPlace", row.id), row.board_moves, "opportunity.placed", told)


async def _bounds(
    unit: Unit, row: models.Opportunity, beside: str | None, *, after: bool
) -> tuple[str | None, str | None]:
    if beside is None:
        return None, await boards.next_to(unit, row, None)
    other = await boards.next_to(unit, row, beside, after=after)
    return (beside, other) if after else (other, beside)


def _between(low: str | None, high: str | None, id: int, now: datetime) -> str:
    """On top is where it would be had it just arrived, so that what comes later is above it."""
    arrived = placing.arrived(now, id)
    if low is None and (high is None or arrived < high):
        return arrived
    return placing.between(low, high, id)


async def _make_room(unit: Unit, row: models.Opportunity, pivot: str) -> None:
    """Spreads the cards around a key over the room that they have, in the order they are in."""
    for reach in REACHES:
        stretch = await boards.around(unit, row, pivot, reach)
        low = stretch.low or placing.arrived(unit.now, row.id)
        if stretch.high is not None and low >= stretch.high:
            low = ""
        keys = placing.spread(low, stretch.high, [id for id, _ in stretch.cards])
        if not keys or reach is None or len(keys[0]) <= placing.LONGEST // 2:
            await boards.rekey(unit, stretch.cards, keys)
            return
