"""Root fields that are not just a record or a list of them: each is compiled by a function."""

from collections.abc import Callable, Mapping

from pipeline_gql.domain.selection import Pick
from pipeline_gql.store.reads import (
    boards,
    calibrations,
    forecasts,
    leaderboards,
    notifications,
    pasts,
)
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.statements import Statement

Answer = Callable[[Compiler, Pick], Statement | None]
"""Compiles what is selected of a root field; None where the answer is null whatever is stored."""

ANSWERS: Mapping[str, Answer] = {
    "board": boards.board,
    "calibration": calibrations.calibration,
    "forecast": forecasts.forecast,
    "leaderboard": leaderboards.leaderboard,
    "opportunities": pasts.opportunities,
    "viewer": notifications.viewer,
}
"""By the name of the root field."""
