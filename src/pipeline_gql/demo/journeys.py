"""Where an opportunity has been: a way through its pipeline, and when it took each turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from random import Random

from pipeline_gql.demo.roads import Leg, Roads
from pipeline_gql.demo.rows import Rows, moment
from pipeline_gql.domain.pipeline import State, Step

YEAR = 364
MOST_MOVES = 9
DETOUR = 0.2
"""How often somebody takes a turn that does not lead to the goal."""

REOPENED = 0.08


@dataclass(frozen=True, slots=True)
class Stop:
    """An arrival on a step; the first one has no transition."""

    step: Step
    transition: str | None
    at: datetime


def journey(rows: Rows, random: Random, roads: Roads, goal: str) -> list[Stop]:
    """Stops from an entry step to `goal`, on different working days of the last twelve months."""
    legs = _way(random, roads, goal)
    steps = roads.version.graph.step
    days = _working_days(rows)
    stays = [_days_on(random, steps[leg.step]) for leg in legs[:-1]]
    age = _age(random, is_open=goal in roads.keys(State.OPEN))
    while age + sum(stays) >= len(days):
        age, stays = age * 2 // 3, [max(1, stay * 2 // 3) for stay in stays]
    backwards = [age]
    for stay in reversed(stays):
        backwards.append(backwards[-1] + stay)
    return [
        Stop(steps[leg.step], leg.transition, _in_office_hours(random, days[ago]))
        for leg, ago in zip(legs, reversed(backwards), strict=True)
    ]


def _way(random: Random, roads: Roads, goal: str) -> list[Leg]:
    """Mostly straight; whoever ends somewhere got to some open step before."""
    while True:
        way = [Leg(_start(random, roads), None)]
        via = _waypoint(random, roads, way[0].step, goal)
        if _travel(random, roads, way, via) and _travel(random, roads, way, goal):
            return way


def _waypoint(random: Random, roads: Roads, start: str, goal: str) -> str:
    """An open step on the way to a final one; now and then a lost cause that is taken up again."""
    standing = roads.keys(State.OPEN)
    if goal not in standing:
        return random.choice(standing[standing.index(start) :])
    lost = roads.keys(State.LOST)
    return random.choice(lost) if lost and random.random() < REOPENED else goal


def _start(random: Random, roads: Roads) -> str:
    """The default entry step half of the time."""
    if random.random() < 0.5:
        return roads.version.graph.entry_step.key
    return random.choice(roads.entries())


def _travel(random: Random, roads: Roads, way: list[Leg], goal: str) -> bool:
    """Goes on from the last leg to `goal`; False when lost, or long under way."""
    distance = roads.distances(goal, way[-1].step)
    while way[-1].step != goal:
        here = way[-1].step
        if len(way) > MOST_MOVES or here not in distance:
            return False
        way.append(_turn(random, roads.legs[here], distance, here))
    return True


def _turn(random: Random, legs: list[Leg], distance: dict[str, int], here: str) -> Leg:
    known = [leg for leg in legs if leg.step in distance]
    nearer = [leg for leg in known if distance[leg.step] < distance[here]]
    aside = [leg for leg in known if leg not in nearer]
    return random.choice(aside if aside and random.random() < DETOUR else nearer)


def _days_on(random: Random, step: Step) -> int:
    """Working days on a step: about what is expected of it, sometimes much more."""
    expected = step.expected_days or 14
    return max(1, round(random.lognormvariate(log(expected * 5 / 7), 0.6)))


def _age(random: Random, *, is_open: bool) -> int:
    """Working days since the last arrival."""
    if is_open:
        return min(120, int(random.expovariate(1 / 18)))
    return random.randrange(245)


def _working_days(rows: Rows) -> list[datetime]:
    """The last twelve months without weekends, latest first."""
    days = (rows.day(-ago) for ago in range(1, YEAR))
    return [moment(day, 8, 0) for day in days if day.weekday() < 5]


def _in_office_hours(random: Random, opening: datetime) -> datetime:
    return opening + timedelta(seconds=random.randrange(9 * 3600))
