"""Telling of goals that were reached: whose goal it is, once for each goal."""

from collections.abc import Sequence

from pipeline_gql.domain.goals import Metric, reached
from pipeline_gql.domain.notices import Happening, Kind, Notice
from pipeline_gql.store import goals, models
from pipeline_gql.store.database import Unit


async def tell_of_reached(unit: Unit, happenings: Sequence[Happening]) -> list[Notice]:
    """What may bring a goal about: something of an opportunity, of the goal or of its team."""
    concerned: dict[str, set[int]] = {"Opportunity": set(), "Goal": set(), "Team": set()}
    for each in happenings:
        if each.aggregate in concerned and each.key.isdecimal():
            concerned[each.aggregate].add(int(each.key))
    if not any(concerned.values()):
        return []
    notices: list[Notice] = []
    for goal in await goals.newly_reached(unit, *concerned.values()):
        title, text = _told(goal)
        notices += [
            Notice(user, Kind.GOAL_REACHED, f"goal:{goal.id}", title=title, text=text)
            for user in await goals.pursuers(unit, goal)
        ]
    return notices


def _told(goal: models.Goal) -> tuple[str, str]:
    target = goal.target_amount if goal.metric == Metric.REVENUE else goal.target_count
    assert target is not None
    return reached(goal.name, target, goal.currency, goal.start_date, goal.end_date)
