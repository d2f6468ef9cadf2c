"""Where an opportunity can go, and why not."""

from typing import Any

import strawberry

from pipeline_gql.api.payloads import MutationErrorCode, RefusalRule, Remedy
from pipeline_gql.api.types.attributes import AttributeType
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


@strawberry.type(description="What a transition asks for, for a form to be filled in.")
class TransitionInput:
    name: str = told("An attribute's key, a field of the opportunity, reason or comment.")
    label: str | None = told("What the attribute is called; null for what is no attribute.")
    is_attribute: bool = told("Whether it is given in the attributes of progress.")
    required: bool = told("Whether there is no moving without a value.")
    current_value: str | None = told("The value that it has, an id where it is a record.")
    type: Any = typed(
        AttributeType | None, "What values the attribute has; null for what is no attribute."
    )
    choices: list[str] = told("What can be chosen, where the attribute is a choice.")


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
    inputs: list[TransitionInput] = told(
        "What it asks for: required attributes and fields, and what its rules on the call look at."
    )
