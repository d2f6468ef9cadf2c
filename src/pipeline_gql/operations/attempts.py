"""Refused moves are remembered, after everything else about them was rolled back.

`moving.py` hangs an `Attempt` on the refusal as its aftermath; `api/performing.py` awaits that in a
transaction of its own, once the refused one is over.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pipeline_gql.domain.errors import (
    NotFound,
    Ref,
    Refusal,
    Refused,
    Remedy,
)
from pipeline_gql.domain.explaining import Explainer
from pipeline_gql.domain.moves import Inputs, Target, decide
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
    refusals: tuple[Refusal, ...]

    async def __call__(self, unit: Unit, say: Callable[[Refusal], str]) -> None:
        """The aftermath of a refusal: writes the attempt in a transaction of its own, each reason
        in the words that `say` has for it.

        Nothing, where the opportunity itself was rolled back.
        """
        if await opportunities.exists(unit, self.opportunity_id):
            told = [_failure(each) | {"message": say(each)} for each in self.refusals]
            await stays.add_attempt(
                unit,
                self.opportunity_id,
                from_step_id=self.from_step_id,
                to_step_id=self.to_step_id,
                failures=told,
                actor_id=self.actor_id,
            )


@dataclass(frozen=True, slots=True)
class Refusing:
    """A move that is being refused, and the step that was wanted."""

    explainer: Explainer
    inputs: Inputs
    wanted: int | None

    def remember(self, refused: Refusal | Refused) -> None:
        """Offers what helps, and has the attempt kept once all is rolled back. What was not found
        was none, and what may pass when it is tried again is not over."""
        here = self.explainer.standing
        self.explainer.offer(refused.refusals, self.inputs, self.wanted)
        for each in refused.refusals:
            each.remedies = tuple(self._tried(remedy) for remedy in each.remedies)
        again = any(each.retryable for each in refused.refusals)
        if not again and not isinstance(refused, NotFound):
            actor = self.explainer.actor.user_id
            refused.aftermath = Attempt(here.id, here.step_id, self.wanted, actor, refused.refusals)

    def _tried(self, remedy: Remedy) -> Remedy:
        """As it is, if it would succeed; else only advice, for rules stand against it."""
        step = remedy.input.get("step_id")
        if not isinstance(step, Ref) or not isinstance(step.key, int):
            return remedy
        target = Target(step.key, noop=remedy.input.get("noop") is True)
        it = self.explainer
        try:
            decide(it.version, it.standing, target, it.actor, Inputs(), it.now)
        except (Refusal, Refused):
            return Remedy(remedy.title)
        return remedy


def failures(refusals: Iterable[Refusal]) -> list[Failure]:
    return [_failure(refusal) for refusal in refusals]


def _failure(refusal: Refusal) -> Failure:
    failure: Failure = {"code": refusal.code.value}
    if (broken := refusal.broken) is not None:
        failure["field"] = broken.field
        if broken.id is not None:
            failure["rule"] = {"id": broken.id, "name": broken.name}
    return failure
