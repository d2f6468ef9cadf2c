"""What a simulation of a publication answers."""

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.payloads import MutationError, MutationErrorCode, RefusalRule
from pipeline_gql.api.types.node import told, typed
from pipeline_gql.domain.simulating import MOST_LISTED


@strawberry.type(description="A worth in one currency.")
class SimulatedValue:
    currency: str = told("The ISO 4217 code of the currency.")
    value: Decimal = told("What the opportunities are worth.")


@strawberry.type(description="A step, by whichever version had it last.")
class SimulatedStep:
    id: strawberry.ID = told("The step's id.")
    name: str = told("The step's name.")


@strawberry.type(description="Opportunities on a step that the version lacks.")
class SimulatedRemoval:
    step: SimulatedStep = told("The step where they stand.")
    target: SimulatedStep | None = told("Where they go; null if the mapping does not say.")
    count: int = told("How many there are, deleted ones included, which come along.")
    deleted: int = told("How many of them are deleted.")
    values: list[SimulatedValue] = told("What the others are worth, an entry for each currency.")


@strawberry.enum(description="Why an opportunity does not come along.")
class MigrationObstacle(Enum):
    GRANDFATHERED = strawberry.enum_value(
        "GRANDFATHERED",
        description="No mapping names its step, so that it keeps its version until it leaves.",
    )
    UNMAPPED = strawberry.enum_value(
        "UNMAPPED", description="No mapping names its step, so that nothing can be published."
    )
    BLOCKED = strawberry.enum_value(
        "BLOCKED", description="The policy BLOCK allows nobody on its step."
    )


@strawberry.type(description="An opportunity that does not come along.")
class SimulatedFailure:
    opportunity: strawberry.ID = told("The opportunity's id.")
    is_deleted: bool = told("Whether it is deleted.")
    step: SimulatedStep = told("The step where it stands, which the version lacks.")
    reason: MigrationObstacle = told("Why it does not come along.")


@strawberry.type(description="A transition of some version.")
class SimulatedTransition:
    key: str = told("The transition's key.")
    name: str = told("The transition's name.")


@strawberry.type(
    description="A move that is possible now and would be refused, and one reason for it."
)
class SimulatedBlock:
    from_step: SimulatedStep = told("Where the opportunities stand now.")
    to_step: SimulatedStep = told("Where they can go now.")
    transition: SimulatedTransition | None = told("By which transition; null where none is needed.")
    new_transition: SimulatedTransition | None = told(
        "By which it would be; null where there is none."
    )
    code: Any = typed(MutationErrorCode, "What `progress` would answer.")
    rule: RefusalRule | None = told("The rule of the new transition that they do not keep.")
    attribute: str | None = told("What the new transition requires and they lack.")
    count: int = told("How many opportunities lose it for this reason; some have several.")
    values: list[SimulatedValue] = told("What they are worth, an entry for each currency.")
    sample: list[strawberry.ID] = told("Some of them, five at most.")


@strawberry.type(description="How many opportunities were looked at one by one.")
class SimulatedJudgement:
    records: int = told("For how many it depends on what they hold whether they lose a move.")
    judged: int = told("How many of these were looked at, the newest first.")
    complete: bool = told("Whether that was all; if not, blockedMoves counts too few.")


@strawberry.type(description="Sums of one currency; what is lost or put aside counts nowhere.")
class SimulatedSums:
    open_count: int = told("How many are open.")
    open_value: Decimal = told("What the open ones are worth.")
    weighted: Decimal = told("Value times probability of the open ones, each rounded down.")
    won_count: int = told("How many are won.")
    won_value: Decimal = told("What the won ones are worth.")


@strawberry.type(description="The forecast of the opportunities of one currency.")
class SimulatedForecast:
    currency: str = told("The ISO 4217 code of the currency.")
    now: SimulatedSums = told("As it is.")
    then: SimulatedSums = told("As it would be.")


@strawberry.type(description="Moves from one step to another.")
class SimulatedMoves:
    from_step: SimulatedStep = told("Where they began.")
    to_step: SimulatedStep = told("Where they led.")
    count: int = told("How many there were.")


@strawberry.type(
    description="The moves of the last days, made again along the transitions of the version; what "
    "opportunities held at the time is not kept, so that no rule is judged."
)
class SimulatedReplay:
    moves: int = told("How many there were.")
    dropped: int = told("How many lead from a step to itself, now that steps are mapped.")
    blocked: list[SimulatedMoves] = told(
        "Those for which the version has no transition, the most frequent first; "
        f"at most {MOST_LISTED}."
    )


@strawberry.type(description="What publishing a version would do, and nothing of it done.")
class PipelineSimulation:
    moved: int = told("How many opportunities would be put on another step.")
    kept: int = told("How many would stay on their step, in the new version.")
    stayed: int = told("How many would stay in the version in which they are.")
    removed_steps: list[SimulatedRemoval] = told("Opportunities on steps that the version lacks.")
    failing: list[SimulatedFailure] = told(
        f"Opportunities that would not come along, the newest first; at most {MOST_LISTED}, while "
        "removedSteps counts all."
    )
    blocked_moves: list[SimulatedBlock] = told(
        "Moves that opportunities would lose: for want of a transition, or by what the new one "
        "requires or rules. Judged by what is stored: who will ask, and the reason or comment "
        "that they will give, is not known and counts as in order; attributes that a call could "
        f"bring along count as they are. Those of most opportunities first, at most {MOST_LISTED}."
    )
    more_blocked_moves: int = told("How many entries of blockedMoves were left out.")
    judgement: SimulatedJudgement = told("How much of blockedMoves is known.")
    forecast: list[SimulatedForecast] = told("An entry for each currency.")
    replay: SimulatedReplay = told("Moves of the last days, made again.")
    refusals: list[MutationError] = told("Why publishing so would be refused; empty if it is not.")
