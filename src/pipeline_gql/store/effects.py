"""What was written in a unit: the rows that came, the events, the opportunities before and after.

It is noted while the session writes, so that no operation has to tell of it.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from pipeline_gql.domain.deltas import Prospect
from pipeline_gql.domain.errors import Ref
from pipeline_gql.store import models, pipelines
from pipeline_gql.store.database import Unit
from pipeline_gql.store.reads.registry import NODES, SHAPES

_IDENTITIES: Final[Mapping[Any, str]] = {
    models.Step: "OpportunityStep",
    models.Stage: "OpportunityStage",
}
"""The tables of records whose shapes have a table with a row for each version of them."""
_REMEMBERING: Final = (models.StepVersion, models.StageVersion, models.StepStay)
_TYPES: Final[Mapping[Any, str]] = {
    **{SHAPES[type].table: type for type in NODES},
    **dict.fromkeys(_REMEMBERING, ""),
    **_IDENTITIES,
}
_ASKED: Final = ("version_id", "step_id", "currency", "grand_total", "probability", "deleted_at")
_Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Created:
    """A new record; `type` is the concrete one, of which an interface's records are."""

    ref: Ref
    type: str


class Effects:
    """Of all that is flushed while it watches; `new` are the rows in the order in which they were
    written."""

    def __init__(self, unit: Unit) -> None:
        self.new: list[models.Base] = []
        self._unit = unit
        self._before: dict[int, tuple[models.Opportunity, _Facts | None]] = {}

    @property
    def created(self) -> Sequence[Created]:
        return [made for row in self.new if (made := _created(row))]

    @property
    def events(self) -> Sequence[models.Outbox]:
        return [row for row in self.new if isinstance(row, models.Outbox)]

    async def prospects(self) -> list[tuple[Prospect | None, Prospect | None]]:
        """The opportunities that were written, as they were and as they are."""
        return [
            (await self._prospect(before), await self._prospect(_facts(row, {})))
            for row, before in self._before.values()
        ]

    async def _prospect(self, facts: _Facts | None) -> Prospect | None:
        if facts is None or facts["deleted_at"] is not None:
            return None
        version = await pipelines.version(self._unit, facts["version_id"])
        state = version.state_at(facts["step_id"])
        return Prospect(state, facts["currency"], facts["grand_total"], facts["probability"])

    def note_changed(self, session: Session, *_: object) -> None:
        for row in session.dirty:
            if isinstance(row, models.Opportunity) and id(row) not in self._before:
                self._before[id(row)] = (row, _facts(row, inspect(row).committed_state))

    def note_new(self, session: Session, *_: object) -> None:
        for row in session.new:
            self.new.append(row)
            if isinstance(row, models.Opportunity):
                self._before[id(row)] = (row, None)


@contextmanager
def watching(unit: Unit) -> Generator[Effects]:
    """What is written inside is noted; flush before it is asked for."""
    effects, session = Effects(unit), unit.session.sync_session
    event.listen(session, "before_flush", effects.note_changed)
    event.listen(session, "after_flush", effects.note_new)
    try:
        yield effects
    finally:
        event.remove(session, "before_flush", effects.note_changed)
        event.remove(session, "after_flush", effects.note_new)


def _created(row: models.Base) -> Created | None:
    """None for a row that is no record, or none any more."""
    type = _TYPES.get(row.__class__)
    if not type or not inspect(row).persistent:
        return None
    shape = SHAPES[type]
    key = "id" if row.__class__ in _IDENTITIES else shape.key
    column, types = shape.variants or ("", {})
    concrete = types[getattr(row, column)] if column else type
    return Created(Ref(type, getattr(row, key)), concrete)


def _facts(row: models.Opportunity, earlier: Any) -> _Facts:
    """As `earlier` has them, else as they are; a column that was never set is null."""
    now = inspect(row).dict
    return {name: earlier.get(name, now.get(name)) for name in _ASKED}
