"""What publishing a version would do to a pipeline's records, told before it is done.

The same functions say where records land here and in the migration, so the counts are equal.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_gql.domain.migrating import STEP, Way
from pipeline_gql.domain.pipeline import State, Step, Version

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """Records of one currency on a step of a version: `count` are all, `deleted` of them deleted.
    Sums, in ten-thousandths and weighted as they are and as they would be where they land, and
    `sample`, a few of them, are of the others."""

    version_id: int
    step_id: int
    currency: str
    count: int
    deleted: int
    value: int
    weighted: int
    weighted_then: int
    sample: tuple[int, ...]

    @property
    def at(self) -> tuple[int, int]:
        return self.version_id, self.step_id

    @property
    def live(self) -> int:
        return self.count - self.deleted


@dataclass(frozen=True, slots=True)
class Walk:
    """How often records went from one step to another."""

    source: int
    target: int
    count: int


@dataclass(slots=True)
class Sums:
    """Of one currency."""

    open_count: int = 0
    open_value: int = 0
    weighted: int = 0
    won_count: int = 0
    won_value: int = 0

    def add(self, state: State, count: int, value: int, weighted: int) -> None:
        if state is State.OPEN:
            self.open_count += count
            self.open_value += value
            self.weighted += weighted
        elif state is State.WON:
            self.won_count += count
            self.won_value += value


@dataclass(slots=True)
class Removed:
    """Records on a step that is removed, `deleted` of them deleted; `target` is where they go,
    None if nowhere."""

    step_id: int
    name: str
    target: int | None
    count: int = 0
    deleted: int = 0
    values: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Replay:
    """Moves that were made, made again: `dropped` lead from a step to itself by now."""

    moves: int
    dropped: int
    blocked: tuple[Walk, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    moved: int
    kept: int
    stayed: int
    removed: tuple[Removed, ...]
    forecast: Mapping[str, tuple[Sums, Sums]]
    """By currency, now and then."""
    replay: Replay


def simulated(
    way: Way,
    versions: Mapping[int, Version],
    standings: Sequence[Standing],
    walks: Sequence[Walk],
) -> Simulation:
    """`versions` are those in which records stand and the one that is in force."""
    counts = {"moved": 0, "kept": 0, "stayed": 0}
    for each in standings:
        target = way.target(each.step_id)
        fate = "stayed" if target is None else "kept" if target == each.step_id else "moved"
        counts[fate] += each.count
    return Simulation(
        **counts,
        removed=_removed(way, versions, standings),
        forecast=_forecast(way, versions, standings),
        replay=_replayed(way, versions, walks),
    )


def _removed(
    way: Way, versions: Mapping[int, Version], standings: Iterable[Standing]
) -> tuple[Removed, ...]:
    found: dict[int, Removed] = {}
    for each in standings:
        if way.version.step(each.step_id) is None:
            step = _step(versions[each.version_id], each.step_id)
            target = way.target(each.step_id)
            removed = found.setdefault(each.step_id, Removed(each.step_id, step.name, target))
            removed.count += each.count
            removed.deleted += each.deleted
            value = removed.values.get(each.currency, 0) + each.value
            removed.values[each.currency] = value
    return tuple(found[key] for key in sorted(found))


def _step(version: Version, step_id: int) -> Step:
    step = version.step(step_id)
    assert step is not None, f"{STEP} {step_id}"
    return step


def possible(version: Version, step_id: int) -> set[int]:
    """The other steps that one move reaches, whatever it asks for."""
    here = _step(version, step_id).key
    return {version.step_ids[key] for key in version.graph.next_steps(here)}


def _forecast(
    way: Way, versions: Mapping[int, Version], standings: Iterable[Standing]
) -> Mapping[str, tuple[Sums, Sums]]:
    found: dict[str, tuple[Sums, Sums]] = defaultdict(lambda: (Sums(), Sums()))
    for each in (each for each in standings if each.live):
        now, then = found[each.currency]
        state = versions[each.version_id].state_at(each.step_id)
        target = way.target(each.step_id)
        landed = state if target is None else way.version.state_at(target)
        now.add(state, each.live, each.value, each.weighted)
        then.add(landed, each.live, each.value, each.weighted_then)
    return {currency: found[currency] for currency in sorted(found)}


def _replayed(way: Way, versions: Mapping[int, Version], walks: Iterable[Walk]) -> Replay:
    """Moves from or to a step that was removed before are no longer made in any case."""
    moves = dropped = 0
    blocked: dict[tuple[int, int], int] = {}
    known = {step_id for version in versions.values() for step_id in version.step_ids.values()}
    for walk in walks:
        if not {walk.source, walk.target} <= known:
            continue
        moves += walk.count
        source, target = way.target(walk.source), way.target(walk.target)
        if source == target and source is not None:
            dropped += walk.count
        elif source is None or target is None or target not in possible(way.version, source):
            ends = walk.source, walk.target
            blocked[ends] = blocked.get(ends, 0) + walk.count
    worst = sorted(blocked.items(), key=lambda each: (-each[1], each[0]))
    listed = tuple(Walk(*ends, count) for ends, count in worst[:MOST_LISTED])
    return Replay(moves, dropped, listed)
