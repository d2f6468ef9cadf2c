"""The moves of a step before a publication and after it, and which of them a record loses.

It is the decision of `moves` without anybody who asks: what nobody can know before somebody moves
the record (who that is, what they say) counts as in order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from pipeline_gql.domain import edges
from pipeline_gql.domain.edges import Edge, Target
from pipeline_gql.domain.errors import Code, Refusal, Refused
from pipeline_gql.domain.facts import after, day_of
from pipeline_gql.domain.fields import FIELDS, KEPT_AT_ENTRY
from pipeline_gql.domain.migrating import Placed, Way, put
from pipeline_gql.domain.moves import lacks
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.rules import Case, Inputs, Phase, Rule
from pipeline_gql.domain.ruling.foreseeing import foreseen, looked_at
from pipeline_gql.domain.ruling.nesting import leaves
from pipeline_gql.domain.ruling.surroundings import VisitedCheck
from pipeline_gql.domain.standing import Part, Standing, Visit
from pipeline_gql.domain.viewer import Viewer

Demand = str | Rule
"""Of a transition: a required attribute or field, or a rule."""
Cause = Demand | Code
"""Why a move is lost: a demand that is not met, or there is no way any more."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A move to the step `target`, as `progress` makes it by the step: along which edge now, and
    along which then, or why along none."""

    target: int
    now: Edge
    then: Edge | Code


@dataclass(frozen=True)
class Place:
    """A step in a version that is no more to be, and where its records land; `version` knows what
    is in force now."""

    version: Version
    step_id: int
    way: Way

    @property
    def landing(self) -> int | None:
        return self.way.target(self.step_id)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The moves that can be lost: those that are possible now and still mean something."""
        return tuple(self._passages())

    @cached_property
    def lost(self) -> tuple[Passage, ...]:
        """Those that every record on it loses, whatever it is."""
        return tuple(
            each for each in self.passages if isinstance(each.then, Code) and not demands(each.now)
        )

    @cached_property
    def doubtful(self) -> tuple[Passage, ...]:
        """Those that depend on the record, and for which the publication makes a difference."""
        return tuple(each for each in self.passages if self._is_doubtful(each))

    @cached_property
    def parts(self) -> frozenset[Part]:
        """What must be known of a record to say which of these it loses."""
        ends = [end for each in self.doubtful for end in (each.now, each.then)]
        asked = [demand for end in ends if isinstance(end, Edge) for demand in demands(end)]
        return frozenset(part for demand in asked for part in _parts(demand))

    def _passages(self) -> Iterator[Passage]:
        here = self.version.step(self.step_id)
        assert here is not None
        for key in dict.fromkeys((here.key, *self.version.graph.next_steps(here.key))):
            target = self.version.step_ids[key]
            now = _edge(self.version, self.step_id, target)
            if isinstance(now, Edge) and not self._leads_nowhere(target):
                yield Passage(target, now, self._then(target))

    def _leads_nowhere(self, target: int) -> bool:
        """From a step to itself, now that steps are mapped; a loop of a step that stays is one."""
        is_loop = target == self.step_id == self.landing
        return not is_loop and self.landing == self.way.target(target) and self.landing is not None

    def _then(self, target: int) -> Edge | Code:
        if self.landing is None:
            return _edge(self.version.followed_by(self.way.version), self.step_id, target)
        there = self.way.target(target)
        if there is None:
            return Code.STEP_RETIRED
        return _edge(self.way.version, self.landing, there)

    def _is_doubtful(self, passage: Passage) -> bool:
        if isinstance(passage.then, Code):
            return bool(demands(passage.now))
        known = [_meaning(each) for each in demands(passage.now)]
        asked = demands(passage.then)
        if any(_meaning(each) not in known for each in asked):
            return True
        return bool(asked) and self.landing is not None and self._shifts(passage.then)

    @cached_property
    def changes(self) -> bool:
        """Whether a record is another once it has landed."""
        if self.landing is None:
            return False
        was, step = self.version.step(self.step_id), self.way.version.step(self.landing)
        assert was is not None
        assert step is not None
        state = self.way.version.graph.state_of(step)
        is_same = was.probability == step.probability
        is_same = is_same and self.version.graph.state_of(was) is state
        return not is_same or self.landing != self.step_id

    def _shifts(self, then: Edge) -> bool:
        """Whether what is asked of a record may be answered otherwise once it has landed."""
        if self.changes:
            return True
        known, to_be = self.version.step_ids, self.way.version.step_ids
        return any(known.get(key) != to_be.get(key) for key in _visited(then))


