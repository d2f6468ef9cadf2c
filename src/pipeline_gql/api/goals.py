"""`goal { … }`."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    chosen,
    currency,
    demanded,
    key,
    member,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.types.goals import GoalMetric, GoalPeriod
from pipeline_gql.api.usual import acting, creating, updating
from pipeline_gql.api.verbs import verb
from pipeline_gql.operations import goals


@strawberry.input(description="The fields of a goal that may be left out.")
class GoalFields:
    name: str | None = optional("What it is called.")
    user_id: strawberry.ID | None = optional(
        "The user whose goal it is; without user and team it is the whole organisation's."
    )
    team_id: strawberry.ID | None = optional("The team whose goal it is, instead of a user.")
    pipeline_id: strawberry.ID | None = optional(
        "The pipeline whose opportunities count; those of all count unless given."
    )
    target_amount: Decimal | None = optional(
        "What is to be won: more than 0, needed if the metric is REVENUE."
    )
    target_count: int | None = optional(
        "How many are to be won: at least 1, needed if the metric is COUNT."
    )
    end_date: date | None = optional("The last day, not before the first.")
    period: Any = chosen(
        GoalPeriod,
        "Instead of endDate, how long it is; then startDate is given too, as the first day of a "
        "month.",
    )


@strawberry.input(description="A new goal. One of endDate and period is needed.")
class GoalCreateInput(GoalFields, WriteInput):
    metric: Any = demanded(GoalMetric, "What is added up.")
    start_date: date = needed("The first day.")
    financial_unit_id: str | None = optional(
        "The currency of targetAmount: a code such as USD, or its id; the organisation's unless "
        "given."
    )


@strawberry.input(description="Which goal.")
class GoalChangeInput(ChangeInput):
    goal_id: strawberry.ID | None = optional("The goal to change.")
    id: strawberry.ID | None = optional("The same as goalId.")


@strawberry.input(description="Changes of a goal: absent is untouched, null is cleared.")
class GoalUpdateInput(GoalFields, GoalChangeInput):
    start_date: date | None = optional("The first day.")
    financial_unit_id: str | None = optional(
        "The currency of targetAmount: a code such as USD, or its id."
    )


@strawberry.input(description="The goal that is pursued no more.")
class GoalArchiveInput(GoalChangeInput):
    pass


@strawberry.input(description="The archived goal that is pursued again.")
class GoalRestoreInput(GoalChangeInput):
    pass


@strawberry.type(description="What a mutation of a goal answers.")
class GoalPayload(Payload):
    goal: Any = of("Goal", "goals", "goal")


FIELDS: Fields = {
    "name": plain,
    "user_id": key("User"),
    "team_id": key("Team"),
    "pipeline_id": key("Pipeline"),
    "target_amount": plain,
    "target_count": plain,
    "financial_unit_id": currency,
    "start_date": plain,
    "end_date": plain,
    "period": member,
}


create = creating(goals.CreateGoal, goals.create, {**FIELDS, "metric": member})
update = updating("Goal", goals.UpdateGoal, goals.update, FIELDS)
archive = acting("Goal", goals.ArchiveGoal, goals.archive)
restore = acting("Goal", goals.ArchiveGoal, goals.restore)


@strawberry.type(description="What can be done to goals, by managers and administrators.")
class GoalMutations:
    create: Any = verb(GoalCreateInput, GoalPayload, create, "Sets a goal.")
    update: Any = verb(GoalUpdateInput, GoalPayload, update, "Changes a goal.")
    archive: Any = verb(
        GoalArchiveInput,
        GoalPayload,
        archive,
        "Puts a goal aside: nobody is told any more that it was reached.",
    )
    restore: Any = verb(GoalRestoreInput, GoalPayload, restore, "Undoes archive.")
