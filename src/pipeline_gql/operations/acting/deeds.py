"""What an action is given, and what it hands back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_gql.domain.actions import ActionType, Outcome
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done, Key
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

Objects = Mapping[str, Key | Sequence[Key]]
"""What was written, by the payload's object."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What one action did, or (SKIPPED) why there was nothing to do."""

    outcome: Outcome
    message: str
    objects: Objects = field(default_factory=dict[str, Key | Sequence[Key]])
    written: tuple[Ref, ...] = ()


def did(message: str, objects: Objects | None = None, *written: Ref) -> Deed:
    return Deed(Outcome.DONE, message, objects or {}, written)


def skipped(message: str) -> Deed:
    return Deed(Outcome.SKIPPED, message)


@dataclass(slots=True)
class Results:
    """What a move wrote, and what its actions did, in their order; of each kind of object the
    first counts."""

    objects: dict[str, Key | Sequence[Key]]
    acted: list[Mapping[str, object]] = field(default_factory=list[Mapping[str, object]])

    def add(self, type: ActionType, deed: Deed) -> None:
        told = {"type": type.name, "outcome": deed.outcome.value, "message": deed.message}
        self.acted.append({**told, "written": [encode(ref) for ref in deed.written]})
        for name, keys in deed.objects.items():
            self.objects.setdefault(name, keys)

    def done(self, *, is_moved: bool) -> Done:
        return Done(self.objects, told={"actions": self.acted} if is_moved else {})


@dataclass(frozen=True, slots=True)
class Acting:
    """A move under way: `row` is locked, stands where it goes, and is recorded when all is done."""

    unit: Unit
    viewer: Viewer
    row: models.Opportunity
    results: Results

    @property
    def told(self) -> dict[str, object]:
        """What an event of something that hangs on the opportunity says of it."""
        return {"opportunity": self.row.id}
