"""Where an opportunity can go, and why not."""

from typing import Any

import strawberry

from pipeline_gql.api.payloads import MutationErrorCode, RefusalRule, Remedy
from pipeline_gql.api.types.node import maybe, one, told, typed


@strawberry.type(description="A reason why a move would be refused, as its errors would say it.")
class TransitionBlocker:
    code: Any = typed(MutationErrorCode, "The kind of refusal, for programs.")
    label: str = told("The kind of refusal, in Title Case.")
    message: str = told("One sentence for people.")
    path: list[str] = told("Where in the arguments of progress the reason stands.")
    rule: RefusalRule | None = told("The rule that is not kept; null where no rule is the reason.")
    field: str | None = told("What the reason is about, such as a field or an attribute.")
    actual: str | None = told("What its value is.")
    expected: str | None = told("What its value must be.")
    remedies: list[Remedy] = told("What helps, the best first.")


@strawberry.type(description="A way from the step where an opportunity stands.")
class OpportunityTransition:
    transition: Any = maybe(
        "Transition",
        "versions",
        "The transition; null where the pipeline is FREE and needs none to go there.",
    )
    to_step: Any = one("OpportunityStep", "pipelines", "The step it leads to.")
    allowed: bool = told("Whether progress along it, with nothing else given, would move it.")
    blockers: list[TransitionBlocker] = told(
        "Why not: all reasons of the first phase that fails; empty where it is allowed."
    )
