"""Root fields that are not just a record or a list of them: each is compiled by a function."""

from collections.abc import Callable, Mapping

from pipeline_gql.domain.selection import Pick
from pipeline_gql.store.reads import (
    boards,
    calibrations,
    forecasts,
    funnels,
    leaderboards,
    notifications,
    pasts,
    pipeline_changes,
    refusals,
    velocities,
)
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.statements import Statement

Answer = Callable[[Compiler, Pick], Statement | None]
"""Compiles what is selected of a root field; None where the answer is null whatever is stored."""

ANSWERS: Mapping[str, Answer] = {
    "board": boards.board,
    "calibration": calibrations.calibration,
    "forecast": forecasts.forecast,
    "funnel": funnels.funnel,
    "leaderboard": leaderboards.leaderboard,
    "opportunities": pasts.opportunities,
    "pipelineChanges": pipeline_changes.pipeline_changes,
    "refusals": refusals.refusals,
    "velocity": velocities.velocity,
    "viewer": notifications.viewer,
}
"""By the name of the root field."""
