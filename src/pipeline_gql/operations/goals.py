"""What users, teams and the organisation are to win in a period."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pipeline_gql.domain import text
from pipeline_gql.domain.choices import flag, one_of
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.facts import optional_date, whole_number
from pipeline_gql.domain.goals import Metric, Period, check_target, last_day, target_units
from pipeline_gql.domain.money import currency_code
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun, reference
from pipeline_gql.store import models, references
from pipeline_gql.store.database import Unit


def _day(value: object, path: Path) -> date:
    day = optional_date(value, path)
    if day is None:
        raise missing(path)
    return day


def _currency(value: object, path: Path) -> str | None:
    return None if value is None else currency_code(value, path)


def _count(value: object, path: Path) -> int | None:
    return None if value is None else whole_number(value, path, 1)


def _fits_together(goal: models.Goal) -> None:
    problems = Problems()
    if goal.user_id is not None and goal.team_id is not None:
        problem = "must be absent where userId is given: a goal is of a user or of a team"
        problems.add(invalid(("team_id",), problem))
    if goal.end_date < goal.start_date:
        problems.add(invalid(("end_date",), "must not be before startDate", goal.end_date))
    metric = Metric(goal.metric)
    check_target(metric, goal.target_amount, goal.currency, goal.target_count, problems)
    problems.raise_if_any()


GOAL = Noun(
    models.Goal,
    Permission.ORGANISE,
    "goal",
    {
        "name": Field("name", text.optional_text),
        "metric": Field("metric", one_of(*Metric)),
        "user_id": reference("user_id", models.User),
        "team_id": reference("team_id", models.Team),
        "pipeline_id": reference("pipeline_id", models.Pipeline),
        "start_date": Field("start_date", _day),
        "end_date": Field("end_date", _day),
        "target_amount": Field("target_amount", target_units),
        "financial_unit_id": Field("currency", _currency),
        "target_count": Field("target_count", _count),
        "is_archived": Field("is_archived", flag),
    },
    required=frozenset({"metric", "start_date", "end_date"}),
    whole=_fits_together,
)


@dataclass(frozen=True, slots=True)
class CreateGoal:
    """`period` says the last day instead of `end_date`."""

    metric: str | None = None
    name: str | None = None
    user_id: int | None = None
    team_id: int | None = None
    pipeline_id: int | None = None
    start_date: date | None = None
    end_date: date | None = None
    period: str | None = None
    target_amount: Decimal | None = None
    financial_unit_id: str | None = None
    target_count: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateGoal:
    """`changes` holds what was sent, under the names of `CreateGoal`; None clears."""

    goal_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ArchiveGoal:
    goal_id: int
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateGoal) -> Done:
    """Of the organisation's currency where none is named."""
    viewer.require(GOAL.permission, "create", "Goal")
    if command.period is not None:
        end = _last_day(command.period, command.start_date, command.end_date)
        command = replace(command, end_date=end, period=None)
    if command.metric == Metric.REVENUE and command.financial_unit_id is None:
        usual = await references.currency_of(unit, None)
        command = replace(command, financial_unit_id=usual)
    return Done({"goal": await keeping.create(unit, viewer, GOAL, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateGoal) -> Done:
    viewer.require(GOAL.permission, "change", "Goal")
    changes = {name: value for name, value in command.changes.items() if name != "period"}
    period = command.changes.get("period")
    if period is not None:
        start, end = changes.get("start_date"), changes.get("end_date")
        changes["end_date"] = _last_day(period, start, end)
    key = command.goal_id
    await keeping.update(unit, viewer, GOAL, key, changes, command.expected_version)
    return Done({"goal": key})


def _last_day(period: object, start: object, end: object) -> date:
    if end is not None:
        raise invalid(("period",), "must be absent where endDate is given", period)
    begins = optional_date(start, ("start_date",))
    if begins is None:
        raise missing(("start_date",), "the period begins there")
    return last_day(begins, Period(str(period)))


async def archive(unit: Unit, viewer: Viewer, command: ArchiveGoal) -> Done:
    """Nobody is told any more that it is reached."""
    return await _archived(unit, viewer, command, "archive")


async def restore(unit: Unit, viewer: Viewer, command: ArchiveGoal) -> Done:
    return await _archived(unit, viewer, command, "restore")


async def _archived(unit: Unit, viewer: Viewer, command: ArchiveGoal, verb: str) -> Done:
    key, changes = command.goal_id, {"is_archived": verb == "archive"}
    await keeping.update(unit, viewer, GOAL, key, changes, command.expected_version, verb)
    return Done({"goal": key})
