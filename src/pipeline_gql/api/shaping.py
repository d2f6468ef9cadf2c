"""What a pipeline is to be, as clients say it: typed parts, a document's text, or a template."""

from dataclasses import fields
from enum import Enum
from typing import Any, cast

import strawberry

from pipeline_gql.api import sheets
from pipeline_gql.api.inputs import needed, optional
from pipeline_gql.api.rules import PipelineAttributeTestInput, PipelineRuleInput
from pipeline_gql.api.triggers import PipelineActionInput
from pipeline_gql.api.types.actions import TransitionActionType
from pipeline_gql.api.types.pipelines import PipelineMode, StageState
from pipeline_gql.api.types.versions import TransitionKind
from pipeline_gql.api.verbs import Call, given
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.problems import field_name, invalid

PARTS = ("mode", "stages", "transitions")
KEY = "Small letters, digits, _ and -, at most 64 characters"


@strawberry.enum(description="A pipeline to begin from.")
class PipelineTemplate(Enum):
    TRAINING = strawberry.enum_value(
        "training", description="Training courses, with learners, registrations and invoices."
    )
    SALES = strawberry.enum_value(
        "sales",
        description="The seven stages of classic selling; every step may follow every other.",
    )
    SIMPLE = strawberry.enum_value("simple", description="The least that works.")


@strawberry.input(description="A step of a stage.")
class PipelineStepInput:
    key: str = needed(f"{KEY}; the step stays itself through all versions that name it so.")
    name: str | None = optional("The step's name; the key unless given.")
    entry: bool | None = optional("Whether an opportunity may start here; no unless given.")
    default: bool | None = optional(
        "Whether it starts here unless told otherwise; the first entry step unless given."
    )
    probability: int | None = optional(
        "The probability of winning from here in percent, needed in a stage that is Open; 100 in "
        "one that is Won, else 0."
    )
    expected_days: int | None = optional("How many days an opportunity should stay.")
    stalled_after_days: int | None = optional("After how many days it counts as stalled.")


@strawberry.input(description="A stage of a pipeline and its steps.")
class PipelineStageInput:
    key: str = needed(f"{KEY}; the stage stays itself through all versions that name it so.")
    name: str | None = optional("The stage's name; the key unless given.")
    state: StageState | None = optional("How sales stand there; Open unless given.")
    steps: list[PipelineStepInput] | None = optional("Its steps, in their order.")


@strawberry.input(description="A way from one step to another.")
class PipelineTransitionInput:
    key: str | None = optional(
        f"{KEY}; the keys of its steps, as in proposed_won or any_lost, unless given."
    )
    name: str | None = optional("The transition's name; the key unless given.")
    kind: TransitionKind | None = optional("Where it starts, which its ends say as well.")
    from_: str | None = strawberry.field(
        name="from",
        description="The key of the step it leaves; it starts on any unless given.",
        default=strawberry.UNSET,
    )
    to: str = needed("The key of the step it leads to.")
    required_attributes: list[str] | None = optional(
        "What an opportunity must have to go there: keys of attributes, names of fields."
    )
    rules: list[PipelineRuleInput] | None = optional("What must hold, 50 at most.")
    actions: list[PipelineActionInput] | None = optional("What it does, in this order.")


@strawberry.input(description="What a pipeline is to be.")
class PipelineParts:
    document: str | None = optional(
        "All of it as a document in YAML or JSON, such as another version's; no other member that "
        f"says what the pipeline is may stand beside it. At most {sheets.LONGEST} characters, "
        "without aliases."
    )
    name: str | None = optional("The pipeline's name.")
    mode: PipelineMode | None = optional("Which moves it allows.")
    stages: list[PipelineStageInput] | None = optional(
        "All its stages with all their steps, in their order."
    )
    transitions: list[PipelineTransitionInput] | None = optional("All its transitions.")


class Shaped:
    """What a verb's input says of a pipeline, once `Call` has had it read.

    `source` is a whole document, or None; `parts` are members of one.
    """

    def __init__(self, input: PipelineParts, call: Call) -> None:
        self.parts: dict[str, object] = {}
        for name in ("name", *PARTS):
            if (value := given(getattr(input, name))) is not None:
                self.parts[name] = plain(value)
        self._reading = sheets.Reading(given(input.document))
        if given(input.document) is not None:
            for name in self.parts:
                problem = f"must be absent beside {field_name((name,))}"
                call.refuse(invalid(("document",), problem))
            call.prepare(self._reading)

    @property
    def at(self) -> Path:
        """Where in the input the members stand that say what the pipeline is."""
        return () if self.source is None else sheets.PATH

    @property
    def source(self) -> sheets.Source | None:
        return self._reading.source


def plain(value: Any) -> object:
    """A value of an input as a document has it."""
    if isinstance(value, TransitionActionType):
        return cast(Enum, value).name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list):
        return [plain(each) for each in cast(list[object], value)]
    if not hasattr(value, "__strawberry_definition__"):
        return value
    sent = {each.name: given(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, PipelineAttributeTestInput) and sent["value"] is None:
        # Beside a value it stays, and is told of as a member too many.
        sent["value"] = sent.pop("number")
    return {name.rstrip("_"): plain(each) for name, each in sent.items() if each is not None}
