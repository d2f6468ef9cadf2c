"""The moves that a publication takes away, counted: place by place, or record by record where what
a record holds decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline_gql.domain.edges import Edge
from pipeline_gql.domain.errors import Code
from pipeline_gql.domain.migrating import Way
from pipeline_gql.domain.money import SCALE
from pipeline_gql.domain.passages import Cause, Judge, Passage, Place
from pipeline_gql.domain.pipeline import Transition, Version
from pipeline_gql.domain.rules import Rule
from pipeline_gql.domain.simulating import Standing
from pipeline_gql.domain.standing import Standing as Record

SAMPLE = 5

At = tuple[int, int]
"""A version and a step."""
Key = tuple[int, int, str, str, str]


@dataclass(slots=True)
class Blocked:
    """A move that is possible now and would not be, for one reason; its ends are where it leads
    now. `now` and `then` are its transitions, None where there is none."""

    source: int
    target: int
    now: Transition | None
    then: Transition | None
    cause: Cause
    count: int = 0
    values: dict[str, int] = field(default_factory=dict[str, int])
    sample: tuple[int, ...] = ()

    def add(self, count: int, currency: str, value: int, sample: Iterable[int]) -> None:
        self.count += count
        self.values[currency] = self.values.get(currency, 0) + value
        self.sample = tuple(sorted({*self.sample, *sample})[:SAMPLE])


class Losses:
    """`versions` are those in which records stand; `current` is the one in force."""

    def __init__(self, way: Way, versions: Mapping[int, Version], current: Version | None) -> None:
        self._places: dict[At, Place] = {}
        self._way = way
        self._versions = {
            id: version if current is None else version.followed_by(current)
            for id, version in versions.items()
        }
        self._found: dict[Key, Blocked] = {}

    def place(self, at: At) -> Place:
        version_id, step_id = at
        if at not in self._places:
            self._places[at] = Place(self._versions[version_id], step_id, self._way)
        return self._places[at]

    def add_all(self, them: Standing) -> None:
        """What the records of a place lose, all of them."""
        place = self.place(them.at)
        for passage in place.lost if them.live else ():
            assert isinstance(passage.then, Code)
            blocked = self._blocked(place, passage, passage.then)
            blocked.add(them.live, them.currency, them.value, them.sample)

    def add(self, judge: Judge, version_id: int, record: Record) -> None:
        """A record of a place where what it holds decides."""
        place = self.place((version_id, record.step_id))
        for passage, cause in judge.losses(place, record):
            blocked = self._blocked(place, passage, cause)
            blocked.add(1, record.currency, _value(record), (record.id,))

    def _blocked(self, place: Place, passage: Passage, cause: Cause) -> Blocked:
        then = passage.then.transition if isinstance(passage.then, Edge) else None
        blocked = Blocked(place.step_id, passage.target, passage.now.transition, then, cause)
        return self._found.setdefault(_key(blocked), blocked)

    def told(self) -> tuple[Blocked, ...]:
        """Those of most records first."""
        found = [self._found[key] for key in sorted(self._found)]
        return tuple(sorted(found, key=lambda each: -each.count))


def _key(it: Blocked) -> Key:
    why = it.cause.id if isinstance(it.cause, Rule) else str(it.cause)
    return it.source, it.target, it.now.key if it.now else "", type(it.cause).__name__, why


def _value(record: Record) -> int:
    value = record.fields["grandTotal"]
    assert isinstance(value, Decimal)
    return int(value * SCALE)
