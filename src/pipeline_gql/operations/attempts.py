"""Refused moves are remembered, after everything else about them was rolled back."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline_gql.domain.errors import Refusal
from pipeline_gql.store import opportunities, stays
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class Attempt:
    """A move that was refused, and the codes that say why."""

    opportunity_id: int
    from_step_id: int
    to_step_id: int | None
    actor_id: int
    failures: tuple[str, ...]

    async def __call__(self, unit: Unit) -> None:
        """The aftermath of a refusal: writes the attempt in a transaction of its own."""
        await remember_attempt(unit, self)


async def remember_attempt(unit: Unit, attempt: Attempt) -> None:
    """Nothing, where the opportunity itself was rolled back."""
    if await opportunities.exists(unit, attempt.opportunity_id):
        await stays.add_attempt(
            unit,
            attempt.opportunity_id,
            from_step_id=attempt.from_step_id,
            to_step_id=attempt.to_step_id,
            failures=[{"code": code} for code in attempt.failures],
            actor_id=attempt.actor_id,
        )


def codes(refusals: Iterable[Refusal]) -> tuple[str, ...]:
    return tuple(refusal.code.value for refusal in refusals)
