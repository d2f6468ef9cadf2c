"""What becomes of records when their pipeline is published anew: where each lands, or that it
stays where it is.

`simulate` and the migration itself ask the same functions.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.pipeline import State, Step, Version
from pipeline_gql.domain.problems import Problems, invalid, missing, not_found
from pipeline_gql.domain.structure import FIXED_PROBABILITY

STEP = "OpportunityStep"


class Policy(StrEnum):
    """Of records on a step that the new version lacks and that no mapping names."""

    MAP = "MAP"
    GRANDFATHER = "GRANDFATHER"
    BLOCK = "BLOCK"


class Obstacle(StrEnum):
    """Why a record does not come along: it keeps its version, or nothing can be published."""

    GRANDFATHERED = "GRANDFATHERED"
    UNMAPPED = "UNMAPPED"
    BLOCKED = "BLOCKED"


@dataclass(frozen=True, slots=True)
class Pair:
    """Records on the step `source` go to the step `target` of the new version, by id."""

    source: int
    target: int


@dataclass(frozen=True, slots=True)
class Placed:
    """What of a record depends on its step."""

    step_id: int
    probability: int
    probability_is_manual: bool
    actual_close_date: date | None


@dataclass(frozen=True, slots=True)
class Holding:
    """How many records stand on a step in one version, `deleted` of them deleted; `name` is the
    step's there."""

    version_id: int
    step_id: int
    name: str
    count: int
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """Where the records of a step go, checked: `mapping` holds the removed steps alone."""

    version: Version
    mapping: Mapping[int, int]
    policy: Policy

    def target(self, step_id: int) -> int | None:
        """None: records on this step keep their version."""
        if self.version.step(step_id) is not None:
            return step_id
        return self.mapping.get(step_id)

    def obstacle(self, step_id: int) -> Obstacle | None:
        """None: records on this step come along."""
        if self.version.step(step_id) is not None:
            return None
        if self.policy is Policy.BLOCK:
            return Obstacle.BLOCKED
        if self.target(step_id) is not None:
            return None
        is_kept = self.policy is Policy.GRANDFATHER
        return Obstacle.GRANDFATHERED if is_kept else Obstacle.UNMAPPED


def chosen(version: Version, pairs: Sequence[Pair], policy: Policy) -> Way:
    """A way as it is asked for, as far as it fits; `agreed` says whether it does."""
    fits = {
        pair.source: pair.target
        for pair in pairs
        if version.step(pair.source) is None and version.step(pair.target) is not None
    }
    return Way(version, fits, policy)


def agreed(
    version: Version, pairs: Sequence[Pair], policy: Policy, holdings: Iterable[Holding]
) -> Way:
    """Raises for a mapping that does not fit and, unless they may keep their version, for records
    that no mapping names; `holdings` are of records in the pipeline's other versions."""
    problems = Problems()
    mapping: dict[int, int] = {}
    for index, pair in enumerate(pairs):
        path, ref = ("mapping", index, "from_step_id"), Ref(STEP, pair.source)
        if version.step(pair.source) is not None:
            problems.add(invalid(path, "is not removed", ref))
        elif mapping.setdefault(pair.source, pair.target) != pair.target:
            problems.add(invalid(path, "is named twice", ref))
        if version.step(pair.target) is None:
            path, ref = ("mapping", index, "to_step_id"), Ref(STEP, pair.target)
            problems.add(invalid(path, "must be a step of the new version", ref))
    problems.raise_if_any()
    _check_held(problems, Way(version, mapping, policy), holdings)
    problems.raise_if_any()
    return Way(version, mapping, policy)


def require_known(steps: Collection[int], pairs: Sequence[Pair]) -> None:
    """Raises NotFound for a mapping that names other steps than a pipeline ever had."""
    problems = Problems()
    for index, pair in enumerate(pairs):
        for name, step_id in (("from_step_id", pair.source), ("to_step_id", pair.target)):
            if step_id not in steps:
                problems.add(not_found(Ref(STEP, step_id), ("mapping", index, name)))
    problems.raise_if_any()


def _check_held(problems: Problems, way: Way, holdings: Iterable[Holding]) -> None:
    held: dict[int, list[Holding]] = {}
    for each in holdings:
        if way.version.step(each.step_id) is None:
            held.setdefault(each.step_id, []).append(each)
    for step_id, found in held.items():
        match way.obstacle(step_id):
            case Obstacle.BLOCKED:
                problem = f"must not be BLOCK while {_held(found)}"
                problems.add(invalid(("policy",), problem, Ref(STEP, step_id)))
            case Obstacle.UNMAPPED:
                problems.add(missing(("mapping",), _held(found)))
            case _:
                pass


def _held(found: Sequence[Holding]) -> str:
    """Of one removed step, in words."""
    count = sum(each.count for each in found)
    deleted = sum(each.deleted for each in found)
    stand = "opportunity stands" if count == 1 else "opportunities stand"
    among = f" ({deleted:,} deleted)" if deleted else ""
    return f"{count:,} {stand} on {found[-1].name}, which is removed{among}"


def landed(before: Version, way: Way, record: Placed, today: date) -> Placed | None:
    """Where a record of the version `before` comes to stand, None if it keeps that version."""
    target = way.target(record.step_id)
    return None if target is None else put(before, way.version, record, target, today)


def put(before: Version, after: Version, record: Placed, step_id: int, today: date) -> Placed:
    """A record of one version on a step of another.

    No action runs and nothing is asked for: what becomes of it depends on its steps alone.
    """
    step = after.step(step_id)
    assert step is not None
    was, state = before.state_at(record.step_id), after.graph.state_of(step)
    return Placed(
        step_id,
        probability_of(step, state, record.probability, record.probability_is_manual),
        record.probability_is_manual and state not in FIXED_PROBABILITY,
        _closed_on(was, state, record.actual_close_date, today),
    )


def _closed_on(was: State, state: State, closed: date | None, today: date) -> date | None:
    if was is state or state is State.ARCHIVED:
        return closed
    return None if state is State.OPEN else today


def probability_of(step: Step, state: State, probability: int, is_manual: bool) -> int:
    """What a record has on a step: what was set by hand stays, where the sale is not over."""
    return probability if is_manual and state not in FIXED_PROBABILITY else step.probability
