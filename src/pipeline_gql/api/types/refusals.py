"""Where opportunities get stuck."""

from datetime import datetime
from typing import Any

import strawberry

from pipeline_gql.api.payloads import MutationErrorCode, RefusalRule
from pipeline_gql.api.types.funnels import (
    GROUPS,
    MORE_GROUPS,
    HistoryGroup,
    ReportedGroup,
    ReportedStep,
)
from pipeline_gql.api.types.node import told, typed
from pipeline_gql.domain.refused import MOST_MOVES, MOST_REASONS


@strawberry.type(description="How often opportunities were refused to move.")
class Refused:
    attempts: int = told("How often it was tried and refused.")
    opportunities: int = told("How many opportunities that befell.")
    people: int = told("How many people tried.")


@strawberry.type(description="How often opportunities were refused a move.")
class RefusedOften(Refused):
    moved_on: int = told(
        "How many of these opportunities went that way after they were last refused, rules passed "
        "over or not."
    )
    last_at: datetime = told("When it was last refused.")


@strawberry.type(
    description="A reason why a move was refused. An attempt with several counts for each."
)
class RefusalReason(RefusedOften):
    code: Any = typed(MutationErrorCode, "The kind of refusal, for programs.")
    field: str | None = told("What the reason was about, such as a field or an attribute.")
    rule: RefusalRule | None = told(
        "The rule that was not kept, as it was called last; null if none was the reason."
    )


@strawberry.type(description="A move that was tried and refused.")
class RefusedMove(RefusedOften):
    from_step: ReportedStep = told("The step that the opportunities stood on.")
    to_step: ReportedStep | None = told(
        "The step that was wanted; null for all that the pipeline does not have."
    )
    reasons: list[RefusalReason] = told(
        f"Why, the most frequent first. At most {MOST_REASONS}; none where no reason was kept."
    )
    more_reasons: int = told("How many reasons were left out.")


@strawberry.type(description="The opportunities of a group, and the moves they were refused.")
class RefusalGroup(ReportedGroup, Refused):
    moves: list[RefusedMove] = told(
        f"The moves, the most frequently refused first. At most {MOST_MOVES}."
    )
    more_moves: int = told("How many moves were left out.")


@strawberry.type(description="Where the opportunities of a pipeline get stuck.")
class Refusals:
    group_by: Any = typed(HistoryGroup | None, "What it is grouped by.")
    groups: list[RefusalGroup] = told(GROUPS)
    more_groups: int = told(MORE_GROUPS)
