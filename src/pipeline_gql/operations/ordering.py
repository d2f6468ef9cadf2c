"""The order of an opportunity's interests, which its lock keeps still."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.facts import whole_number
from pipeline_gql.domain.ordering import placed, require_all
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.opened import close, facts, opened
from pipeline_gql.operations.terms import Terms
from pipeline_gql.store import interests, models
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class ReorderInterests:
    """`interest_ids` are all interests of the opportunity, each once."""

    opportunity_id: int
    interest_ids: Sequence[int]
    expected_version: int | None = None


async def reorder_interests(unit: Unit, viewer: Viewer, command: ReorderInterests) -> Done:
    """The payload's interests are all of the opportunity's, in their new order."""
    opportunity = await opened(unit, viewer, command.opportunity_id, command.expected_version)
    had, wanted = await interests.order(unit, opportunity.id), list(command.interest_ids)
    require_all(had, wanted, ("interest_ids",))
    before = {**await facts(unit, opportunity), "interest_order": had}
    await interests.arrange(unit, opportunity.id, wanted)
    after = {**await facts(unit, opportunity), "interest_order": wanted}
    moved = [key for key, had_key in zip(wanted, had, strict=True) if key != had_key]
    close(
        unit, viewer, opportunity, "reorderInterests", "interests_reordered", before, after, moved
    )
    return Done({"opportunity": opportunity.id, "interests": wanted})


def require_position(position: int | None, last: int, path: Path) -> None:
    """Raises ValueInvalid unless a new interest may stand there; None is the last place."""
    if position is not None:
        whole_number(position, (*path, "position"), 1, last)


async def make_room(
    unit: Unit, opportunity_id: int, had: list[int], granted: Sequence[Terms]
) -> list[int]:
    """The positions that new interests get, one after another; those that are there give way."""
    order = had
    # Keys are positive, so that these stand for interests that have none yet.
    new = [-place for place in range(1, len(granted) + 1)]
    for key, each in zip(new, granted, strict=True):
        order = placed(order, key, each.wanted.position)
    if order[: len(had)] != had:
        await interests.arrange(unit, opportunity_id, order)
    return [order.index(key) + 1 for key in new]


async def move(
    unit: Unit, interest: models.Interest, order: list[int], position: int | None
) -> None:
    """The others, of which `order` has the ids, give way."""
    moved = placed(order, interest.id, position)
    await interests.arrange(unit, interest.opportunity_id, moved)
    await interests.by_ids(unit, interest.opportunity_id, [interest.id])