def _edge(version: Version, here: int, there: int) -> Edge | Code:
    try:
        edge = edges.found(version, here, Target(there))
    except (Refusal, Refused) as refused:
        return refused.refusals[0].code
    assert edge is not None
    return edge


def demands(edge: Edge) -> tuple[Demand, ...]:
    """All that a move along it asks for."""
    transition = edge.transition
    return () if transition is None else (*transition.required_attributes, *transition.rules)


def _parts(demand: Demand) -> frozenset[Part]:
    if isinstance(demand, Rule):
        return looked_at(demand.test)
    return frozenset() if demand in FIELDS else frozenset({Part.ATTRIBUTES})


def _meaning(demand: Demand) -> object:
    """A rule that is only called or told otherwise asks for nothing new."""
    return demand if isinstance(demand, str) else (demand.phase, demand.test)


def _visited(edge: Edge) -> Iterator[str]:
    for rule in edge.transition.rules if edge.transition else ():
        for check in leaves(rule.test):
            if isinstance(check, VisitedCheck):
                yield check.step


def unmet(case: Case, edge: Edge) -> Iterator[Demand]:
    """What surely stands against a move along an edge, of all phases; the case brings nothing."""
    for demand in demands(edge):
        if isinstance(demand, str):
            if lacks(case, demand):
                yield demand
        elif foreseen(demand.test, _in(demand.phase, case)) is False:
            yield demand


def _in(phase: Phase, case: Case) -> Case:
    return case if case.phase is phase else replace(case, phase=phase)


@dataclass(frozen=True, slots=True)
class Judge:
    """`viewer` lends the time zone, and `now` is when all is judged."""

    viewer: Viewer
    now: datetime

    def losses(self, place: Place, standing: Standing) -> Iterator[tuple[Passage, Cause]]:
        """The doubtful moves that a record has and would not have, each with every reason."""
        now = self._case(standing, place.version.step_ids)
        then = self._case(*self._landed(place, standing))
        for passage in place.doubtful:
            if any(True for _ in unmet(now, passage.now)):
                continue
            if isinstance(passage.then, Code):
                yield passage, passage.then
            else:
                yield from ((passage, demand) for demand in unmet(then, passage.then))

    def _case(self, standing: Standing, step_ids: Mapping[str, int]) -> Case:
        return Case(standing, self.viewer, Inputs(), self.now, step_ids)

    def _landed(self, place: Place, it: Standing) -> tuple[Standing, Mapping[str, int]]:
        """A record as the migration leaves it, and the steps that it knows then."""
        landing = place.landing
        if landing is None:
            return it, place.version.step_ids
        if not place.changes:
            return it, place.way.version.step_ids
        was = Placed(it.step_id, it.probability, it.probability_is_manual, it.actual_close_date)
        today = day_of(self.now, self.viewer.time_zone)
        landed = _on(it, put(place.version, place.way.version, was, landing, today))
        if landing != it.step_id:
            landed = _entered(landed, after(self.now, it.entered_at))
        return landed, place.way.version.step_ids


def _on(it: Standing, placed: Placed) -> Standing:
    told = {"probability": placed.probability, "actualCloseDate": placed.actual_close_date}
    return replace(
        it,
        step_id=placed.step_id,
        probability=placed.probability,
        probability_is_manual=placed.probability_is_manual,
        actual_close_date=placed.actual_close_date,
        fields={**it.fields, **told},
    )


def _entered(it: Standing, at: datetime) -> Standing:
    """With the stay that the migration begins."""
    entry = {name: it.fields[name] for name in KEPT_AT_ENTRY}
    visits = (*it.visits, Visit(it.step_id, None, None))
    return replace(it, entered_at=at, at_entry=entry, visits=visits)
