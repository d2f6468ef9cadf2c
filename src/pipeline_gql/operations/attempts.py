"""Refused moves are remembered, after everything else about them was rolled back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline_gql.domain.errors import Refusal
from pipeline_gql.store import opportunities, stays
from pipeline_gql.store.database import Unit

Failure = dict[str, Any]
"""Why a move was, or would have been, refused: the code, the rule if it is one, the field."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A move that was refused, and why."""

    opportunity_id: int
    from_step_id: int
    to_step_id: int | None
    actor_id: int
    failures: list[Failure]

    async def __call__(self, unit: Unit) -> None:
        """The aftermath of a refusal: writes the attempt in a transaction of its own.

        Nothing, where the opportunity itself was rolled back.
        """
        if await opportunities.exists(unit, self.opportunity_id):
            await stays.add_attempt(
                unit,
                self.opportunity_id,
                from_step_id=self.from_step_id,
                to_step_id=self.to_step_id,
                failures=self.failures,
                actor_id=self.actor_id,
            )


def failures(refusals: Iterable[Refusal]) -> list[Failure]:
    return [_failure(refusal) for refusal in refusals]


def _failure(refusal: Refusal) -> Failure:
    failure: Failure = {"code": refusal.code.value}
    if (broken := refusal.broken) is not None:
        failure["field"] = broken.field
        if broken.id is not None:
            failure["rule"] = {"id": broken.id, "name": broken.name}
    return failure
