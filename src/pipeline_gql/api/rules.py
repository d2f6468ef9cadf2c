"""Rules of transitions as typed input. What a member means is judged where documents are read."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

import strawberry

from pipeline_gql.api.inputs import chosen, demanded, needed, optional
from pipeline_gql.api.types.people import UserRole
from pipeline_gql.domain.errors import Code
from pipeline_gql.domain.interests import Kind
from pipeline_gql.domain.ruling.cases import Phase
from pipeline_gql.domain.ruling.comparing import Operation
from pipeline_gql.domain.ruling.people import Limited
from pipeline_gql.domain.ruling.surroundings import Given


def enum(name: str, description: str, meanings: Mapping[StrEnum, str]) -> Any:
    """An enum of the domain, each member spelled in capitals."""
    members = {
        each.name: strawberry.enum_value(each.value, description=words)
        for each, words in meanings.items()
    }
    made: Any = Enum(name, members)
    return strawberry.enum(made, description=description)


RulePhase = enum(
    "PipelineRulePhase",
    "When a rule is asked; the first phase in which one fails ends a move.",
    {
        Phase.ACTOR: "Who may use the transition.",
        Phase.CONDITION: "What must hold of the opportunity as it is stored.",
        Phase.INPUT: "What the call must bring.",
        Phase.VALIDATOR: "What must hold with what the call brings.",
    },
)
RuleCode = enum(
    "PipelineRuleCode",
    "How a rule refuses.",
    {
        Code.TRANSITION_NOT_PERMITTED: "As the phase ACTOR does unless told otherwise.",
        Code.CONDITION_NOT_MET: "As the phase CONDITION does unless told otherwise.",
        Code.ATTRIBUTE_REQUIRED: "As the phase INPUT does unless told otherwise.",
        Code.VALUE_INVALID: "As the phase VALIDATOR does unless told otherwise.",
    },
)
Comparison = enum(
    "PipelineComparison",
    "How a value is tested.",
    {
        Operation.PRESENT: "It has a value.",
        Operation.CHANGED: "A field has another value than when the opportunity came to its step; "
        "an attribute gets another by the call.",
        Operation.EQ: "It equals the value.",
        Operation.NE: "It does not equal the value.",
        Operation.LT: "It is less than the value.",
        Operation.LE: "It is at most the value.",
        Operation.GT: "It is greater than the value.",
        Operation.GE: "It is at least the value.",
        Operation.IN: "It is one of the values.",
        Operation.CONTAINS: "It contains the value.",
        Operation.MATCHES: "All of it matches a regular expression.",
    },
)
InterestSort = enum(
    "PipelineInterestKind",
    "What an interest is in.",
    {
        Kind.COURSE_TEMPLATE: "A course template.",
        Kind.EVENT: "An event.",
        Kind.LEARNING_PATH: "A learning path.",
        Kind.TRAINING_TOKEN: "Training tokens.",
        Kind.PRODUCT: "A product.",
    },
)
LimitSubject = enum(
    "PipelineLimitSubject",
    "What a role may give only so much of.",
    {Limited.AMOUNT: "The opportunity's value.", Limited.DISCOUNT: "A discount in percent."},
)
GivenWords = enum(
    "PipelineGivenWords",
    "What a call may say in words.",
    {Given.REASON: "A reason.", Given.COMMENT: "A comment."},
)


def _named(name: str, description: str) -> Any:
    """A member that Python has no such name for."""
    return strawberry.field(name=name, description=description, default=strawberry.UNSET)


@strawberry.input(description="What is asked of a field's value.")
class PipelineFieldTestInput:
    name: str = needed("The opportunity's field, such as expectedCloseDate.")
    is_: Any = chosen(Comparison, "How it is tested; whether there is a value unless given.", "is")
    value: str | None = optional("What it is compared with: a text, a number, a day.")
    values: list[str] | None = optional("What it may be, for IN.")


@strawberry.input(description="What is asked of an attribute's value.")
class PipelineAttributeTestInput:
    key: str = needed("The attribute's key.")
    is_: Any = chosen(Comparison, "How it is tested; whether there is a value unless given.", "is")
    value: str | None = optional("What it is compared with, as a text.")
    number: Decimal | None = optional("What it is compared with, as a number; in place of value.")
    values: list[str] | None = optional("What it may be, for IN.")


@strawberry.input(description="What is asked of the interests.")
class PipelineInterestsTestInput:
    at_least: int | None = optional("How many there must be; 1 unless given.")
    kind: Any = chosen(InterestSort, "What they must be in.")
    total_at_least: str | None = optional("What they must come to, a decimal number.")


@strawberry.input(description="How much a role may give.")
class PipelineLimitTestInput:
    of: Any = demanded(LimitSubject, "Of what.")
    role: Any = demanded(UserRole, "The role; others have no such limit.")
    most: str = needed("The most, a decimal number.")


@strawberry.input(description="How many attachments there must be.")
class PipelineAttachmentsTestInput:
    at_least: int | None = optional("How many; 1 unless given.")


@strawberry.input(description="How many days an opportunity must have stood on its step.")
class PipelineDaysTestInput:
    at_least: int | None = optional("The fewest.")
    at_most: int | None = optional("The most.")


@strawberry.input(description="A test, of which exactly one member is given.")
class PipelineTestInput:
    all_: list["PipelineTestInput"] | None = _named("all", "All of these must hold.")
    any_: list["PipelineTestInput"] | None = _named("any", "One of these must hold.")
    not_: "PipelineTestInput | None" = _named("not", "This must not hold.")
    field: PipelineFieldTestInput | None = optional("A field has a value, or such a value.")
    attribute: PipelineAttributeTestInput | None = optional("So of an attribute.")
    interests: PipelineInterestsTestInput | None = optional("There are such interests.")
    limit: PipelineLimitTestInput | None = optional("No more is given than a role may.")
    role: Any = chosen(list[UserRole], "Who moves it has one of these roles.")
    is_owner: bool | None = optional("Who moves it owns it; true is the one value.")
    in_team: str | None = optional("Who moves it is in the team of this name.")
    did_not_make: str | None = optional(
        "Who moves it never moved it along the transition of this key."
    )
    attachments: PipelineAttachmentsTestInput | None = optional("There are attachments.")
    given: Any = chosen(GivenWords, "The call says so in words.")
    reservations_valid: bool | None = optional("Its places are still held; true is the one value.")
    was_in_step: str | None = optional("It stood on the step of this key before.")
    no_open_task: bool | None = optional("No task of it is open; true is the one value.")
    days_in_step: PipelineDaysTestInput | None = optional("It has stood so long.")


@strawberry.input(description="A rule of a transition.")
class PipelineRuleInput:
    id: str = needed("Small letters, digits, _ and -, at most 64 characters; once a transition.")
    name: str | None = optional("The rule's name; the id unless given.")
    phase: Any = chosen(RulePhase, "When it is asked; CONDITION unless given.")
    test: PipelineTestInput = needed("What must hold.")
    code: Any = chosen(RuleCode, "The code of its refusal; the phase's unless given.")
    message: str | None = optional("What its refusal says; what is wrong unless given.")
