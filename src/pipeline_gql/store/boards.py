"""The manual order of the opportunities on a step, by `board_key`; nobody sees the keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Text, cast, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store import models
from pipeline_gql.store.conditions import undeleted, visible
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an opportunity stands."""

    id: int
    step_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbours of one column in their order, by id and key, and the keys just outside."""

    low: str | None
    cards: Sequence[tuple[int, str]]
    high: str | None


async def spot(unit: Unit, viewer: Viewer, opportunity_id: int) -> Spot | None:
    """None for an opportunity that the viewer does not see."""
    entity = models.Opportunity
    if not is_key(opportunity_id):
        return None
    found = await unit.session.execute(
        select(entity.id, entity.step_id, entity.board_key).where(
            entity.org_id == unit.org_id,
            entity.id == opportunity_id,
            undeleted(entity),
            visible(entity, unit.org_id, viewer.user_id, viewer.sight),
        )
    )
    row = found.first()
    return None if row is None else Spot(*row)


async def key_of(unit: Unit, opportunity_id: int) -> str:
    """The key of an opportunity that is there."""
    entity = models.Opportunity
    own = select(entity.board_key).where(entity.org_id == unit.org_id, entity.id == opportunity_id)
    return (await unit.session.scalars(own)).one()


async def next_to(
    unit: Unit, row: models.Opportunity, key: str | None, *, after: bool = True
) -> str | None:
    """The key that follows in the column of `row`, or precedes, its own left out; the first one
    of all where `key` is None. Whoever asks, what they do not see counts too."""
    limit = _toward(unit, row, key, after=after).limit(1)
    return (await unit.session.execute(limit)).scalar()


async def around(unit: Unit, row: models.Opportunity, key: str, reach: int | None) -> Stretch:
    """As many cards as `reach` on either side of a key, all without one; not `row` itself."""
    more = None if reach is None else reach + 1
    entity = models.Opportunity
    lists: list[list[tuple[int, str]]] = []
    for after in (False, True):
        asked = _toward(unit, row, key, after=after, at=not after).add_columns(entity.id)
        found: Any = await unit.session.execute(asked.limit(more))
        lists.append([(id, there) for there, id in found])
    before, behind = lists
    low = before[reach][1] if reach is not None and len(before) > reach else None
    high = behind[reach][1] if reach is not None and len(behind) > reach else None
    return Stretch(low, [*reversed(before[:reach]), *behind[:reach]], high)


async def rekey(unit: Unit, cards: Sequence[tuple[int, str]], keys: Sequence[str]) -> None:
    """Gives cards new keys; one that was moved meanwhile keeps the key it has by then."""
    entity = models.Opportunity
    ids = [id for id, _ in cards]
    # Oldest id first: two requests that lock the same rows must meet in the same order.
    await unit.session.execute(
        select(entity.id)
        .where(entity.org_id == unit.org_id, entity.id == func.any(cast(ids, ARRAY(BigInteger))))
        .order_by(entity.id)
        .with_for_update(key_share=True, of=entity)
    )
    wanted: Any = func.unnest(
        cast(ids, ARRAY(BigInteger)),
        cast([key for _, key in cards], ARRAY(Text)),
        cast(list(keys), ARRAY(Text)),
    )
    wanted = wanted.table_valued("id", "old", "new").render_derived(name="wanted")
    await unit.session.execute(
        update(entity)
        .where(
            entity.org_id == unit.org_id,
            entity.id == wanted.c.id,
            entity.board_key == wanted.c.old,
        )
        .values(board_place=wanted.c.new)
        .execution_options(synchronize_session=False)
    )


def _toward(
    unit: Unit, row: models.Opportunity, key: str | None, *, after: bool, at: bool = False
) -> Any:
    """The keys of the others in the column, from one on in either direction."""
    entity = models.Opportunity
    column: Any = entity.board_key
    found = select(column).where(
        entity.org_id == unit.org_id,
        entity.step_id == row.step_id,
        entity.id != row.id,
        undeleted(entity),
    )
    if key is not None:
        beyond = column > key if after else column < key
        found = found.where(beyond | (column == key) if at else beyond)
    order = (column, entity.id) if after else (column.desc(), entity.id.desc())
    return found.order_by(*order)
