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
        """The aftermath of a refusal: writes the attempt in a transaction of its own.

        Nothing, where the opportunity itself was rolled back.
        """
        if await opportunities.exists(unit, self.opportunity_id):
            await stays.add_attempt(
                unit,
                self.opportunity_id,
                from_step_id=self.from_step_id,
                to_step_id=self.to_step_id,
                failures=[{"code": code} for code in self.failures],
                actor_id=self.actor_id,
            )


def codes(refusals: Iterable[Refusal]) -> tuple[str, ...]:
    return tuple(refusal.code.value for refusal in refusals)
