"""Where an opportunity stood and what it was."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from pipeline_gql.api.types.attempts import TransitionFailure
from pipeline_gql.api.types.node import Node, maybe, one, told, typed
from pipeline_gql.api.types.opportunities import OpportunityValue
from pipeline_gql.api.types.timeline import TimelineMoveCause


@strawberry.type(description="A stay of an opportunity on a step, and what it was worth then.")
class OpportunityStay(Node):
    opportunity: Any = one("Opportunity", "opportunities", "What stood there.")
    step: Any = one("OpportunityStep", "pipelines", "The step, as its version has it.")
    version: Any = one("PipelineVersion", "versions", "The version of the pipeline.")
    entered_at: datetime = told("When it came.")
    left_at: datetime | None = told("When it left; null while it is there.")
    days: int = told(
        "How often the day turned, where the organisation is, until it left or, while it is "
        "there, until now."
    )
    cause: Any = typed(TimelineMoveCause, "What brought it there.")
    transition: Any = maybe(
        "Transition", "versions", "The transition that it came by, if there was one."
    )
    actor: Any = maybe("User", "people", "Who brought it there; null if nobody in particular.")
    reason: str | None = told("Why, if that was said.")
    overridden: list[TransitionFailure] = told(
        "What stood against it, where somebody passed over that; none where nobody did."
    )
    value: Decimal = told("What it was worth when it came.")
    currency: str = told("The ISO 4217 code of the currency then.")
    probability: int = told("The probability of winning when it came, in percent.")
    expected_close_date: date | None = told("When it should have closed as it came.")


@strawberry.type(
    description="What an opportunity was from one moment until another. One follows the other "
    "without a gap, and each differs from the one before it."
)
class OpportunityRevision(Node):
    opportunity: Any = one("Opportunity", "opportunities", "What was so.")
    since: datetime = told("When it became so.")
    until: datetime | None = told("When it was so no more; null if it still is.")
    step: Any = one("OpportunityStep", "pipelines", "The step it stood on, as its version has it.")
    version: Any = one("PipelineVersion", "versions", "The version of the pipeline.")
    step_entered_at: datetime = told("When it had come to its step.")
    name: str = told("The name.")
    value: OpportunityValue = told("What it was worth.")
    currency: str = told("The ISO 4217 code of the currency.")
    probability: int = told("The probability of winning, in percent.")
    expected_close_date: date | None = told("When it should have closed.")
    actual_close_date: date | None = told("When it was won or lost.")
    owner: Any = maybe("User", "people", "Who was responsible.")
    account: Any = maybe("Account", "people", "Who was to buy.")
    region: Any = maybe("Region", "catalogue", "Where it was sold.")
    lead_source: str | None = told("Where it came from.")
    forecast_category: str | None = told("The forecast category.")
    is_deleted: bool = told("Whether it was deleted then.")
